//! What the whole-system tests share: the program under test, its API as a client sees it, a shop
//! of containers, a street of hosts whose programs play parts, and an Internet to talk to.
//!
//! The program is the release build that `cargo xtask` names in `SCOPE_BINARY`; these tests link
//! none of its crates, so they see only what a user sees. Never shipped.

pub mod program;

pub mod api;

pub mod broken_road;

pub mod watcher;

pub mod acting;

pub mod shop;

pub mod footprint;

pub mod internet;

pub mod actor;

pub mod street;

pub mod scene;

pub mod tls_door;
