//! The store: the reports of the last seconds, and the one snapshot they amount to.
//!
//! Every probe's reports are kept for a window and merged; the merge of all is the snapshot that
//! every view is rendered from. Cost follows change: nothing is merged until somebody asks, only
//! the probes that said something new are merged again, and everybody who asks between two
//! reports shares one answer. Saved reports are read in `recording`, the one module that touches
//! files. The crate refuses to read a clock (a [`Moment`] is handed in) and to grow without bound.

mod store;

mod snapshot;

mod held;

mod merging;

mod parts;

mod frames;

mod rows;

mod summary;

mod recording;

mod error;

mod moment;

pub use error::AddError;
pub use held::Limits;
pub use moment::Moment;
pub use recording::{Recording, RecordingError, Replay, read_report};
pub use snapshot::{Probe, Snapshot};
pub use store::{News, Store, WINDOW_DEFAULT_SECS};
