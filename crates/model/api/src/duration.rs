//! Durations as Go writes them: the `t` of a websocket, the values of flags.

/// The nanoseconds of `1m30.5s`, `300ms`, `-2h`; `None` for anything else or past 292 years.
///
/// Units: `ns`, `us` or `µs`, `ms`, `s`, `m`, `h`. A bare `0` is allowed, another bare number not.
pub fn parse_go_duration(text: &str) -> Option<i64> {
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut nanos = 0.0;
    while !rest.is_empty() {
        let number_len = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, after) = rest.split_at(number_len);
        let unit_len = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, after) = after.split_at(unit_len);
        nanos += number.parse::<f64>().ok()? * unit_nanos(unit)?;
        rest = after;
    }
    // 2^63 is the first value past an i64.
    (nanos < 9_223_372_036_854_775_808.0)
        .then_some(if negative { -nanos } else { nanos }.round() as i64)
}

fn unit_nanos(unit: &str) -> Option<f64> {
    Some(match unit {
        "ns" => 1.0,
        "us" | "µs" | "μs" => 1e3,
        "ms" => 1e6,
        "s" => 1e9,
        "m" => 60e9,
        "h" => 3600e9,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(input: &str, expect: Option<i64>) {
        assert_eq!(parse_go_duration(input), expect, "{input}");
    }

    #[test]
    fn reads_go() {
        check("5s", Some(5_000_000_000));
        check("1m30.5s", Some(90_500_000_000));
        check("300ms", Some(300_000_000));
        check("-2h", Some(-7_200_000_000_000));
        check("0", Some(0));
        check(".5s", Some(500_000_000));
    }

    #[test]
    fn refuses_the_rest() {
        for text in ["", "5", "s", "1x", "1..2s", "99999999h", "5 s", "-", "1s2"] {
            check(text, None);
        }
    }
}
