//! Who may do what on the app.
//!
//! Enrolment: the app's own certificate authority, the codes by which probes join, the book of
//! those that did. The crate knows files and certificates; it serves nothing and refuses to know
//! the web framework.

mod enrolment;

pub use enrolment::{
    Authority, CodeTerms, EnrolledProbe, Enrolment, EnrolmentError, JoinRefusal, Lifetimes,
    Listening, ProbeIdentity, Refusal, ServerCertificate, Shown,
};
