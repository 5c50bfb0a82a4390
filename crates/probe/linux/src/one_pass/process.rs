//! One process as the passes see it: what it holds, and what is not there any more.

use rustc_hash::FxHashSet;
use scope_ebpf::Holder;

/// A process that holds sockets.
#[derive(Debug)]
pub(super) struct Process {
    /// When it started, in clock ticks since boot; the greatest number while that is not known.
    pub(super) start_ticks: u64,
    /// The inodes of its sockets.
    pub(super) sockets: FxHashSet<u64>,
    /// The sum of what each adds, [`Holder::share_of`].
    pub(super) sum: u64,
    /// The pass it was met in last.
    pub(super) pass: u32,
    /// The sockets that this pass told of.
    pub(super) told: Vec<u64>,
    /// Whether that is all of them.
    pub(super) is_whole: bool,
    /// How many it holds in all, and their sum, as the kernel says.
    pub(super) counted: u64,
    pub(super) counted_sum: u64,
    /// Whether some of its sockets are not kept for want of room.
    pub(super) is_cut: bool,
}

/// What a process does not hold any more.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Missing {
    /// All is there.
    None,
    /// The sockets of these inodes.
    These(Vec<u64>),
    /// Some, or it holds others than is known.
    Unknown,
}

impl Process {
    pub(super) fn new(start_ticks: u64) -> Self {
        Self {
            start_ticks,
            sockets: FxHashSet::default(),
            sum: 0,
            pass: 0,
            told: Vec::new(),
            is_whole: false,
            counted: 0,
            counted_sum: 0,
            is_cut: false,
        }
    }

    /// Begins a pass, unless it has begun.
    pub(super) fn meet(&mut self, pass: u32) {
        if self.pass != pass {
            self.pass = pass;
            (self.counted, self.counted_sum, self.is_whole) = (0, 0, false);
        }
    }

    /// What is missing when a pass is over; `is_closed` says whether events told so of a socket.
    pub(super) fn missing(&self, is_closed: impl Fn(u64) -> bool) -> Missing {
        let those = |is: &dyn Fn(u64) -> bool| -> Vec<u64> {
            self.sockets.iter().copied().filter(|inode| is(*inode)).collect()
        };
        if self.is_whole {
            let told: FxHashSet<u64> = self.told.iter().copied().collect();
            return Missing::of(those(&|inode| !told.contains(&inode)));
        }
        let known = self.sockets.len() as u64;
        let sum = self.sum.wrapping_sub(self.counted_sum);
        if self.is_cut || (known, sum) == (self.counted, 0) {
            return Missing::None;
        }
        let gone = match known.checked_sub(self.counted) {
            Some(1) => those(&|inode| Holder::share_of(inode) == sum),
            Some(_) => those(&is_closed),
            None => return Missing::Unknown,
        };
        let shares = gone.iter().map(|inode| Holder::share_of(*inode));
        let is_all = known - gone.len() as u64 == self.counted;
        match is_all && shares.fold(0, u64::wrapping_add) == sum {
            true => Missing::of(gone),
            false => Missing::Unknown,
        }
    }
}

impl Missing {
    fn of(inodes: Vec<u64>) -> Self {
        if inodes.is_empty() { Self::None } else { Self::These(inodes) }
    }
}
