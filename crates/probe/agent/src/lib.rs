//! The probe's loops: ask every reporter each spy interval, merge, publish each publish interval.
//!
//! Reporters meet only in the report and never know each other. A reporter may fail or hang: the
//! rest of the report is published on time and the failure travels as data. The crate refuses to
//! know what is observed; that is the reporters' own.
//!
//! The road back is here too: a connection to each app over which it asks for controls, the
//! handlers that run them, and the pipes of terminals and logs. What reporters read of command
//! lines and labels passes [`Secrets`] before it is told.

mod reporter;

mod handler;

mod scoping;

mod target;

mod agent;

mod spy;

mod app_client;

mod publisher;

mod controls;

mod pipes;

mod local_end;

mod websocket;

mod anyone;

mod app_tls;

mod membership;

mod renewal;

mod backoff;

mod figures;

mod secrets;

pub use agent::{AgentConfig, AgentError, Parts, run};
pub use figures::{
    FIGURES_MEDIA_TYPE, conntrack_failed, ebpf_failed, figures_text, last_done, namespaces_observed,
};
pub use handler::ControlHandler;
pub use membership::{Membership, MembershipError, ProbeDir};
pub use pipes::{PIPES_MAX, PipeError, Pipes};
pub use reporter::{Observation, Reporter, ReporterFailure, ShortcutSender, Tagger, Warning};
pub use scoping::LocalNetworks;
pub use secrets::{MASK, MASKED_BYTES_MAX, Secrets};
pub use target::{InvalidTarget, Target};
