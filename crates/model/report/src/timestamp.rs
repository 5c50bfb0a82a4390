//! Instants of a report, as Go's `time.Time` shows them: UTC, nanoseconds, zero in the year 1.

use std::fmt;
use std::str::FromStr;

/// Seconds from 0001-01-01T00:00:00Z to the Unix epoch.
const UNIX_EPOCH_FROM_ZERO_SECS: i64 = 62_135_596_800;

/// An instant in UTC with nanosecond precision; `Timestamp::ZERO` means "unset" on the wire.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(jiff::Timestamp);

/// The text or number is no instant between the years -9999 and 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidTimestamp;

impl Timestamp {
    /// 0001-01-01T00:00:00Z, Go's zero time.
    pub const ZERO: Self = Self(jiff::Timestamp::constant(-UNIX_EPOCH_FROM_ZERO_SECS, 0));

    /// From seconds and nanoseconds since the Unix epoch.
    pub fn from_unix(secs: i64, nanos: u32) -> Result<Self, InvalidTimestamp> {
        let nanos = i32::try_from(nanos).map_err(|_| InvalidTimestamp)?;
        jiff::Timestamp::new(secs, nanos).map(Self).map_err(|_| InvalidTimestamp)
    }

    /// From nanoseconds since the Unix epoch.
    pub fn from_unix_nanos(nanos: i128) -> Result<Self, InvalidTimestamp> {
        jiff::Timestamp::from_nanosecond(nanos).map(Self).map_err(|_| InvalidTimestamp)
    }

    /// From seconds and nanoseconds since the year 1, the form of Go's binary marshalling.
    pub fn from_year_one(secs: i64, nanos: u32) -> Result<Self, InvalidTimestamp> {
        let secs = secs.checked_sub(UNIX_EPOCH_FROM_ZERO_SECS).ok_or(InvalidTimestamp)?;
        Self::from_unix(secs, nanos)
    }

    /// Nanoseconds since the Unix epoch.
    pub fn unix_nanos(self) -> i128 {
        self.0.as_nanosecond()
    }

    /// Whole seconds since the year 1 and the nanoseconds within the second (never negative).
    pub fn to_year_one(self) -> (i64, u32) {
        let nanos = self.unix_nanos();
        let secs = nanos.div_euclid(1_000_000_000);
        let rest = nanos.rem_euclid(1_000_000_000);
        (
            i64::try_from(secs).unwrap_or_default() + UNIX_EPOCH_FROM_ZERO_SECS,
            u32::try_from(rest).unwrap_or_default(),
        )
    }

    /// Whether this is the unset instant.
    pub fn is_zero(self) -> bool {
        self == Self::ZERO
    }

    /// This instant moved by `nanos`, or `None` when that leaves the calendar.
    pub fn checked_add_nanos(self, nanos: i64) -> Option<Self> {
        Self::from_unix_nanos(self.unix_nanos().checked_add(i128::from(nanos))?).ok()
    }
}

impl Default for Timestamp {
    fn default() -> Self {
        Self::ZERO
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC with as many digits of the second as needed (Go's `RFC3339Nano`).
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl FromStr for Timestamp {
    type Err = InvalidTimestamp;

    fn from_str(text: &str) -> Result<Self, InvalidTimestamp> {
        text.parse().map(Self).map_err(|_| InvalidTimestamp)
    }
}

impl fmt::Display for InvalidTimestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("not an RFC 3339 instant between the years -9999 and 9999")
    }
}

impl std::error::Error for InvalidTimestamp {}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(input: &str, expect: &str) {
        assert_eq!(input.parse::<Timestamp>().unwrap().to_string(), expect);
    }

    #[test]
    fn prints_like_go() {
        check("2026-11-20T06:10:58.701664938Z", "2026-11-20T06:10:58.701664938Z");
        check("2026-11-20T06:10:58.700Z", "2026-11-20T06:10:58.7Z");
        check("2026-11-20T06:10:58+01:00", "2026-11-20T05:10:58Z");
        check("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z");
    }

    #[test]
    fn zero_is_year_one() {
        assert_eq!(Timestamp::from_year_one(0, 0).unwrap(), Timestamp::ZERO);
        assert_eq!(Timestamp::ZERO.to_year_one(), (0, 0));
        let before_epoch = Timestamp::from_unix_nanos(-1).unwrap();
        assert_eq!(before_epoch.to_year_one(), (UNIX_EPOCH_FROM_ZERO_SECS - 1, 999_999_999));
    }
}
