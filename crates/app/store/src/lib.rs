//! The store: the reports of the last seconds, and the one snapshot they amount to.
//!
//! Every probe's reports are kept for a window and merged; the merge of all is the snapshot that
//! every view is rendered from. Cost follows change: nothing is merged until somebody asks, only
//! the probes that said something new are merged again, and everybody who asks between two
//! reports shares one answer. `history` keeps packed snapshots of the last minutes. Saved
//! reports are read in `recording`, the one module that touches files. The crate refuses to read a
//! clock (a [`Moment`] is handed in) and to grow without bound.

mod store;

mod snapshot;

mod held;

mod merging;

mod parts;

mod frames;

mod rows;

mod summary;

mod history;

mod recording;

mod error;

mod moment;

pub use error::AddError;
pub use held::Limits;
pub use history::{Activity, Found, History, HistoryPlan, Loss, Mark, Packed, Step};
pub use history::{HISTORY_BYTES_MAX, HISTORY_MARKS_MAX, HISTORY_STEPS_MAX};
pub use history::{HISTORY_DEFAULT_SECS, HISTORY_INTERVAL_DEFAULT_SECS};
pub use moment::Moment;
pub use recording::{Recording, RecordingError, Replay, read_report};
pub use snapshot::{Probe, Snapshot};
pub use store::{News, Store, WINDOW_DEFAULT_SECS};
