//! What of a container's log is asked for.

use super::{Refusal, shown};
use scope_report::Timestamp;
use std::collections::BTreeMap;

/// Lines of the past that are shown unless more or fewer are asked for.
const TAIL_LINES: u32 = 1_000;

/// From when on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Since {
    /// Seconds since 1970, as text with up to nine decimals.
    Instant(String),
    /// So many seconds before now.
    Ago(u64),
}

/// A question for a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LogQuery {
    /// Whether to wait for more.
    pub(super) follow: bool,
    timestamps: bool,
    /// Whether lines of the output for errors are marked.
    pub(super) marks: bool,
    /// The last lines of the past; all of them if none.
    tail: Option<u32>,
    since: Option<Since>,
}

impl LogQuery {
    /// Reads the arguments of the control: `follow` (`true`), `timestamps` (`false`), `marks`
    /// (`false`), `tail` (`1000`, or `all`), `since` (`10m`, seconds since 1970, or a date of RFC
    /// 3339).
    pub(super) fn read(arguments: &BTreeMap<String, String>) -> Result<Self, Refusal> {
        let switch = |name, usual| match arguments.get(name).map(String::as_str) {
            None | Some("") => Ok(usual),
            Some("true" | "1") => Ok(true),
            Some("false" | "0") => Ok(false),
            Some(value) => Err(bad(name, value, "true or false")),
        };
        let tail = match arguments.get("tail").map(String::as_str) {
            None | Some("") => Some(TAIL_LINES),
            Some("all") => None,
            Some(value) => {
                let lines = value.parse();
                Some(lines.map_err(|_| bad("tail", value, "a number of lines, or all"))?)
            }
        };
        let since = match arguments.get("since").map(String::as_str) {
            None | Some("") => None,
            Some(value) => {
                let expected = "a time such as 10m, 2h or 2026-11-20T12:00:00Z";
                Some(parse_since(value).ok_or_else(|| bad("since", value, expected))?)
            }
        };
        let (follow, timestamps) = (switch("follow", true)?, switch("timestamps", false)?);
        let marks = switch("marks", false)?;
        Ok(Self { follow, timestamps, marks, tail, since })
    }

    /// The question as the engine's API has it.
    pub(super) fn in_path(&self, now_secs: u64) -> String {
        let mut path = format!(
            "stdout=1&stderr=1&follow={}&timestamps={}",
            u8::from(self.follow),
            u8::from(self.timestamps)
        );
        match self.tail {
            Some(lines) => path.push_str(&format!("&tail={lines}")),
            None => path.push_str("&tail=all"),
        }
        match &self.since {
            Some(Since::Instant(instant)) => path.push_str(&format!("&since={instant}")),
            Some(Since::Ago(secs)) => {
                path.push_str(&format!("&since={}", now_secs.saturating_sub(*secs)));
            }
            None => {}
        }
        path
    }
}

fn bad(name: &'static str, value: &str, expected: &'static str) -> Refusal {
    Refusal::Bad { name, value: shown(value), expected }
}

fn parse_since(text: &str) -> Option<Since> {
    if let Ok(secs) = text.parse::<u64>() {
        return Some(Since::Instant(secs.to_string()));
    }
    for (unit, unit_secs) in [("s", 1), ("m", 60), ("h", 3_600), ("d", 86_400)] {
        if let Some(count) = text.strip_suffix(unit)
            && let Ok(count) = count.parse::<u64>()
        {
            return Some(Since::Ago(count.saturating_mul(unit_secs)));
        }
    }
    let nanos = text.parse::<Timestamp>().ok()?.unix_nanos();
    let (secs, rest) = (nanos.div_euclid(1_000_000_000), nanos.rem_euclid(1_000_000_000));
    Some(Since::Instant(format!("{secs}.{rest:09}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(arguments: &[(&str, &str)]) -> Result<String, Refusal> {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let arguments = arguments.iter().map(own).collect();
        LogQuery::read(&arguments).map(|query| query.in_path(1_000))
    }

    #[test]
    fn arguments_become_a_question() {
        let check = |arguments: &[(&str, &str)], expect: &str| {
            assert_eq!(read(arguments).unwrap(), format!("stdout=1&stderr=1&{expect}"));
        };
        check(&[], "follow=1&timestamps=0&tail=1000");
        check(&[("follow", "false"), ("tail", "all")], "follow=0&timestamps=0&tail=all");
        check(&[("timestamps", "1"), ("tail", "5")], "follow=1&timestamps=1&tail=5");
        check(&[("since", "10m")], "follow=1&timestamps=0&tail=1000&since=400");
        check(&[("since", "9")], "follow=1&timestamps=0&tail=1000&since=9");
        let date = [("since", "1970-01-01T00:00:07.5Z")];
        check(&date, "follow=1&timestamps=0&tail=1000&since=7.500000000");
    }

    #[test]
    fn nonsense_is_refused() {
        for argument in [("follow", "x"), ("tail", "-1"), ("tail", "1&x=2"), ("since", "soon")] {
            let sentence = read(&[argument]).unwrap_err().to_string();
            assert!(sentence.starts_with("Bad parameter: "), "{sentence}");
        }
    }
}
