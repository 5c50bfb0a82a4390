//! Containers from recorded answers.

use super::*;

const KEEP: Privacy =
    Privacy { omit_env_vars: false, omit_cmd_args: false, secrets: Secrets::Told };

macro_rules! recorded {
    ($name:literal, $privacy:expr) => {
        Container::read(
            serde_json::from_str(include_str!(concat!(
                "../../../../../testdata/docker/inspect-",
                $name,
                ".json"
            )))
            .unwrap(),
            $privacy,
        )
        .unwrap()
    };
}

fn texts(of: &[Text]) -> Vec<&str> {
    of.iter().map(Text::as_str).collect()
}

#[test]
fn web_is_read_in_full() {
    let web = recorded!("web", KEEP);
    assert_eq!(web.name, "web");
    assert_eq!(web.hostname, "web-1.example.org");
    assert_eq!(web.command, "sh -c while true; do sleep 1; done");
    assert!(web.created.starts_with("2026-11-20T09:22:3"));
    assert!(web.image_id.starts_with("8c7df51d29c3") && web.image_id.len() == 64);
    assert_eq!((web.phase, web.init_pid), (Phase::Running, Some(29_769)));
    assert_eq!(web.health.as_deref(), Some("healthy"));
    assert_eq!(texts(&web.networks), ["back", "front"]);
    let ips: Vec<String> = web.ips.iter().map(ToString::to_string).collect();
    assert_eq!(ips, ["172.18.0.2", "172.30.0.2", "fd00:5c::2"]);
    assert_eq!(web.network_mode, NetworkMode::Own);
    assert_eq!(web.network_words, "front");
    assert!(web.env.contains(&("SECRET".into(), "hunter2".into())));
    let labels: Vec<&str> = web.labels.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(labels, ["app", "tier", "works.weave.role"]);
}

#[test]
fn ports_keep_their_bindings() {
    let ports = recorded!("web", KEEP).ports;
    let outer = |ip: &str, port: &str| Some((ip.into(), port.into()));
    let port = |inner: &str, outer| Port { inner: inner.into(), outer };
    let expect = [
        port("443/tcp", outer("127.0.0.1", "8443")),
        port("80/tcp", outer("0.0.0.0", "8080")),
        port("80/tcp", outer("::", "8080")),
        port("9000/tcp", None),
    ];
    assert_eq!(ports, expect);
}

#[test]
fn privacy_is_kept() {
    let web = recorded!("web", Privacy { omit_env_vars: true, omit_cmd_args: true, ..KEEP });
    assert_eq!((web.command.as_str(), web.env.len()), ("sh", 0));
}

#[test]
fn secrets_are_masked() {
    let answer = |id: &str| -> ContainerInspectResponse {
        serde_json::from_value(serde_json::json!({
            "Id": id,
            "Path": "/entry.sh",
            "Args": ["mysqld", "--password=hunter2", "-v"],
            "Config": {
                "Env": ["MYSQL_PASSWORD=hunter2", "URL=http://a:b@h/", "PATH=/bin"],
                "Labels": { "api.token": "abc9", "tier": "edge" },
            },
        }))
        .unwrap()
    };
    let read = |secrets| Container::read(answer("0123456789ab"), Privacy { secrets, ..KEEP });
    let masked = read(Secrets::Masked).unwrap();
    assert_eq!(masked.command, "/entry.sh mysqld --password=<masked> -v");
    let pair = |key: &str, value: &str| (Text::from(key), Text::from(value));
    assert_eq!(masked.labels, [pair("api.token", "<masked>"), pair("tier", "edge")]);
    let expect = [
        pair("MYSQL_PASSWORD", "<masked>"),
        pair("PATH", "/bin"),
        pair("URL", "http://a:<masked>@h/"),
    ];
    assert_eq!(masked.env, expect);
    let told = read(Secrets::Told).unwrap();
    assert_eq!(told.command, "/entry.sh mysqld --password=hunter2 -v");
    assert!(told.labels.contains(&pair("api.token", "abc9")));
}

#[track_caller]
fn check(container: &Container, phase: Phase, state: &str) {
    let now = "2026-11-20T09:25:33Z".parse().unwrap();
    assert_eq!(container.phase, phase);
    assert_eq!(container.state_in_words(now), state);
}

#[test]
fn states_have_words() {
    check(&recorded!("web", KEEP), Phase::Running, "Up 3 minutes");
    check(&recorded!("held", KEEP), Phase::Paused, "Up 2 minutes (Paused)");
    check(&recorded!("done", KEEP), Phase::Exited, "Exited (3) 2 minutes ago");
    check(&recorded!("fresh", KEEP), Phase::Created, "Created");
    let mut other = recorded!("done", KEEP);
    other.phase = Phase::Restarting;
    check(&other, Phase::Restarting, "Restarting (3) 2 minutes ago");
    other.phase = Phase::Dead;
    check(&other, Phase::Dead, "Dead");
}

#[test]
fn network_modes_are_told_apart() {
    let owner = recorded!("web", KEEP).id;
    assert_eq!(recorded!("side", KEEP).network_mode, NetworkMode::Container(owner));
    assert_eq!(recorded!("hostnet", KEEP).network_mode, NetworkMode::Host);
    let lonely = recorded!("lonely", KEEP);
    assert_eq!(lonely.network_mode, NetworkMode::Own);
    assert!(lonely.networks.is_empty() && lonely.ips.is_empty());
}

#[test]
fn hostile_answers_are_no_containers() {
    let answer =
        |id: &str| ContainerInspectResponse { id: Some(id.to_owned()), ..Default::default() };
    assert!(Container::read(answer("../../etc/passwd"), KEEP).is_none());
    assert!(Container::read(answer(""), KEEP).is_none());
    assert!(Container::read(ContainerInspectResponse::default(), KEEP).is_none());
    let bare = Container::read(answer("0123456789ab"), KEEP).unwrap();
    assert_eq!((bare.phase, bare.init_pid), (Phase::Created, None));
}

#[test]
fn each_state_offers_what_makes_sense() {
    let check = |phase: Phase, expect: &str| {
        let controls = phase.active_controls().replace("docker_", "");
        let controls = controls.replace("container_", "").replace("_container", "");
        assert_eq!(controls, expect, "{phase:?}");
    };
    check(Phase::Running, "restart;stop;pause;attach;exec;logs");
    check(Phase::Restarting, "restart;stop;pause;attach;exec;logs");
    check(Phase::Paused, "unpause;logs");
    check(Phase::Exited, "start;remove;logs");
    check(Phase::Dead, "start;remove;logs");
    check(Phase::Created, "start;remove");
    let buttons = crate::templates::containers().controls;
    for phase in [Phase::Running, Phase::Paused, Phase::Exited] {
        assert!(phase.active_controls().split(';').all(|id| buttons.contains_key(id)));
    }
}
