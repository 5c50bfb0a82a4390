//! Durations and sizes in the words that the engine's own command line uses.

/// Seconds in a minute, an hour, a day.
const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// `3 minutes`, `About an hour`; one unit, as `docker ps` shows it.
pub(crate) fn duration(secs: u64) -> String {
    match secs {
        0 => "Less than a second".to_owned(),
        1 => "1 second".to_owned(),
        2..MINUTE => format!("{secs} seconds"),
        MINUTE..120 => "About a minute".to_owned(),
        120..HOUR => format!("{} minutes", secs / MINUTE),
        _ => hours_and_more(secs),
    }
}

fn hours_and_more(secs: u64) -> String {
    let hours = (secs + HOUR / 2) / HOUR;
    let days = secs / DAY;
    match hours {
        0..=1 => "About an hour".to_owned(),
        2..48 => format!("{hours} hours"),
        48..336 => format!("{days} days"),
        336..1_440 => format!("{} weeks", days / 7),
        1_440..17_520 => format!("{} months", days / 30),
        _ => format!("{} years", days / 365),
    }
}

/// `2.0 MB`, `14 kB`: powers of 1000, one decimal below ten.
pub(crate) fn size(bytes: u64) -> String {
    const UNITS: [&str; 7] = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];
    if bytes < 10 {
        return format!("{bytes} B");
    }
    let mut scale: u64 = 1;
    let mut unit = "B";
    for next in UNITS.into_iter().skip(1) {
        if bytes / scale < 1_000 {
            break;
        }
        scale = scale.saturating_mul(1_000);
        unit = next;
    }
    #[expect(clippy::cast_precision_loss, reason = "two digits of it are shown")]
    let value = (bytes as f64 / scale as f64 * 10.0 + 0.5).floor() / 10.0;
    if value < 10.0 { format!("{value:.1} {unit}") } else { format!("{value:.0} {unit}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_duration(secs: u64, expect: &str) {
        assert_eq!(duration(secs), expect);
    }

    #[test]
    fn durations_round_like_docker_ps() {
        check_duration(0, "Less than a second");
        check_duration(1, "1 second");
        check_duration(59, "59 seconds");
        check_duration(60, "About a minute");
        check_duration(119, "About a minute");
        check_duration(2_222, "37 minutes");
        check_duration(3_600, "About an hour");
        check_duration(5_400, "2 hours");
        check_duration(47 * 3_600, "47 hours");
        check_duration(3 * 86_400, "3 days");
        check_duration(15 * 86_400, "2 weeks");
        check_duration(90 * 86_400, "3 months");
        check_duration(800 * 86_400, "2 years");
        check_duration(u64::MAX / 2, "292471208677 years");
    }

    #[track_caller]
    fn check_size(bytes: u64, expect: &str) {
        assert_eq!(size(bytes), expect);
    }

    #[test]
    fn sizes_are_powers_of_a_thousand() {
        check_size(0, "0 B");
        check_size(999, "999 B");
        check_size(1_000, "1.0 kB");
        check_size(2_004_152, "2.0 MB");
        check_size(14_600_000, "15 MB");
        check_size(u64::MAX, "18 EB");
    }
}
