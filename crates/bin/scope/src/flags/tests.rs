//! The flags as scripts for Weave Scope write them, and the page that lists them.

use super::*;
use crate::go_style::normalise;
use std::time::Duration;

fn parse(line: &str) -> Result<Flags, clap::Error> {
    let words = line.split_whitespace().map(OsString::from);
    Flags::try_read(normalise(std::iter::once("scope".into()).chain(words)))
}

#[test]
fn go_style_flags() {
    let flags = parse("launch -probe.docker=F --debug host-b:4040 -probe.spy.interval 2s").unwrap();
    assert_eq!(flags.command().unwrap(), Command::Launch);
    assert_eq!(flags.peers(), ["host-b:4040"]);
    assert!(!*flags.docker && *flags.debug);
    assert_eq!(*flags.spy_interval, Duration::from_secs(2));
}

#[test]
fn the_operator_adds_choices() {
    let flags = parse(
        r"app -app.container-label-filter=A\:B:k=v --app.container-label-filter=C:k=w
          --app.metrics-graph=http://p/?q=:query",
    );
    let flags = flags.unwrap();
    let titles: Vec<_> = flags.label_filters.iter().map(|own| own.title.as_str()).collect();
    assert_eq!(titles, ["A:B", "C"]);
    assert!(flags.label_filters_exclude.is_empty());
    let error = parse("app --app.container-label-filter-exclude=k=v").unwrap_err();
    assert!(error.to_string().contains("Title:key=value"), "{error}");
}

#[test]
fn mode_is_the_original_way() {
    let flags = parse("--mode=probe app:4040").unwrap();
    assert_eq!(flags.command().unwrap(), Command::Probe);
    assert_eq!(flags.peers(), ["app:4040"]);
    assert!(parse("--mode=banana").unwrap().command().unwrap_err().to_string().contains("banana"));
}

#[test]
fn kinds_of_controls_are_chosen() {
    let check = |line: &str, app: Option<&str>, probe: &str| {
        let flags = parse(line).unwrap();
        assert_eq!(flags.controls.map(|kinds| kinds.to_string()).as_deref(), app, "{line}");
        assert_eq!(flags.probe_controls.to_string(), probe, "{line}");
    };
    check("app", None, "all");
    check("app --app.controls peer:1", Some("all"), "all");
    check("app --app.controls=true -probe.controls=logs,restart", Some("all"), "logs,restart");
    check("app --app.controls=false", Some("none"), "all");
    check("app -app.controls=terminal,logs --probe.controls none", Some("logs,terminal"), "none");
    let error = parse("app --app.controls=logs,shells").unwrap_err().to_string();
    assert!(error.contains("logs,terminal,start,stop,restart,pause,remove,signal"), "{error}");
}

#[test]
fn an_unknown_flag_names_the_nearest() {
    let error = parse("launch --probe.dokcer=true").unwrap_err().to_string();
    assert!(error.contains("--probe.docker"), "{error}");
}

#[test]
fn every_flag_has_a_sentence() {
    for argument in Flags::definition().get_arguments() {
        assert!(argument.get_help().is_some(), "{}", argument.get_id());
    }
}

/// Every flag of Weave Scope 1.13 but the commands, with a value where it takes one; a switch has
/// none.
const ORIGINAL: &str = "debug weave weave.hostname=x service-token=x dry-run app-only probe-only
    no-app no-probe probe.token=x probe.http.listen=127.0.0.1:0 probe.publish.interval=3s
    probe.spy.interval=1s probe.full-report-every=3 probe.plugins.root=/x probe.no-controls
    probe.omit.cmd-args probe.omit.env-vars probe.insecure probe.resolver=127.0.0.1:53
    probe.publish.stdout probe.basicAuth probe.basicAuth.username=x probe.basicAuth.password=x
    probe.basicAuth.password.filename=x probe.log.prefix=<x> probe.log.level=info probe.processes
    probe.proc.spy probe.proc.root=/proc probe.conntrack probe.conntrack.buffersize=4194304
    probe.ebpf.connections probe.docker probe.docker.interval=10s probe.docker.bridge=docker0
    probe.cri probe.cri.endpoint=x probe.kubernetes probe.kubernetes.role=host
    probe.kubernetes.node-name=x probe.kubernetes.api=x probe.kubernetes.server=x
    probe.kubernetes.kubeconfig=x probe.kubernetes.context=x probe.kubernetes.cluster=x
    probe.kubernetes.user=x probe.kubernetes.username=x probe.kubernetes.password=x
    probe.kubernetes.token=x probe.kubernetes.client-certificate=x probe.kubernetes.client-key=x
    probe.kubernetes.certificate-authority=x probe.kubernetes.insecure-skip-tls-verify probe.ecs
    probe.ecs.cache.size=1048576 probe.ecs.cache.expiry=1h probe.ecs.cluster.region=x
    probe.weave.addr=x probe.weave.hostname=x app.window=15s app.max-topology-nodes=10000
    app.http.address=:4040 app.stopTimeout=5s app.log.level=info app.log.prefix=<x> app.log.http
    app.log.httpHeaders app.basicAuth app.basicAuth.username=x app.basicAuth.password=x
    app.basicAuth.password.filename=x app.weave.addr=x app.weave.hostname=x app.container.name=x
    app.docker=x app.container-label-filter=a:b=c app.container-label-filter-exclude=a:b=c
    app.metrics-graph=http://x app.externalUI app.block.profile.rate=-1 app.service-name=app
    app.collector=multitenant-live app.collector-addr=x app.collector.s3=local
    app.collector.store-interval=0 app.collector.tick-interval=0 app.aws.create.tables
    app.control.router=local app.control.rpctimeout=1m app.pipe.router=local app.consul.inf=x
    app.nats=x app.memcached.hostname=x app.memcached.timeout=100ms app.memcached.service=x
    app.memcached.expiration=30s app.memcached.compression=-1 app.userid.header=x
    app.billing.enabled app.billing.default-publish-interval=3s billing.ingester=x
    billing.max-buffered-events=1024 billing.retry-delay=500ms";

