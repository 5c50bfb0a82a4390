//! How much processor time a reporter may use: an income per second, saved up to a limit.
//!
//! Work that would exceed the savings is put off, so that a big machine is looked at more rarely
//! instead of costing more. Pure: clocks are read by the caller.

/// What may be saved: the most one tick costs when there is a choice.
const SAVINGS_NANOS_MAX: i128 = 100_000_000;

/// What there is to begin with: the first look at a machine finds everything new.
const START_NANOS: i128 = 1_000_000_000;

/// An overdraft beyond this is forgiven, so that one bad moment does not blind for long: ten
/// seconds at an income of 1 %.
const DEBT_NANOS_MAX: i128 = 100_000_000;

/// Savings of processor time.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// Income: nanoseconds of processor time per million nanoseconds.
    parts_per_million: i128,
    savings_nanos: i128,
    is_unlimited: bool,
    earned_until: Option<i128>,
}

impl Budget {
    /// An income of `core_share` of one core (0.02 for 2 %); infinity for no limit at all.
    pub fn new(core_share: f64) -> Self {
        let share = if core_share.is_finite() { core_share.clamp(0.0, 1024.0) } else { 1024.0 };
        #[expect(clippy::cast_possible_truncation, reason = "clamped above")]
        let parts_per_million = (share * 1e6) as i128;
        let is_unlimited = core_share == f64::INFINITY;
        Self { parts_per_million, savings_nanos: START_NANOS, is_unlimited, earned_until: None }
    }

    /// Adds the income up to `now_nanos`, of any clock that does not go back.
    pub fn earn(&mut self, now_nanos: i128) {
        let since = now_nanos - self.earned_until.unwrap_or(now_nanos);
        self.earned_until = Some(now_nanos);
        // What there was to begin with may be more than can be saved; it is not taken away.
        let limit = self.savings_nanos.max(SAVINGS_NANOS_MAX);
        let income = since.max(0).saturating_mul(self.parts_per_million) / 1_000_000;
        self.savings_nanos = self.savings_nanos.saturating_add(income).min(limit);
    }

    /// The first look is over: what it left of the beginning's savings is more than can be saved.
    pub fn settle(&mut self) {
        self.savings_nanos = self.savings_nanos.min(SAVINGS_NANOS_MAX);
    }

    /// Takes away what was used.
    pub fn spend(&mut self, nanos: i128) {
        self.savings_nanos = (self.savings_nanos - nanos.max(0)).max(-DEBT_NANOS_MAX);
    }

    /// Whether anything is left after `nanos` more.
    pub fn affords(&self, nanos: i128) -> bool {
        self.is_unlimited || self.savings_nanos > nanos
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: i128 = 1_000_000;

    #[test]
    fn saves_and_spends() {
        let mut budget = Budget::new(0.02);
        budget.earn(0);
        budget.spend(START_NANOS);
        assert!(!budget.affords(0));
        budget.earn(1000 * MS);
        assert!(budget.affords(19 * MS) && !budget.affords(20 * MS));
        budget.earn(3_600_000 * MS);
        assert!(budget.affords(99 * MS) && !budget.affords(100 * MS));
        budget.earn(0);
        assert!(budget.affords(99 * MS), "a clock that went back takes nothing");
    }

    #[test]
    fn there_may_be_no_limit() {
        let mut budget = Budget::new(f64::INFINITY);
        budget.spend(i128::from(u64::MAX));
        assert!(budget.affords(i128::from(u64::MAX)));
    }

    #[test]
    fn debts_are_limited() {
        let mut budget = Budget::new(f64::NAN);
        budget.spend(i128::from(u64::MAX));
        budget.earn(0);
        budget.earn(2 * MS);
        assert!(budget.affords(0));
    }
}
