//! Go's flag style on top of the parser: one dash or two, `--mode=app`, `-probe.docker=T`.

use std::ffi::OsString;
use std::ops::Deref;
use std::str::FromStr;
use std::time::Duration;

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

/// Go's boolean: `true`, `T`, `0` and the like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Switch(bool);

impl FromStr for Switch {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(Self(true)),
            "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(Self(false)),
            _ => Err("write true or false"),
        }
    }
}

impl Deref for Switch {
    type Target = bool;

    fn deref(&self) -> &bool {
        &self.0
    }
}

/// A Go duration above zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Period(Duration);

impl FromStr for Period {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match scope_api::parse_go_duration(text).map(u64::try_from) {
            Some(Ok(nanos)) if nanos > 0 => Ok(Self(Duration::from_nanos(nanos))),
            _ => Err("write a duration above zero, such as 3s, 500ms or 1m30s"),
        }
    }
}

impl Deref for Period {
    type Target = Duration;

    fn deref(&self) -> &Duration {
        &self.0
    }
}

/// How much is logged. Go's logging has two levels for what ends the program; that is an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Level(&'static str);

impl FromStr for Level {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.to_ascii_lowercase().as_str() {
            "error" | "fatal" | "panic" => Ok(Self("error")),
            "warn" | "warning" => Ok(Self("warn")),
            "info" => Ok(Self("info")),
            "debug" | "trace" => Ok(Self("debug")),
            _ => Err("write error, warn, info or debug"),
        }
    }
}

impl Deref for Level {
    type Target = str;

    fn deref(&self) -> &str {
        self.0
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
        assert_eq!("T".parse(), Ok(Switch(true)));
        assert!("yes".parse::<Switch>().is_err());
        assert_eq!("1m30.5s".parse(), Ok(Period(Duration::from_millis(90_500))));
        assert!("0".parse::<Period>().is_err());
        assert_eq!("Warning".parse(), Ok(Level("warn")));
        assert!("loud".parse::<Level>().is_err());
    }
}
