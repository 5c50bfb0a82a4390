//! Patience that grows with each failure, with chance in it: probes that lost one app together must
//! not come back together.

use rustix::rand::{GetRandomFlags, getrandom};
use std::time::Duration;

/// Waits between attempts.
#[derive(Debug)]
pub(crate) struct Backoff {
    next: Duration,
    first: Duration,
    last: Duration,
}

impl Backoff {
    /// Waits from the first duration, doubling up to the last.
    pub(crate) fn new((first, last): (Duration, Duration)) -> Self {
        Self { next: first, first, last }
    }

    /// The next wait: from half to all of what is due.
    pub(crate) fn next(&mut self) -> Duration {
        let due = self.next;
        self.next = (due * 2).min(self.last);
        let mut byte = [0];
        // Without chance the full wait is due.
        let chance = match getrandom(&mut byte, GetRandomFlags::NONBLOCK) {
            Ok(1) => f64::from(byte[0]) / 255.0,
            _ => 1.0,
        };
        due.mul_f64(0.5 + chance / 2.0)
    }

    /// Starts over after a success.
    pub(crate) fn reset(&mut self) {
        self.next = self.first;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_last() {
        let mut backoff = Backoff::new((Duration::from_secs(1), Duration::from_secs(3)));
        for due in [1, 2, 3, 3] {
            let wait = backoff.next();
            assert!(wait >= Duration::from_millis(due * 500) && wait <= Duration::from_secs(due));
        }
        backoff.reset();
        assert!(backoff.next() <= Duration::from_secs(1));
    }
}
