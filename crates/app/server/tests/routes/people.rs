//! An app at which people sign in, and the people.

use crate::served::{Guard, Served, agent, guard};
use scope_auth::{Account, GateConfig, Htpasswd, Openness, Rules, Secret};
use scope_control::ControlKinds;
use scope_report::{
    ACTIVE_CONTROLS, Control, MetadataTemplate, Node, Report, TemplateSource, Timestamp,
    TopologyKind, id,
};
use scope_server::Bounds;
use std::time::Duration;

/// Who asks. Their passwords are their names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Person {
    Stranger,
    Viewer,
    Operator,
    Admin,
    /// A probe that knows its secret.
    Probe,
    /// An operator with terminals, on the host `web-1` only.
    Web,
    /// The same on what has the label `team=shop`.
    Shop,
    /// Has a terminal on everything, and nothing else but the map.
    Terminal,
    /// Signed in, and no rule names them.
    Nobody,
}

use Person::{Admin, Nobody, Operator, Probe, Shop, Stranger, Terminal, Viewer, Web};

/// All of them, in the order of the tables.
pub const PEOPLE: [Person; 9] =
    [Stranger, Viewer, Operator, Admin, Probe, Web, Shop, Terminal, Nobody];

const RULES: &str = r#"
[[rule]]
users = ["viewer"]
role = "viewer"
[[rule]]
users = ["operator"]
role = "operator"
[[rule]]
users = ["web"]
role = "operator"
give = ["terminal"]
hosts = ["web-*"]
[[rule]]
users = ["shop"]
role = "operator"
give = ["terminal"]
labels = ["team=shop"]
[[rule]]
users = ["terminal"]
role = "viewer"
give = ["terminal"]
"#;

impl Person {
    pub fn name(self) -> &'static str {
        match self {
            Stranger => "",
            Viewer => "viewer",
            Operator => "operator",
            Admin => "admin",
            Probe => "local-probe",
            Web => "web",
            Shop => "shop",
            Terminal => "terminal",
            Nobody => "nobody",
        }
    }

    fn password(self) -> String {
        match self {
            Probe => probe_secret().text().to_owned(),
            other => other.name().to_owned(),
        }
    }

    /// What they show with a request.
    pub fn header(self) -> (&'static str, String) {
        use base64::Engine;
        if self == Stranger {
            return ("user-agent", "test".to_owned());
        }
        let account = format!("{}:{}", self.name(), self.password());
        let encoded = base64::engine::general_purpose::STANDARD.encode(account);
        ("authorization", format!("Basic {encoded}"))
    }

    /// Asks; the status and the body.
    pub fn ask(
        self,
        served: &Served,
        (method, path): (&str, &str),
        headers: &[(&str, &str)],
    ) -> (u16, String) {
        let own = self.header();
        let mut request = ureq::http::Request::builder().method(method).uri(served.url(path));
        for (name, value) in headers.iter().chain(&[(own.0, own.1.as_str())]) {
            request = request.header(*name, *value);
        }
        let mut answer = agent().run(request.body(String::new()).unwrap()).unwrap();
        (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
    }
}

fn probe_secret() -> Secret {
    Secret::new("", [9; 32])
}

/// Who may do what here.
pub fn rules() -> Guard {
    let line = |person: &Person| {
        let name = person.name();
        format!("{name}:{}\n", bcrypt::hash(name, 4).unwrap())
    };
    let named = [Viewer, Operator, Web, Shop, Terminal, Nobody];
    let users: String = named.iter().map(line).collect();
    let own = guard(Openness::Closed);
    let gate = GateConfig {
        links: true,
        account: Some(Account { name: "admin".to_owned(), password: "admin".to_owned() }),
        users: Some(Htpasswd::parse(&users).unwrap()),
        rules: Rules::parse(RULES).unwrap(),
        local_probe: Some(probe_secret()),
        ..own.gate
    };
    Guard { gate, ..own }
}

/// An app with these people, which keeps reports for an hour.
pub fn served() -> Served {
    guarded(rules())
}

pub fn guarded(guard: Guard) -> Served {
    Served::guarded(ControlKinds::ALL, Bounds::default(), Duration::from_secs(3600), guard)
}

/// Posts a report of the hosts `web-1` and `db-1`, each with a process and a container; what runs
/// on each is acted on by a probe of its own, `p-web` and `p-db`.
pub fn report(served: &Served) {
    let at = Timestamp::from_unix(1_800_000_000, 0).unwrap();
    let mut report = Report::stamped(at);
    for (kind, key) in [
        (TopologyKind::Container, "docker_container_command"),
        (TopologyKind::Container, "docker_env_TOKEN"),
        (TopologyKind::Process, "cmdline"),
    ] {
        let template = MetadataTemplate {
            id: key.into(),
            label: key.into(),
            from: TemplateSource::Latest,
            ..MetadataTemplate::default()
        };
        report.topology_mut(kind).metadata_templates.insert(key, template);
    }
    for id in ["docker_stop_container", "docker_exec_container", "docker_remove_container"] {
        let control = Control { id: id.into(), human: id.into(), ..Control::default() };
        report.topology_mut(TopologyKind::Container).controls.insert(id, control);
    }
    let active = "docker_stop_container;docker_exec_container;docker_remove_container";
    for (host, probe, team) in [("web-1", "p-web", "shop"), ("db-1", "p-db", "bank")] {
        let mut node = Node::new(id::host(host), "host");
        node.set_fact("host_name", at, host);
        node.set_fact("control_probe_id", at, probe);
        report.topology_mut(TopologyKind::Host).add(node);
        let mut node = Node::new(id::container(host), "container");
        node.set_fact("docker_container_id", at, host);
        node.set_fact("docker_container_name", at, format!("box-{host}"));
        node.set_fact("docker_container_command", at, "psql -W c0ntainer-s3cret");
        node.set_fact("docker_env_TOKEN", at, "env-s3cret");
        node.set_fact("docker_container_state", at, "running");
        node.set_fact("docker_label_team", at, team);
        node.set_fact(ACTIVE_CONTROLS, at, active);
        node.set_fact("control_probe_id", at, probe);
        node.add_parent("host", id::host(host));
        report.topology_mut(TopologyKind::Container).add(node);
        let mut node = Node::new(id::process(host, 7), "process");
        node.set_fact("name", at, "psql");
        node.set_fact("pid", at, "7");
        node.set_fact("cmdline", at, "psql -W pr0cess-s3cret");
        node.add_parent("host", id::host(host));
        report.topology_mut(TopologyKind::Process).add(node);
    }
    let (name, value) = Probe.header();
    let request = agent().post(served.url("/api/report")).header(name, value);
    let request = request.header("Content-Type", "application/msgpack");
    let answer = request.send(&scope_wire::encode_msgpack(&report)[..]).unwrap();
    assert_eq!(answer.status(), 200);
}
