//! Where the app's reports come from: `--app.collector=local|file:PATH|file:///PATH`.

use std::path::PathBuf;

/// The source of reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Collector {
    /// Probes that post them.
    Local,
    /// Saved reports: a file, or a folder.
    File(PathBuf),
    /// Another app or a data base, which the original knows and this Scope does not.
    Elsewhere(&'static str),
}

/// Reads the flag's value.
pub(crate) fn parse_collector(text: &str) -> Result<Collector, String> {
    if text == "local" {
        return Ok(Collector::Local);
    }
    for kind in ["multitenant-live", "dynamodb"] {
        if text.split(':').next() == Some(kind) {
            return Ok(Collector::Elsewhere(kind));
        }
    }
    let hint = "write local, file:PATH or file:///PATH";
    let path = match (text.strip_prefix("file://"), text.strip_prefix("file:")) {
        (Some(path), _) if path.starts_with('/') => path,
        (Some(_), _) => return Err(format!("the path after file:// begins with a slash: {hint}")),
        (None, Some(path)) => path,
        (None, None) => return Err(hint.to_owned()),
    };
    if path.is_empty() { Err(hint.to_owned()) } else { Ok(Collector::File(PathBuf::from(path))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_read_like_the_original() {
        let file = |path: &str| Ok(Collector::File(PathBuf::from(path)));
        assert_eq!(parse_collector("local"), Ok(Collector::Local));
        assert_eq!(parse_collector("file:reports"), file("reports"));
        assert_eq!(parse_collector("file:/var/reports"), file("/var/reports"));
        assert_eq!(parse_collector("file:///var/reports"), file("/var/reports"));
        let elsewhere = |kind| Ok(Collector::Elsewhere(kind));
        assert_eq!(parse_collector("multitenant-live"), elsewhere("multitenant-live"));
        assert_eq!(parse_collector("dynamodb://k:s@eu/t"), elsewhere("dynamodb"));
        for wrong in ["", "file:", "file://reports", "reports"] {
            assert!(parse_collector(wrong).is_err(), "{wrong}");
        }
    }
}
