//! What of the Internet has a name: services that are known, and the domains of other peers.
//!
//! Known services are those of Weave Scope, by any name. Other peers are grouped by the domain
//! that the owner of their name registered, but only by names that were heard when one of our
//! hosts asked for them: whoever owns an address can give it any name in reverse. And only where
//! a probe says that it listens, so that reports of Weave Scope look as they do there.

use scope_report::{DnsNames, Node};

/// The domains under which each name is a service of its own.
const DOMAINS: [&str; 10] = [
    "amazonaws.com",
    "azure-api.net",
    "cloudapp.azure.com",
    "core.windows.net",
    "database.windows.net",
    "documents.azure.com",
    "googleapis.com",
    "onmicrosoft.com",
    "servicebus.windows.net",
    "weave.works",
];

/// How many names of one address are looked at.
const NAMES_PER_ADDRESS_MAX: usize = 64;

/// The first of an address's names, those seen in answers before those looked up, that `wanted`
/// takes.
pub(crate) fn first_name(names: &DnsNames, wanted: impl Fn(&str) -> bool) -> Option<&str> {
    let DnsNames { forward, reverse } = names;
    let names = forward.iter().chain(reverse).take(NAMES_PER_ADDRESS_MAX);
    names.map(|name| name.as_str()).find(|name| wanted(name))
}

/// Whether a DNS name is that of a known service; virtual machines are not.
pub(crate) fn is_known_service(name: &str) -> bool {
    let under = |domain: &&str| {
        name.strip_suffix(*domain)
            .and_then(|rest| rest.strip_suffix('.'))
            .is_some_and(|label| !label.is_empty())
    };
    let is_machine = name.starts_with("ec2") && name.ends_with(".amazonaws.com");
    !is_machine && DOMAINS.iter().any(under)
}

/// The fact of a host whose probe listens to DNS, and so asks for peers to be grouped by domain.
const SNOOPING_FACT: &str = "host_dns_snooping";

/// Whether a host's probe listens to DNS: if one does, peers of the outside are grouped by domain.
pub(crate) fn listens_to_dns(host: &Node) -> bool {
    host.latest.contains_key(SNOOPING_FACT)
}

/// The registered domain of the first of an address's names that was heard.
///
/// A name that is no more than a public suffix, or a single word, stands for itself.
pub(crate) fn first_domain(names: &DnsNames) -> Option<&str> {
    let name = names.forward.iter().next()?.as_str();
    Some(psl::domain_str(name).unwrap_or(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expect: bool) {
        assert_eq!(is_known_service(name), expect, "{name}");
    }

    #[test]
    fn services_are_known_by_domain() {
        check("storage.googleapis.com", true);
        check("s3.eu-west-1.amazonaws.com", true);
        check("ec2-1-2-3-4.compute.amazonaws.com", false);
        check("googleapis.com", false);
        check(".googleapis.com", false);
        check("evilgoogleapis.com", false);
        check("example.com", false);
    }

    #[track_caller]
    fn check_domain(heard: &[&str], looked_up: &[&str], expect: Option<&str>) {
        let names = DnsNames {
            forward: heard.iter().copied().collect(),
            reverse: looked_up.iter().copied().collect(),
        };
        assert_eq!(first_domain(&names), expect, "{heard:?}");
    }

    #[test]
    fn peers_are_grouped_by_what_was_registered() {
        check_domain(&["api.eu.example.com"], &[], Some("example.com"));
        check_domain(&["www.example.co.uk"], &[], Some("example.co.uk"));
        check_domain(&["shop.github.io"], &[], Some("shop.github.io"));
        check_domain(&["db.prod.corp.internal"], &[], Some("corp.internal"));
        check_domain(&["co.uk"], &[], Some("co.uk"));
        check_domain(&["database"], &[], Some("database"));
        check_domain(&["b.example.org", "a.example.net"], &[], Some("example.net"));
        check_domain(&[], &["host-1.isp.example.net"], None);
    }
}
