//! Snapshot to graph: who talks to whom, at the height of one view.
//!
//! [`Lifted`] looks at a report once: every endpoint gets a dense number, and every connection
//! becomes a pair of them. A view is then an aggregation of number pairs along a chain (endpoint,
//! process, container, pod, host), never a join of strings. Each link of that chain is a
//! [`Stage`], made when first needed and kept for as long as the snapshot, so that all views and
//! all choices of options share it; [`render()`] only sifts.
//!
//! A snapshot mostly is the one before with a few rows changed. [`Lifted::after`] makes each stage
//! from a copy of the one before, at the cost of what changed: numbers stay, pages are shared, and
//! everything that a changed row gave to a view is counted, so that it can be taken back. Made
//! from nothing, a stage is one where every row is new: there is one way to make it.
//!
//! Nodes refer to the rows of the report and are never copied. The crate is synchronous and
//! deterministic: no clock, no I/O, ordered output. It refuses to word anything: labels, shapes
//! and tables are the business of `scope-present`.

mod dense;

mod shared;

mod networks;

mod node;

mod lifted;

mod stage;

mod ops;

mod views;

mod view;

mod label_filter;

mod traits;

mod options;

mod graph;

pub use dense::Dense;
pub use graph::{Graph, GraphStats, render};
pub use label_filter::{ContainerLabel, InvalidContainerLabel, LABEL_FILTERS_MAX, LabelFilters};
pub use lifted::{Child, Lifted};
pub use node::{Derived, GraphNode, NodeKind, PseudoKind};
pub use ops::join::canonical_image_name;
pub use options::{ChoiceGroup, ChoiceValue, ViewOptions, choice_groups};
pub use stage::{ChildRef, Origin, Stage};
pub use view::ViewId;
