//! Whose the pipes are: the terminal that somebody opened is nobody else's.

use scope_auth::{Identity, Resource, Right};
use scope_control::PipeId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Pipes whose owner is remembered: more than there can be open.
const OWNERS_MAX: usize = 8192;

/// Who opened a pipe, by what, on what.
#[derive(Clone, Debug)]
pub(crate) struct Opened {
    pub(crate) identity: Arc<Identity>,
    pub(crate) right: Right,
    pub(crate) resource: Option<Resource>,
    pub(crate) control: String,
    pub(crate) node: String,
    pub(crate) label: String,
    pub(crate) probe: String,
}

/// The owners of pipes.
#[derive(Default)]
pub(crate) struct Owners(Mutex<Table>);

#[derive(Default)]
struct Table {
    opened: HashMap<PipeId, (u64, Arc<Opened>)>,
    count: u64,
}

impl Owners {
    /// Notes who opened a pipe. The owner of a pipe does not change: whoever has a probe answer
    /// with the pipe of somebody else gets nothing by it.
    pub(crate) fn note(&self, id: PipeId, opened: Opened, is_closed: impl Fn(&PipeId) -> bool) {
        let mut table = self.lock();
        if table.opened.len() >= OWNERS_MAX {
            table.opened.retain(|id, _| !is_closed(id));
        }
        if table.opened.len() >= OWNERS_MAX {
            let oldest = table.opened.iter().min_by_key(|(_, (number, _))| *number);
            if let Some(oldest) = oldest.map(|(id, _)| id.clone()) {
                table.opened.remove(&oldest);
            }
        }
        table.count += 1;
        let number = table.count;
        table.opened.entry(id).or_insert((number, Arc::new(opened)));
    }

    /// Who opened a pipe, as far as is known.
    pub(crate) fn of(&self, id: &PipeId) -> Option<Arc<Opened>> {
        self.lock().opened.get(id).map(|(_, opened)| Arc::clone(opened))
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scope_auth::Method;

    fn opened(name: &str) -> Opened {
        Opened {
            identity: Arc::new(Identity::new(name, Method::Password)),
            right: Right::Terminal,
            resource: None,
            control: "host_exec".to_owned(),
            node: "web-1;<host>".to_owned(),
            label: String::new(),
            probe: "p1".to_owned(),
        }
    }

    fn id(text: &str) -> PipeId {
        PipeId::parse(text).unwrap()
    }

    #[test]
    fn a_pipe_keeps_its_owner() {
        let owners = Owners::default();
        assert!(owners.of(&id("p")).is_none());
        owners.note(id("p"), opened("eve"), |_| false);
        owners.note(id("p"), opened("bob"), |_| false);
        assert_eq!(owners.of(&id("p")).unwrap().identity.name, "eve");
    }

    #[test]
    fn owners_are_bounded() {
        let owners = Owners::default();
        for number in 0..OWNERS_MAX + 2 {
            owners.note(id(&format!("p{number}")), opened("eve"), |_| false);
        }
        assert_eq!(owners.lock().opened.len(), OWNERS_MAX);
        assert!(owners.of(&id("p0")).is_none());
        owners.note(id("more"), opened("eve"), |_| true);
        assert_eq!(owners.lock().opened.len(), 1);
    }
}