#[test]
fn every_flag_of_the_original_is_taken_by_every_part() {
    for flag in ORIGINAL.split_whitespace() {
        let (name, value) = flag.split_once('=').map_or((flag, None), |(n, v)| (n, Some(v)));
        for part in ["--mode=app", "-mode probe", "launch"] {
            for dashes in ["-", "--"] {
                let forms = match value {
                    None => vec![name.to_owned(), format!("{name}=false"), format!("{name}=T")],
                    Some(value) => vec![format!("{name}={value}"), format!("{name} {value}")],
                };
                for form in forms {
                    let line = format!("{part} {dashes}{form} {dashes}{form} peer:1");
                    let flags = parse(&line).unwrap_or_else(|error| panic!("{line}: {error}"));
                    assert_eq!(flags.peers(), ["peer:1"], "{line}");
                }
            }
        }
    }
}

#[test]
fn what_has_no_effect_is_said_once() {
    let check = |line: &str, count: usize, word: &str| {
        let flags = parse(line).unwrap();
        let sentences = flags.without_effect();
        assert_eq!(sentences.len(), count, "{line}: {sentences:?}");
        assert!(sentences.iter().all(|sentence| sentence.contains(word)), "{sentences:?}");
    };
    check("app", 0, "");
    check("app --weave=false --app.control.router=local --app.collector.s3=local", 0, "");
    check("app --weave --weave", 1, "--weave has no effect");
    check("app --app.userid.header=X-Scope-OrgID", 1, "not told apart");
    check("app --app.collector=dynamodb://key:secret@eu/t", 1, "collector=dynamodb has no effect");
    check("probe --probe.kubernetes --probe.kubernetes.token=x", 2, "Kubernetes is not asked");
    assert!(parse("app --weave=maybe").is_err());
}

/// One line of the page for each flag of the parser.
fn row(argument: &clap::Arg) -> String {
    let name = argument.get_long().unwrap_or_default();
    let value = argument.get_value_names().and_then(|names| names.first());
    let value = value.map(|value| format!("={value}")).unwrap_or_default();
    let default = argument.get_default_values().first().map(|value| value.to_string_lossy());
    let default = default.filter(|text| !text.is_empty()).map(|text| format!("`{text}`"));
    let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
    let also = argument.get_all_aliases().unwrap_or_default();
    let also: Vec<String> = also.iter().map(|name| format!("`--{name}`")).collect();
    let also = if also.is_empty() { String::new() } else { format!(" Also {}.", also.join(", ")) };
    format!("| `--{name}{value}` | {} | {help}.{also} |\n", default.unwrap_or_default())
}

/// The page about flags.
fn page() -> String {
    let mut page = include_str!("head_of_page.md").to_owned();
    let definition = Flags::definition();
    for heading in [None, Some(PROBE), Some(APP)] {
        page += &format!("\n## {}\n\n", heading.unwrap_or("Both"));
        page += "| flag | default | meaning |\n|---|---|---|\n";
        let own = definition.get_arguments().filter(|argument| {
            let is_flag = argument.get_long().is_some() && !argument.is_hide_set();
            is_flag && argument.get_help_heading() == heading
        });
        page.extend(own.map(row));
    }
    page += "\n## Without effect\n\nTaken, and said so in the log.\n\n";
    page += "| flag | what happens instead |\n|---|---|\n";
    for flag in original::FOREIGN {
        page += &format!("| `--{}` | {} |\n", flag.name, flag.sentence);
    }
    page
}

#[test]
fn the_page_lists_every_flag() {
    expect_test::expect_file!["../../../../../docs/use/flags.md"].assert_eq(&page());
}
