//! What views are made with.

pub(crate) mod draft;

pub(crate) mod lift;

pub(crate) mod book;

pub(crate) mod references;

pub(crate) mod join;

pub(crate) mod predicates;
