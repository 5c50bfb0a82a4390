//! How much of the outside one report may be, and the running account of one decode.

use crate::DecodeError;
use scope_report::{Text, Timestamp};

/// Bounds of one decode. The defaults take a host of a million sockets and refuse a gzip bomb.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes as they arrive.
    pub body_bytes_max: usize,
    /// Bytes after decompression.
    pub decompressed_bytes_max: usize,
    /// Approximate bytes of memory the decoded report may take: one byte of input can become 64.
    pub decoded_bytes_max: usize,
    /// Nodes of all topologies.
    pub nodes_max: usize,
    /// Bytes of one string.
    pub string_bytes_max: usize,
    /// Maps and lists within each other; a report itself needs nine.
    pub depth_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes_max: 64 << 20,
            decompressed_bytes_max: 512 << 20,
            decoded_bytes_max: 1 << 30,
            nodes_max: 1_000_000,
            string_bytes_max: 1 << 20,
            depth_max: 64,
        }
    }
}

/// What one decode has used of its limits, and the strings it has seen.
pub(crate) struct Account {
    limits: Limits,
    decoded_bytes: usize,
    nodes: usize,
    depth: usize,
    pool: TextPool,
    /// The time of the report, once read: legacy counters carry none of their own.
    pub(crate) ts: Timestamp,
}

impl Account {
    pub(crate) fn new(limits: &Limits) -> Self {
        let (limits, pool) = (limits.clone(), TextPool::new());
        Self { limits, decoded_bytes: 0, nodes: 0, depth: 0, pool, ts: Timestamp::ZERO }
    }

    /// Books `bytes` of memory about to be kept.
    pub(crate) fn keep(&mut self, bytes: usize) -> Result<(), DecodeError> {
        self.decoded_bytes = self.decoded_bytes.saturating_add(bytes);
        let max = self.limits.decoded_bytes_max;
        within(self.decoded_bytes, max, "bytes when decoded")
    }

    /// Books one node.
    pub(crate) fn keep_node(&mut self) -> Result<(), DecodeError> {
        self.nodes += 1;
        within(self.nodes, self.limits.nodes_max, "nodes")?;
        self.keep(size_of::<scope_report::Node>() + 2 * size_of::<Text>())
    }

    /// The string to keep for `text`, shared with an equal one seen before where that saves memory.
    pub(crate) fn keep_text(&mut self, text: &str) -> Result<Text, DecodeError> {
        if text.len() <= INLINE_BYTES_MAX {
            return Ok(Text::new_inline(text));
        }
        self.keep(text.len())?;
        Ok(self.pool.share(text))
    }

    /// Checks the length of one string, before it is read.
    pub(crate) fn check_string(&self, bytes: usize) -> Result<(), DecodeError> {
        within(bytes, self.limits.string_bytes_max, "bytes in one string")
    }

    /// Books one more level of maps and lists.
    pub(crate) fn enter(&mut self) -> Result<(), DecodeError> {
        self.depth += 1;
        within(self.depth, self.limits.depth_max, "levels of maps and lists")
    }

    /// Gives a level back.
    pub(crate) fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }
}

fn within(used: usize, max: usize, what: &'static str) -> Result<(), DecodeError> {
    if used > max { Err(DecodeError::TooLarge { what, max }) } else { Ok(()) }
}

/// What [`Text`] keeps without an allocation.
const INLINE_BYTES_MAX: usize = 23;

/// A power of two: a slot is found by masking.
const POOL_SLOTS: usize = 4096;

/// The last long string of each slot; no slots before the first one.
///
/// A report repeats container ids and fact names thousands of times. A table of fixed size that
/// forgets on collision finds nearly all of them, and an attacker who forces collisions only
/// loses the sharing.
struct TextPool(Vec<Text>);

impl TextPool {
    fn new() -> Self {
        Self(Vec::new())
    }

    fn share(&mut self, text: &str) -> Text {
        if self.0.is_empty() {
            self.0.resize(POOL_SLOTS, Text::default());
        }
        let slot = slot(text.as_bytes());
        match self.0.get_mut(slot) {
            Some(known) if known == text => known.clone(),
            Some(known) => {
                *known = Text::new(text);
                known.clone()
            }
            None => Text::new(text),
        }
    }
}

fn slot(bytes: &[u8]) -> usize {
    const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut hash = 0u64;
    for chunk in bytes.chunks(8) {
        let word = chunk.iter().fold(0u64, |word, byte| (word << 8) | u64::from(*byte));
        hash = (hash.rotate_left(5) ^ word).wrapping_mul(MULTIPLIER);
    }
    // The upper bits are the well mixed ones.
    usize::try_from(hash >> 40).unwrap_or_default() & (POOL_SLOTS - 1)
}
