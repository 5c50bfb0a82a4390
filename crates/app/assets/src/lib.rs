//! The files of the web client inside the binary, as `npm run build` left them in `web/dist`.
//!
//! The build writes a brotli and a gzip form beside each file that shrinks; a request gets the
//! best it accepts. The crate knows nothing of HTTP but names of encodings and media types.

use std::borrow::Cow;

#[derive(rust_embed::RustEmbed)]
#[folder = "../../../web/dist"]
#[allow_missing = true]
struct Dist;

/// A file to send.
#[derive(Clone, Debug)]
pub struct Asset {
    /// The bytes, in `encoding`.
    pub bytes: Cow<'static, [u8]>,
    /// `br`, `gzip`, or `None` for the bytes as they are.
    pub encoding: Option<&'static str>,
    /// `text/html; charset=utf-8` and the like.
    pub media_type: &'static str,
    /// The name carries a hash of the content: it may be cached for ever.
    pub immutable: bool,
}

/// The file at `path` (no slash at the start) in the best of the encodings in `accept_encoding`.
pub fn find(path: &str, accept_encoding: &str) -> Option<Asset> {
    if path.contains("..") || path.ends_with(".br") || path.ends_with(".gz") {
        return None;
    }
    let accepts = |name: &str| {
        accept_encoding.split(',').any(|offer| {
            let mut parts = offer.split(';');
            let named = parts.next().is_some_and(|offered| offered.trim() == name);
            named && !parts.any(|parameter| matches!(parameter.trim(), "q=0" | "q=0.0"))
        })
    };
    let media_type = media_type(path);
    let immutable = path.starts_with("assets/");
    for (encoding, suffix) in [("br", ".br"), ("gzip", ".gz")] {
        if accepts(encoding)
            && let Some(file) = Dist::get(&format!("{path}{suffix}"))
        {
            return Some(Asset {
                bytes: file.data,
                encoding: Some(encoding),
                media_type,
                immutable,
            });
        }
    }
    let file = Dist::get(path)?;
    Some(Asset { bytes: file.data, encoding: None, media_type, immutable })
}

/// Whether the binary was built with the web client in it.
pub fn is_present() -> bool {
    Dist::get("index.html").is_some()
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json" | "map") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("wasm") => "application/wasm",
        Some("woff2") => "font/woff2",
        Some("woff") => "font/woff",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_way_out_of_the_folder() {
        assert!(find("../Cargo.toml", "").is_none());
        assert!(find("assets/../../x", "").is_none());
    }

    #[test]
    fn scripts_are_scripts() {
        assert_eq!(media_type("assets/main-1a.js"), "text/javascript; charset=utf-8");
        assert_eq!(media_type("noextension"), "application/octet-stream");
    }
}
