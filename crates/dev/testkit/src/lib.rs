//! What the tests of several crates start and wait for: a container engine, a condition.
//!
//! Real systems instead of pretended ones, each confined to its own directory and network
//! namespace so that tests may run side by side. The crate is never shipped and refuses to assert:
//! it reports failures as text and leaves the verdict to the test.

pub mod wait;

pub mod docker_engine;

pub mod namespace;

pub mod host;

pub mod recorded;
