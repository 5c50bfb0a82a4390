//! Services on the Internet that are known by their DNS names.

use scope_report::DnsNames;

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
}
