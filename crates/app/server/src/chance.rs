//! Random bytes of the kernel.

use rustix::rand::{GetRandomFlags, getrandom};
use scope_auth::RANDOM_BYTES;

/// As many as a secret has.
pub(crate) fn bytes() -> std::io::Result<[u8; RANDOM_BYTES]> {
    let mut bytes = [0; RANDOM_BYTES];
    let count = getrandom(&mut bytes, GetRandomFlags::empty())?;
    if count < bytes.len() {
        return Err(std::io::Error::other("the kernel gave too few random bytes"));
    }
    Ok(bytes)
}
