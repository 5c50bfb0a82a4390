//! Why a report is not kept.

/// A limit of the store is reached; the report was not kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddError {
    /// More probes report than the app is set up for.
    #[error("cannot keep the report of another probe: {max} probes report already")]
    TooManyProbes {
        /// How many there may be.
        max: usize,
    },
    /// One probe reports much more often than it should.
    #[error(
        "cannot keep the report of probe {probe:?}: {max} of its reports are in the window already"
    )]
    TooManyReports {
        /// Which.
        probe: String,
        /// How many reports of it there may be.
        max: usize,
    },
    /// The reports of all probes hold more nodes than the app is set up for.
    #[error("cannot keep the report: with its {nodes} nodes there would be more than {max}")]
    TooManyNodes {
        /// Nodes of the refused report.
        nodes: usize,
        /// How many there may be in all reports of the window.
        max: usize,
    },
}
