//! Ids in ascending order, each with a place, on counted pages.

use crate::dense::Dense;
use scope_report::Text;
use std::sync::Arc;

/// Ids on a page.
const PAGE: usize = 128;

/// An id, its place, and whether it shall be in.
pub(crate) type OrderEdit = (Text, Dense, bool);

type Page = Vec<(Text, Dense)>;

/// Ids in ascending order; no page is empty.
#[derive(Clone, Debug, Default)]
pub(crate) struct Order {
    pages: Vec<Arc<Page>>,
}

impl Order {
    /// The ids ascending, each with its place.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Text, Dense)> {
        self.pages.iter().flat_map(|page| page.iter().map(|(id, place)| (id, *place)))
    }

    /// Takes ids in and out, each at most once.
    pub(crate) fn apply(&mut self, mut edits: Vec<OrderEdit>) {
        edits.sort_by(|a, b| a.0.cmp(&b.0));
        let mut rest = edits.as_slice();
        // From the last page to the first, so that the places of those to come stay.
        while let Some((last, _, _)) = rest.last() {
            let page = self.page_of(last);
            let first = (page > 0).then_some(page);
            let first = first.and_then(|page| self.pages.get(page)?.first());
            let from = first.map_or(0, |(first, _)| rest.partition_point(|edit| edit.0 < *first));
            let (before, own) = rest.split_at(from.min(rest.len() - 1));
            self.rewrite(page, own);
            rest = before;
        }
    }

    /// The page an id is on, or would be.
    fn page_of(&self, id: &Text) -> usize {
        let after = self.pages.partition_point(|page| page.first().is_some_and(|own| own.0 <= *id));
        after.saturating_sub(1)
    }

    fn rewrite(&mut self, page: usize, edits: &[OrderEdit]) {
        let old = self.pages.get(page).map(|page| page.as_slice()).unwrap_or_default();
        let mut new: Page = Vec::with_capacity(old.len() + edits.len());
        let mut olds = old.iter().peekable();
        for (id, place, is_in) in edits {
            while let Some(own) = olds.next_if(|own| own.0 < *id) {
                new.push(own.clone());
            }
            olds.next_if(|own| own.0 == *id);
            if *is_in {
                new.push((id.clone(), *place));
            }
        }
        new.extend(olds.cloned());
        let mut end = (page + 1).min(self.pages.len());
        // A page that became short takes the next one in.
        if new.len() < PAGE / 4
            && let Some(next) = self.pages.get(end)
        {
            new.extend(next.iter().cloned());
            end += 1;
        }
        let pages: Vec<Arc<Page>> = match new.len() {
            0..=PAGE => Some(Arc::new(new)).into_iter().filter(|page| !page.is_empty()).collect(),
            _ => new.chunks(PAGE / 4 * 3).map(|chunk| Arc::new(chunk.to_vec())).collect(),
        };
        self.pages.splice(page.min(end)..end, pages);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(order: &Order, expect: impl Iterator<Item = u32>) {
        let own: Vec<_> = order.iter().map(|(id, place)| (id.to_string(), place)).collect();
        let expect: Vec<_> = expect.map(|number| (format!("{number:05}"), number)).collect();
        assert_eq!(own, expect);
        assert!(order.pages.iter().all(|page| (1..=PAGE).contains(&page.len())));
    }

    #[test]
    fn ids_come_and_go() {
        let edits = |range: std::ops::Range<u32>, step: usize, is_in| {
            let ids = range.step_by(step);
            ids.map(move |number| (Text::from(format!("{number:05}")), number, is_in)).collect()
        };
        let mut order = Order::default();
        order.apply(edits(0..3000, 3, true));
        check(&order, (0..3000).step_by(3));
        let copy = order.clone();
        order.apply(edits(1..3000, 3, true));
        check(&order, (0..3000).filter(|number| number % 3 != 2));
        order.apply(edits(0..3000, 3, false));
        check(&order, (1..3000).step_by(3));
        order.apply(edits(4..3000, 3, false));
        check(&order, 1..2);
        order.apply(edits(1..2, 1, false));
        check(&order, 0..0);
        check(&copy, (0..3000).step_by(3));
        order.apply(edits(7..8, 1, true));
        check(&order, 7..8);
    }
}
