//! The layout behind a C interface over one buffer of 32-bit words, for `wasm32-unknown-unknown`.
//!
//! Why no binding generator: the browser already has typed arrays, and this much interface is
//! smaller than the tool. The other end is `web/src/canvas/layout/abi.ts`; `words.rs` has the
//! format. Only memory changes hands here; nothing is decided, and what is malformed gets no
//! answer.

mod words;

pub use words::{ABI_VERSION, answer, request};

/// Words of one message, at most: the largest request and answer fit (128 MiB).
const WORDS_MAX: usize = 1 << 25;

/// Room for a message of so many words, all zero; null when that is none or too many.
#[unsafe(no_mangle)]
pub extern "C" fn layout_alloc(words: usize) -> *mut u32 {
    if words == 0 || words > WORDS_MAX {
        return std::ptr::null_mut();
    }
    hand_over(vec![0_u32; words])
}

/// Takes room back.
///
/// # Safety
///
/// `pointer` comes from `layout_alloc` or `layout_run`, has so many words, and is not used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn layout_free(pointer: *mut u32, words: usize) {
    if pointer.is_null() {
        return;
    }
    let slice = std::ptr::slice_from_raw_parts_mut(pointer, words);
    // SAFETY: by contract this is a box that `hand_over` leaked, with its own length.
    drop(unsafe { Box::from_raw(slice) });
}

/// Lays out the request in a message; answers a message whose first word is its length in words,
/// null for a malformed request. The request stays the caller's.
///
/// # Safety
///
/// `pointer` comes from `layout_alloc` and has so many words.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn layout_run(pointer: *const u32, words: usize) -> *mut u32 {
    if pointer.is_null() || words > WORDS_MAX {
        return std::ptr::null_mut();
    }
    // SAFETY: by contract the room is there, and every word of it was initialised to zero.
    let message = unsafe { std::slice::from_raw_parts(pointer, words) };
    match request(message) {
        Some(request) => hand_over(answer(&request)),
        None => std::ptr::null_mut(),
    }
}

fn hand_over(words: Vec<u32>) -> *mut u32 {
    Box::into_raw(words.into_boxed_slice()).cast()
}

#[cfg(test)]
mod tests {
    use super::{layout_alloc, layout_free, layout_run};

    fn check(message: &[u32], expect: Option<&[u32]>) {
        let input = layout_alloc(message.len());
        // SAFETY: the room was allocated with this length a line above.
        unsafe { std::slice::from_raw_parts_mut(input, message.len()) }.copy_from_slice(message);
        // SAFETY: the same room, unchanged in length.
        let output = unsafe { layout_run(input, message.len()) };
        // SAFETY: `layout_run` leaves the request to us, and it is not used below.
        unsafe { layout_free(input, message.len()) };
        assert_eq!(output.is_null(), expect.is_none(), "an answer for {message:?}");
        let Some(expect) = expect else { return };
        // SAFETY: an answer starts with its own length.
        let words = unsafe { *output } as usize;
        // SAFETY: that length was just read from it.
        let answer = unsafe { std::slice::from_raw_parts(output, words) }.to_vec();
        // SAFETY: the answer was copied and is not used again.
        unsafe { layout_free(output, words) };
        assert_eq!(answer.get(1..4), Some(expect), "nodes, clusters and edges of the answer");
    }

    #[test]
    fn messages_cross_the_interface() {
        let f = f32::to_bits;
        let nan = f(f32::NAN);
        let head = [super::ABI_VERSION, 2, 1, 1, 1, f(1.6), f(0.5), 0];
        let sides = [f(120.0), f(120.0), f(90.0), f(90.0)];
        let rest = [0, 0, nan, nan, nan, nan, 0, 0, 0, 1, u32::MAX];
        let message = [head.as_slice(), &sides, &rest].concat();
        check(&message, Some(&[2, 1, 1]));
        check(&message[..message.len() - 1], None);
        check(&[1, 2, 3], None);
    }
}
