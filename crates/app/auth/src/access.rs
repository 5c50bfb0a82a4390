//! What somebody may do, and where.

use crate::rights::{Right, Rights};
use crate::wildcard::Wildcard;

/// What a right is asked for: the place of one node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resource {
    /// The name of the host it is on.
    pub host: Option<String>,
    /// Its namespace, where it has one.
    pub namespace: Option<String>,
    /// Its labels, as key and value.
    pub labels: Vec<(String, String)>,
}

/// Where a grant is valid; an empty list does not limit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    pub(crate) hosts: Vec<Wildcard>,
    pub(crate) namespaces: Vec<Wildcard>,
    /// Key and value.
    pub(crate) labels: Vec<(Wildcard, Wildcard)>,
}

impl Limits {
    fn is_everywhere(&self) -> bool {
        self.hosts.is_empty() && self.namespaces.is_empty() && self.labels.is_empty()
    }

    /// Whether the resource is inside: of each list that limits, one entry must fit.
    fn hold(&self, resource: &Resource) -> bool {
        let fits = |patterns: &[Wildcard], own: &Option<String>| {
            patterns.is_empty()
                || own.as_ref().is_some_and(|own| patterns.iter().any(|one| one.fits(own)))
        };
        let labelled = |(key, value): &(Wildcard, Wildcard)| {
            resource.labels.iter().any(|(own, text)| key.fits(own) && value.fits(text))
        };
        fits(&self.hosts, &resource.host)
            && fits(&self.namespaces, &resource.namespace)
            && (self.labels.is_empty() || self.labels.iter().any(labelled))
    }
}

/// Rights given and taken, somewhere or everywhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Grant {
    pub(crate) gives: Rights,
    pub(crate) takes: Rights,
    pub(crate) limits: Limits,
}

/// All that somebody may do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Access {
    pub(crate) grants: Vec<Grant>,
}

impl Access {
    /// These rights, everywhere.
    pub fn everywhere(rights: Rights) -> Self {
        let grant = Grant { gives: rights, takes: Rights::NONE, limits: Limits::default() };
        Self { grants: vec![grant] }
    }

    /// The rights on everything at once, such as the raw report: those of no limited grant.
    pub fn rights(&self) -> Rights {
        self.sum(|grant| grant.limits.is_everywhere())
    }

    /// The rights on one node.
    pub fn rights_on(&self, resource: &Resource) -> Rights {
        self.sum(|grant| grant.limits.hold(resource))
    }

    /// Whether the right is given for everything at once.
    pub fn may(&self, right: Right) -> bool {
        // The map is one: whoever may see a part of it sees it, and limits apply to secrets and
        // acts.
        self.rights().has(right) || (right == Right::See && self.rights_somewhere().has(right))
    }

    /// Whether the right is given for this node.
    pub fn may_on(&self, right: Right, resource: &Resource) -> bool {
        self.rights_on(resource).has(right)
    }

    /// The rights given anywhere, for what a client offers.
    pub fn rights_somewhere(&self) -> Rights {
        let taken = self.sum_of(|grant| grant.limits.is_everywhere().then_some(grant.takes));
        self.sum_of(|grant| Some(grant.gives)).without(taken)
    }

    /// What is taken counts above what is given, whatever the order of the rules.
    fn sum(&self, counts: impl Fn(&Grant) -> bool) -> Rights {
        let gives = self.sum_of(|grant| counts(grant).then_some(grant.gives));
        gives.without(self.sum_of(|grant| counts(grant).then_some(grant.takes)))
    }

    fn sum_of(&self, part: impl Fn(&Grant) -> Option<Rights>) -> Rights {
        self.grants.iter().filter_map(part).fold(Rights::NONE, Rights::with)
    }
}
