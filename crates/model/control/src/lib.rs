//! Controls and pipes on the wire: what app and probe say to each other to act on a node.
//!
//! A probe dials the app and answers calls over that connection, each call and each answer two
//! JSON frames in the envelope of Go's `net/rpc`, as Scope 1.13 has it (spec §2.9). A pipe is a
//! byte stream under an id of the probe's choice (§2.10). How a probe enrols, which the original
//! does not know, is here too. The crate only reads and writes words:
//! it opens no connection, runs nothing, and refuses frames it cannot read rather than guess.

mod call;

mod frames;

mod kinds;

mod pipe_id;

mod enrolment;

pub use call::{CONTROL_BYTES_MAX, Invocation, Outcome};
pub use enrolment::{
    APP_TLS_NAME, Certified, ENROLMENT_BYTES_MAX, FINGERPRINT_BYTES, HOST_ID_BYTES_MAX,
    InvalidJoinCode, JOIN_PATH, JoinCode, JoinRequest, PROBE_ID_BYTES_MAX, RENEW_PATH,
    RenewRequest, SECRET_BYTES,
};
pub use frames::{
    CALL_FRAMES, Called, FrameError, Replied, call_frames, parse_call, parse_reply, reply_frames,
};
pub use kinds::{ControlKind, ControlKinds, UnknownKind};
pub use pipe_id::{InvalidPipeId, PipeId};
