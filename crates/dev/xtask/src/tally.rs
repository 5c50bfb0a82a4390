//! Counts tests from what cargo and vitest print.
//!
//! Rust has no word for a test that could not run; ours print a line `skipped: reason`, or
//! `skipped (kernel): reason` when the kernel lacks what the test needs. Such a test counts as
//! skipped and not as passed.

use serde::Deserialize;

/// What ran and how it ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Tests that ran and held.
    pub passed: usize,
    /// Tests that did not hold, and steps that failed.
    pub failed: usize,
    /// Tests that could not run.
    pub skips: Vec<Skip>,
}

/// A test that could not run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skip {
    /// As the test says it.
    pub reason: String,
    /// No installation can change it.
    pub kernel: bool,
}

impl Tally {
    /// Adds what another run found.
    pub fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skips.extend(other.skips);
    }

    /// `12 passed, 0 failed, 1 skipped`.
    pub fn sum(&self) -> String {
        let Self { passed, failed, skips } = self;
        format!("{passed} passed, {failed} failed, {} skipped", skips.len())
    }

    /// Skips that a build server does not accept.
    pub fn avoidable_skips(&self) -> impl Iterator<Item = &Skip> {
        self.skips.iter().filter(|skip| !skip.kernel)
    }
}

/// Reads the lines of `cargo test -- --show-output`.
#[derive(Debug, Default)]
pub struct CargoReader {
    /// What was found so far.
    pub tally: Tally,
    part: Part,
    /// The section of the current test had its skip counted.
    counted: bool,
    /// Skips that the next `test result` line counts as passed.
    skipped: usize,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Part {
    #[default]
    Outside,
    /// What passing tests printed.
    Successes,
    /// What failing tests printed.
    Failures,
}

impl CargoReader {
    /// Takes a line; says whether a reader wants to see it.
    pub fn line(&mut self, line: &str) -> bool {
        if line == "successes:" || line == "failures:" {
            self.part = if line == "failures:" { Part::Failures } else { Part::Successes };
            return self.part == Part::Failures;
        }
        if let Some(result) = line.strip_prefix("test result: ") {
            self.part = Part::Outside;
            let skipped = std::mem::take(&mut self.skipped);
            self.tally.passed += number_before(result, " passed").saturating_sub(skipped);
            self.tally.failed += number_before(result, " failed");
            let ignored = number_before(result, " ignored");
            let skip = Skip { reason: "ignored".to_owned(), kernel: false };
            self.tally.skips.extend(std::iter::repeat_n(skip, ignored));
            return true;
        }
        if line.starts_with("---- ") {
            self.counted = false;
        }
        if self.part != Part::Successes {
            let passed_test = line.starts_with("test ") && line.ends_with(" ok");
            return !line.trim().is_empty() && !passed_test;
        }
        match skip_of(line).filter(|_| !self.counted) {
            Some(skip) => {
                self.counted = true;
                self.skipped += 1;
                self.tally.skips.push(skip);
                true
            }
            None => false,
        }
    }
}

fn skip_of(line: &str) -> Option<Skip> {
    let rest = line.strip_prefix("skipped")?;
    let (kernel, reason) = match rest.strip_prefix(" (kernel)") {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let reason = reason.strip_prefix(':')?.trim().to_owned();
    Some(Skip { reason, kernel })
}

fn number_before(text: &str, word: &str) -> usize {
    let before = text.split(word).next().unwrap_or_default();
    let digits = before.rsplit(|letter: char| !letter.is_ascii_digit()).next();
    digits.and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct VitestReport {
    num_passed_tests: usize,
    num_failed_tests: usize,
    #[serde(default)]
    num_pending_tests: usize,
    #[serde(default)]
    num_todo_tests: usize,
    #[serde(default)]
    num_failed_test_suites: usize,
}

/// Reads the JSON report of vitest.
pub fn of_vitest(json: &[u8]) -> serde_json::Result<Tally> {
    let report: VitestReport = serde_json::from_slice(json)?;
    let skip = Skip { reason: "skipped in vitest".to_owned(), kernel: false };
    let skipped = report.num_pending_tests + report.num_todo_tests;
    // A file that cannot be loaded has no tests and still is a failure.
    let failed = report.num_failed_tests.max(report.num_failed_test_suites.min(1));
    let skips = vec![skip; skipped];
    Ok(Tally { passed: report.num_passed_tests, failed, skips })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(output: &str, passed: usize, failed: usize, skips: &[(&str, bool)]) {
        let mut reader = CargoReader::default();
        for line in output.lines() {
            reader.line(line);
        }
        let found: Vec<(&str, bool)> =
            reader.tally.skips.iter().map(|skip| (skip.reason.as_str(), skip.kernel)).collect();
        assert_eq!((reader.tally.passed, reader.tally.failed), (passed, failed), "{output}");
        assert_eq!(found, skips);
    }

    const END: &str = "measured; 0 filtered out; finished in 0.00s";

    #[test]
    fn results_are_summed() {
        check(
            &format!(
                "test a ... ok\ntest result: ok. 3 passed; 0 failed; 0 ignored; 0 {END}\n\
                 test result: FAILED. 10 passed; 2 failed; 1 ignored; 0 {END}"
            ),
            13,
            2,
            &[("ignored", false)],
        );
    }

    #[test]
    fn a_skip_is_no_pass() {
        check(
            &format!(
                "test a ... ok\n\nsuccesses:\n\n---- a stdout ----\nskipped: no dockerd\n\
                 skipped: again\n\n---- b stdout ----\nskipped (kernel): no conntrack\n\n\
                 successes:\n    a\n    b\n    c\n\n\
                 test result: ok. 3 passed; 0 failed; 0 ignored; 0 {END}"
            ),
            1,
            0,
            &[("no dockerd", false), ("no conntrack", true)],
        );
    }

    #[test]
    fn failures_are_shown_and_successes_are_not() {
        let mut reader = CargoReader::default();
        assert!(!reader.line("test a ... ok"));
        assert!(reader.line("test b ... FAILED"));
        assert!(!reader.line("successes:"));
        assert!(!reader.line("chatter of a"));
        assert!(reader.line("failures:"));
        assert!(reader.line("assertion failed"));
    }

    #[test]
    fn vitest_is_read() {
        let report = br#"{"numPassedTests":4,"numFailedTests":0,"numPendingTests":1,
            "numFailedTestSuites":1,"numTotalTests":5}"#;
        let tally = of_vitest(report).expect("the report is valid");
        assert_eq!(tally.sum(), "4 passed, 1 failed, 1 skipped");
    }
}
