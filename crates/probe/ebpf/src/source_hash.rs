//! A hash of the C sources, by which a test tells whether the committed object is of these sources.
//!
//! Shared by `build.rs` and the test, hence a file without imports from the crate. FNV-1a is enough
//! to notice an edit; it refuses to be a defence against somebody who forges one.

use std::path::Path;

/// Sixteen hexadecimal digits and a line end over names and contents of `*.c` and `*.h`, in order.
pub fn of(folder: &Path) -> Result<String, String> {
    let failed = |error: std::io::Error| format!("read {}: {error}", folder.display());
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| extension == "c" || extension == "h") {
            names.push(path);
        }
    }
    names.sort();
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for path in names {
        let name = path.file_name().unwrap_or_default().as_encoded_bytes().to_vec();
        let text = std::fs::read(&path).map_err(failed)?;
        for byte in name.iter().chain(&text) {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    Ok(format!("{hash:016x}\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_object_is_of_these_sources() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("bpf");
        let committed = std::fs::read_to_string(folder.join("programs.hash")).unwrap();
        let renew = "renew it: SCOPE_EBPF_UPDATE=1 cargo build -p scope-ebpf";
        assert_eq!(of(&folder).unwrap(), committed, "{renew}");
    }
}
