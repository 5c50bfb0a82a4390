//! Lists and maps whose copies share what they have in common.
//!
//! A rendering is never changed once it is handed out; the next is made from a copy of it. These
//! lie on counted pages: a copy costs a list of pages, and a change the copy of one page.

mod pages;

mod hashed;

mod order;

mod rows;

pub(crate) use hashed::Hashed;
pub(crate) use order::{Order, OrderEdit};
pub(crate) use pages::Pages;
pub(crate) use rows::{Edit, Row, RowValue, Rows};
