//! What parts say about topologies as such: shapes, labels, controls and templates.
//!
//! Probes of one version say the same, and joining equal things adds nothing. Each different
//! frame is kept once with how many parts say it, and the frames are joined again only when one
//! comes or goes.

use scope_report::{Report, Topology, TopologyKind};

/// The joined frames of all parts.
pub(crate) struct Frames([Said; TopologyKind::ALL.len()]);

/// The frames of one kind.
#[derive(Default)]
struct Said {
    frames: Vec<(Topology, usize)>,
    joined: Topology,
}

impl Frames {
    pub(crate) fn new() -> Self {
        Self(std::array::from_fn(|_| Said::default()))
    }

    /// The frames with their kinds: topologies without nodes.
    pub(crate) fn joined(&self) -> impl Iterator<Item = (TopologyKind, &Topology)> {
        TopologyKind::ALL.into_iter().zip(self.0.iter().map(|said| &said.joined))
    }

    /// What one part said before and says now; the empty report says nothing.
    pub(crate) fn change(&mut self, before: &Report, now: &Report) {
        let nothing = Topology::default();
        for (said, (kind, frame)) in self.0.iter_mut().zip(now.topologies()) {
            let before = before.topology(kind);
            if frame.has_frame_of(before) {
                continue;
            }
            if !before.has_frame_of(&nothing) {
                said.remove(before);
            }
            if !frame.has_frame_of(&nothing) {
                said.add(frame);
            }
        }
    }
}

impl Said {
    fn add(&mut self, frame: &Topology) {
        match self.frames.iter_mut().find(|(known, _)| known.has_frame_of(frame)) {
            Some((_, count)) => *count += 1,
            None => {
                self.joined.merge_frame(frame);
                self.frames.push((frame.frame(), 1));
            }
        }
    }

    fn remove(&mut self, frame: &Topology) {
        let known = self.frames.iter_mut().enumerate();
        let mut equal = known.filter(|(_, (known, _))| known.has_frame_of(frame));
        let Some((index, (_, count))) = equal.next() else { return };
        *count -= 1;
        if *count > 0 {
            return;
        }
        self.frames.swap_remove(index);
        self.joined = Topology::default();
        for (frame, _) in &self.frames {
            self.joined.merge_frame(frame);
        }
    }
}
