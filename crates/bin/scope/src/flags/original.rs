//! Flags of Weave Scope for what this Scope does not have: taken, and said so, never ignored.
//!
//! Scripts and manifests for Weave Scope pass them; a sentence in the log tells what happens
//! instead. A switch that is given as false asks for nothing, and nothing is said.

use super::Flags;
use crate::go_style::Switch;
use clap::builder::ValueParser;
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches};

/// How a flag is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// `-x`, `-x=true`, `-x=false`.
    Switch,
    /// `-x=value`, `-x value`.
    Value,
}

/// A flag without effect.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Foreign {
    /// Without dashes.
    pub(crate) name: &'static str,
    pub(crate) form: Form,
    /// What happens instead.
    pub(crate) sentence: &'static str,
}

use Form::{Switch as S, Value as V};

const WEAVE: &str = "Weave Net is not asked: neither its peers nor its names are on the map";
const NAMED_APP: &str =
    "the app is not registered with Weave's DNS: name it on the probes' command lines";
const KUBERNETES: &str = "Kubernetes is not asked: pods, services and controllers are not on the \
    map; containers and connections are";
const CRI: &str = "no container engine is asked over CRI: its containers are not on the map; \
    processes and connections are";
const ECS: &str = "Amazon ECS is not asked: tasks and services are not on the map";
pub(super) const ONE_APP: &str = "this app keeps its reports to itself, in memory: other apps see \
    nothing of them, and they end with it";
const TENANTS: &str = "users are not told apart: whoever reaches the app sees every report";
const BILLING: &str = "nothing is metered or sent to a billing service";
const CONTROLS: &str = "controls and pipes go to the probes that are connected to this app only";

/// Every flag of Weave Scope 1.13 that has no effect here.
pub(crate) const FOREIGN: &[Foreign] = &[
    of("weave", S, WEAVE),
    of("weave.hostname", V, NAMED_APP),
    of("probe.weave.addr", V, WEAVE),
    of("probe.weave.hostname", V, "apps are not looked up in Weave's DNS: name them as peers"),
    of("probe.docker.bridge", V, "the bridges are those that the engine tells"),
    of("probe.cri", S, CRI),
    of("probe.cri.endpoint", V, CRI),
    of("probe.kubernetes", S, KUBERNETES),
    of("probe.kubernetes.role", V, KUBERNETES),
    of("probe.kubernetes.node-name", V, KUBERNETES),
    of("probe.kubernetes.api", V, KUBERNETES),
    of("probe.kubernetes.server", V, KUBERNETES),
    of("probe.kubernetes.kubeconfig", V, KUBERNETES),
    of("probe.kubernetes.context", V, KUBERNETES),
    of("probe.kubernetes.cluster", V, KUBERNETES),
    of("probe.kubernetes.user", V, KUBERNETES),
    of("probe.kubernetes.username", V, KUBERNETES),
    of("probe.kubernetes.password", V, KUBERNETES),
    of("probe.kubernetes.token", V, KUBERNETES),
    of("probe.kubernetes.client-certificate", V, KUBERNETES),
    of("probe.kubernetes.client-key", V, KUBERNETES),
    of("probe.kubernetes.certificate-authority", V, KUBERNETES),
    of("probe.kubernetes.insecure-skip-tls-verify", S, KUBERNETES),
    of("probe.ecs", S, ECS),
    of("probe.ecs.cache.size", V, ECS),
    of("probe.ecs.cache.expiry", V, ECS),
    of("probe.ecs.cluster.region", V, ECS),
    of(
        "app.max-topology-nodes",
        V,
        "views are not emptied at that size, as in Weave Scope's own app; reports are limited to a \
         million nodes each",
    ),
    of("app.weave.addr", V, NAMED_APP),
    of("app.weave.hostname", V, NAMED_APP),
    of("app.container.name", V, NAMED_APP),
    of("app.docker", V, NAMED_APP),
    of("app.externalUI", S, "the web client is served from inside the program"),
    of("app.block.profile.rate", V, "waiting for locks is not profiled; /metrics has figures"),
    of("app.service-name", V, "no traces are sent"),
    of("app.collector-addr", V, ONE_APP),
    of("app.collector.s3", V, ONE_APP),
    of("app.collector.store-interval", V, ONE_APP),
    of("app.collector.tick-interval", V, ONE_APP),
    of("app.aws.create.tables", S, ONE_APP),
    of("app.control.router", V, CONTROLS),
    of("app.pipe.router", V, CONTROLS),
    of("app.consul.inf", V, CONTROLS),
    of("app.nats", V, ONE_APP),
    of("app.memcached.hostname", V, ONE_APP),
    of("app.memcached.timeout", V, ONE_APP),
    of("app.memcached.service", V, ONE_APP),
    of("app.memcached.expiration", V, ONE_APP),
    of("app.memcached.compression", V, ONE_APP),
    of("app.userid.header", V, TENANTS),
    of("app.billing.enabled", S, BILLING),
    of("app.billing.default-publish-interval", V, BILLING),
    of("billing.ingester", V, BILLING),
    of("billing.max-buffered-events", V, BILLING),
    of("billing.retry-delay", V, BILLING),
];

const fn of(name: &'static str, form: Form, sentence: &'static str) -> Foreign {
    Foreign { name, form, sentence }
}

/// What asks for the original's own default, as the `local` routers do, asks for nothing.
const NOTHING: [&str; 3] = ["", "local", "0"];

/// The flags of the table, for the parser.
pub(crate) fn arguments() -> impl Iterator<Item = Arg> {
    FOREIGN.iter().map(|flag| {
        let argument = Arg::new(flag.name).long(flag.name).hide(true).help(flag.sentence);
        match flag.form {
            Form::Switch => argument.value_parser(ValueParser::new(str::parse::<Switch>)),
            Form::Value => argument.allow_hyphen_values(true),
        }
    })
}

/// A sentence for each flag of the table that was given and asks for something.
pub(crate) fn sentences(matches: &ArgMatches) -> Vec<String> {
    let given = |flag: &&Foreign| {
        let asks = match flag.form {
            Form::Switch => matches.get_one::<Switch>(flag.name).is_some_and(|switch| **switch),
            Form::Value => matches
                .get_one::<String>(flag.name)
                .is_some_and(|value| !NOTHING.contains(&value.as_str())),
        };
        asks && matches.value_source(flag.name) == Some(ValueSource::CommandLine)
    };
    let say = |flag: &Foreign| format!("--{} has no effect: {}", flag.name, flag.sentence);
    FOREIGN.iter().filter(given).map(say).collect()
}

impl Flags {
    /// What is to be told of flags without effect.
    pub(crate) fn without_effect(&self) -> &[String] {
        &self.without_effect
    }
}
