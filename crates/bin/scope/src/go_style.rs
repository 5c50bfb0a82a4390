//! Go's flag style on top of the parser: one dash or two, `--mode=app`, `-probe.docker=T`.

use std::ffi::OsString;

/// Turns `-probe.docker` into `--probe.docker`; what follows `--` stays as it is.
pub(crate) fn normalise(arguments: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut literal = false;
    arguments
        .into_iter()
        .map(|argument| {
            let Some(text) = argument.to_str() else { return argument };
            literal = literal || text == "--";
            let one_dash = text.len() > 2 && text.starts_with('-') && !text.starts_with("--");
            if one_dash && !literal { OsString::from(format!("-{text}")) } else { argument }
        })
        .collect()
}

/// Go's booleans.
pub(crate) fn parse_bool(text: &str) -> Result<bool, String> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        _ => Err("write true or false".to_owned()),
    }
}

/// A Go duration above zero.
pub(crate) fn parse_duration(text: &str) -> Result<std::time::Duration, String> {
    match scope_api::parse_go_duration(text).map(u64::try_from) {
        Some(Ok(nanos)) if nanos > 0 => Ok(std::time::Duration::from_nanos(nanos)),
        _ => Err("write a duration above zero, such as 3s, 500ms or 1m30s".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_dash_is_two() {
        let given = ["scope", "-probe.docker=true", "--mode=app", "-h", "--", "-x.y"];
        let normal = normalise(given.map(OsString::from));
        assert_eq!(normal, ["scope", "--probe.docker=true", "--mode=app", "-h", "--", "-x.y"]);
    }

    #[test]
    fn values_read_like_go() {
        assert_eq!(parse_bool("T"), Ok(true));
        assert!(parse_bool("yes").is_err());
        assert_eq!(parse_duration("1m30.5s"), Ok(std::time::Duration::from_millis(90_500)));
        assert!(parse_duration("0").is_err());
    }
}
