//! Who may do what where, by one file of rules.

use super::*;
use crate::access::Resource;

const FILE: &str = r#"
default = "viewer"

[[rule]]
groups = ["ops"]
role = "admin"

[[rule]]
users = ["eve", "bob-*"]
role = "operator"
hosts = ["web-*"]

[[rule]]
users = ["eve"]
give = ["terminal"]
namespaces = ["shop"]
labels = ["team=shop", "tier=*"]

[[rule]]
users = ["carl"]
take = ["terminal"]

[[rule]]
users = ["dora"]
role = "admin"
[[rule]]
users = ["dora"]
take = ["terminal"]
hosts = ["db-*"]
"#;

fn access(name: &str, groups: &[&str]) -> Access {
    let groups = groups.iter().map(|group| (*group).to_owned());
    let identity = Identity::new(name, Method::Password).in_groups(groups);
    Rules::parse(FILE).unwrap().access(&identity)
}

fn on(host: &str, namespace: &str, label: &str) -> Resource {
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let label = label.split_once('=').map(|(key, value)| (key.to_owned(), value.to_owned()));
    Resource { host: some(host), namespace: some(namespace), labels: label.into_iter().collect() }
}

fn names(rights: Rights) -> String {
    rights.iter().map(Right::name).collect::<Vec<_>>().join(" ")
}

#[test]
fn rules_give_roles_somewhere() {
    let check = |name: &str, groups: &[&str], resource: Resource, expect: &str| {
        assert_eq!(names(access(name, groups).rights_on(&resource)), expect, "{name} {resource:?}");
    };
    let all = names(Rights::all());
    check("zoe", &[], on("web-1", "", ""), "see");
    check("zoe", &["ops"], on("web-1", "", ""), &all);
    check("eve", &[], on("web-1", "", ""), "see secrets logs operate");
    check("bob-2", &[], on("web-1", "", ""), "see secrets logs operate");
    check("eve", &[], on("db-1", "", ""), "");
    check("eve", &[], on("", "", ""), "");
    check("eve", &[], on("db-1", "shop", "team=shop"), "terminal");
    check("eve", &[], on("db-1", "shop", "tier=front"), "terminal");
    check("eve", &[], on("db-1", "shop", "team=other"), "");
    check("eve", &[], on("db-1", "", "team=shop"), "");
    check("eve", &[], on("web-1", "shop", "team=shop"), "see secrets logs operate terminal");
    check("carl", &[], on("web-1", "", ""), "see");
    let without = names(Rights::all().without(Rights::of(&[Right::Terminal])));
    check("carl", &["ops"], on("web-1", "", ""), &without);
    check("dora", &[], on("web-1", "", ""), &all);
    check("dora", &[], on("db-1", "", ""), &without);
}

#[test]
fn what_is_limited_is_not_for_everything() {
    let eve = access("eve", &[]);
    assert!(eve.may(Right::See), "whoever sees a part sees the map");
    assert!(!eve.may(Right::SeeSecrets));
    assert!(!eve.may(Right::Operate));
    assert_eq!(names(eve.rights_somewhere()), "see secrets logs operate terminal");
    let carl = access("carl", &["ops"]);
    assert!(carl.may(Right::SeeSecrets));
    assert!(!carl.rights_somewhere().has(Right::Terminal));
}

#[test]
fn without_a_default_strangers_get_nothing() {
    for text in ["", "default = \"none\""] {
        let identity = Identity::new("zoe", Method::OpenId);
        let access = Rules::parse(text).unwrap().access(&identity);
        assert_eq!(access.rights_somewhere(), Rights::NONE);
    }
}

#[test]
fn without_rules_a_provider_elsewhere_gives_nothing() {
    let rules = Rules::only(Role::Viewer);
    let rights = |method| rules.access(&Identity::new("zoe", method)).rights();
    assert_eq!(rights(Method::Password), Role::Viewer.rights());
    assert_eq!(rights(Method::OpenId), Rights::NONE);
}

#[test]
fn whoever_has_the_machine_is_not_limited() {
    for method in [Method::Link, Method::Account] {
        let access = Rules::parse(FILE).unwrap().access(&Identity::new("carl", method));
        assert_eq!(access.rights(), Rights::all());
    }
}

#[test]
fn what_cannot_be_understood_is_refused() {
    let check = |text: &str, expect: &str| {
        let error = Rules::parse(text).unwrap_err();
        assert!(error.to_string().contains(expect), "{error}");
    };
    check("[[rule]]\nrole = \"admin\"", "rule 1 is for nobody");
    check("[[rule]]\nusers = [\"a\"]\nrole = \"root\"", "rule 1: \"root\" is no role");
    check("[[rule]]\nusers = [\"a\"]\ngive = [\"x\"]", "\"x\" is no right");
    check("[[rule]]\nusers = [\"a\"]\nlabels = [\"x\"]", "is not KEY=VALUE");
    check("[[rule]]\nusers = [\"a\"]\nhost = [\"x\"]", "cannot be read");
    check("default = \"root\"", "\"root\" is no role");
    check("[[", "cannot be read");
    check(&"#".repeat(RULES_BYTES_MAX + 1), "more than");
}
