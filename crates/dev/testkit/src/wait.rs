//! Waiting for a condition with a deadline, in place of sleeping and hoping.

use std::time::{Duration, Instant};

/// How often a condition is looked at.
const LOOK_INTERVAL_MILLIS: u64 = 10;

/// Looks until `condition` yields a value; the error names what did not come within `limit`.
pub fn until<T>(
    what: &str,
    limit: Duration,
    mut condition: impl FnMut() -> Option<T>,
) -> Result<T, String> {
    let started = Instant::now();
    loop {
        if let Some(value) = condition() {
            return Ok(value);
        }
        if started.elapsed() >= limit {
            return Err(format!("waited {} ms in vain for {what}", limit.as_millis()));
        }
        std::thread::sleep(Duration::from_millis(LOOK_INTERVAL_MILLIS));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_did_not_come() {
        let failure = until("rain", Duration::ZERO, || None::<()>).unwrap_err();
        assert_eq!(failure, "waited 0 ms in vain for rain");
        assert_eq!(until("sun", Duration::ZERO, || Some(7)), Ok(7));
    }
}
