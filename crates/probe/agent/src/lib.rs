//! The probe's loops: ask every reporter each spy interval, merge, publish each publish interval.
//!
//! Reporters meet only in the report and never know each other. A reporter may fail or hang: the
//! rest of the report is published on time and the failure travels as data. The crate refuses to
//! know what is observed; that is the reporters' own.

mod reporter;

mod scoping;

mod target;

mod agent;

mod spy;

mod publisher;

pub use agent::{AgentConfig, AgentError, run};
pub use reporter::{Observation, Reporter, ReporterFailure, ShortcutSender, Tagger, Warning};
pub use scoping::LocalNetworks;
pub use target::{InvalidTarget, Target};
