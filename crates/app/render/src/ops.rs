//! The operations views are made of: build and map, join by address, sift.

pub(crate) mod draft;

pub(crate) mod join;

pub(crate) mod predicates;
