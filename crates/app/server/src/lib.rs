//! The app's HTTP and websocket routes, in the shapes of Scope 1.13.
//!
//! The only crate that knows the web framework. It wires: bytes come in through `scope-wire`, wait
//! in `scope-store`, are rendered once per view, options and snapshot (`renderings`), and go out as
//! answers or, one difference per tick for all watchers, through `feeds`. It holds no rule of its
//! own about what a map shows.

mod app;

mod bounds;

mod figures;

mod renderings;

mod feeds;

mod replay;

mod controls;

mod pipes;

mod positions;

mod characters;

mod websocket;

mod origin;

mod host_names;

mod request;

mod answer;

mod routes;

mod request_log;

mod chance;

mod visitor;

mod open_id;

mod places;

mod owners;

mod recent;

mod past;

mod groups;

mod journal;

mod watching;

mod refusals;

mod protections;

mod tls;

mod severable;

mod probes;

mod own_voice;

mod claims;

mod entrance;

mod serve;

pub use app::{App, AppConfig};
pub use bounds::Bounds;
pub use groups::{GROUPS_BYTES_MAX, Groups, GroupsError};
pub use probes::ProbeSettings;
pub use request_log::RequestLog;
pub use routes::{Needs, ROUTES, Route};
pub use scope_present::MetricLinks;
pub use scope_render::{ContainerLabel, LabelFilters};
pub use serve::{ServeError, serve};
pub use tls::{Tls, TlsError, TlsSettings, TlsSource};
