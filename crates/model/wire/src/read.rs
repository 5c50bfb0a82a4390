//! The schema of a report for reading, stated once for both encodings.
//!
//! What only old probes send is folded here into today's form: `latestControls` and `counters`
//! of nodes, the misnamed `nodes` of 1.11.6. What a report must not contain is put right rather
//! than refused: unsorted sets, doubled samples, numbers that are none, an id unlike its key.

use crate::DecodeError;
use crate::source::Source;
use scope_report::{
    ACTIVE_CONTROLS, Column, Control, DnsMap, DnsNames, Edge, EdgeSide, Fact, MetadataTemplate,
    Metric, MetricTemplate, Node, NodeMap, PluginSpec, Report, Sample, Sampling, SortedMap,
    StringSet, TableTemplate, TemplateSource, Text, Timestamp, Topology, TopologyKind,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Reads a whole report.
pub(crate) fn report<'a, S: Source<'a>>(source: &mut S) -> Result<Report, DecodeError> {
    let mut report = Report::empty();
    // 1.11.6 wrote the names here instead of under `DNS`; where present they replace those.
    let mut misnamed_dns = DnsMap::new();
    source.map(|source, key| {
        match key.as_ref() {
            "TS" => {
                report.ts = source.timestamp()?;
                source.account().ts = report.ts;
            }
            "DNS" => report.dns = dns(source)?,
            "nodes" => misnamed_dns = dns(source)?,
            "Sampling" => report.sampling = sampling(source)?,
            "Window" => report.window_nanos = source.integer()?,
            "Shortcut" => report.shortcut = source.flag()?,
            "Plugins" => report.plugins = plugins(source)?,
            "ID" => report.id = text(source)?,
            section => match TopologyKind::from_section(section) {
                Some(kind) => *report.topology_mut(kind) = topology(source)?,
                None => source.skip()?,
            },
        }
        Ok(())
    })?;
    if !misnamed_dns.is_empty() {
        report.dns = misnamed_dns;
    }
    Ok(report)
}

fn topology<'a, S: Source<'a>>(source: &mut S) -> Result<Topology, DecodeError> {
    let mut topology = Topology::default();
    source.map(|source, key| {
        match key.as_ref() {
            "shape" => topology.shape = text(source)?,
            "tag" => topology.tag = text(source)?,
            "label" => topology.label = text(source)?,
            "label_plural" => topology.label_plural = text(source)?,
            "nodes" => topology.nodes = nodes(source)?,
            "controls" => topology.controls = sorted_map(source, control)?,
            "metadata_templates" => {
                topology.metadata_templates = sorted_map(source, metadata_template)?;
            }
            "metric_templates" => topology.metric_templates = sorted_map(source, metric_template)?,
            "table_templates" => topology.table_templates = sorted_map(source, table_template)?,
            _ => source.skip()?,
        }
        Ok(())
    })?;
    Ok(topology)
}

fn nodes<'a, S: Source<'a>>(source: &mut S) -> Result<NodeMap, DecodeError> {
    let mut nodes = Vec::new();
    source.map(|source, key| {
        source.account().keep_node()?;
        let key = source.account().keep_text(&key)?;
        let node = node(source, &key)?;
        nodes.push((key, Arc::new(node)));
        Ok(())
    })?;
    Ok(nodes.into_iter().collect())
}

fn node<'a, S: Source<'a>>(source: &mut S, id: &Text) -> Result<Node, DecodeError> {
    let mut node = Node::default();
    let mut legacy = LegacyFacts::default();
    source.map(|source, key| {
        match key.as_ref() {
            "id" => {
                if !source.text()?.is_empty() {
                    node.id.clone_from(id);
                }
            }
            "topology" => node.topology = text(source)?,
            "sets" => node.sets = sorted_map(source, string_set)?,
            "adjacency" => node.adjacency = string_set(source)?,
            "latest" => node.latest = sorted_map(source, fact)?,
            "metrics" => node.metrics = sorted_map(source, metric)?,
            "parents" => node.parents = sorted_map(source, string_set)?,
            "edges" => node.edges = sorted_map(source, edge)?,
            "latestControls" => legacy.controls(source)?,
            "counters" => legacy.counters(source)?,
            // `children` come about within an app and mean nothing from outside.
            _ => source.skip()?,
        }
        Ok(())
    })?;
    legacy.fold_into(&mut node);
    // Only a node without both is the part of one that a delta sends.
    if node.id.is_empty() && !node.topology.is_empty() {
        node.id.clone_from(id);
    }
    Ok(node)
}

/// Facts as probes before 1.11 sent them.
#[derive(Default)]
struct LegacyFacts(Vec<(Text, Fact)>);

impl LegacyFacts {
    /// `{id: {timestamp, value: {dead}}}`: the ids of those alive become one fact.
    fn controls<'a, S: Source<'a>>(&mut self, source: &mut S) -> Result<(), DecodeError> {
        let mut alive = StringSet::new();
        let mut newest = None;
        source.map(|source, id| {
            let (timestamp, dead) = legacy_control(source)?;
            newest = newest.max(Some(timestamp));
            if !dead {
                alive.insert(kept_text(source, &id)?);
            }
            Ok(())
        })?;
        if let Some(timestamp) = newest {
            let value = alive.as_slice().join(";").into();
            self.0.push((ACTIVE_CONTROLS.into(), Fact { timestamp, value }));
        }
        Ok(())
    }

    /// `{name: count}`, without a time of their own: they take the report's.
    fn counters<'a, S: Source<'a>>(&mut self, source: &mut S) -> Result<(), DecodeError> {
        source.map(|source, name| {
            let value = source.integer()?.to_string().into();
            let key = kept_text(source, &format!("count_{name}"))?;
            let timestamp = source.account().ts;
            source.account().keep(size_of::<(Text, Fact)>())?;
            self.0.push((key, Fact { timestamp, value }));
            Ok(())
        })
    }

    fn fold_into(self, node: &mut Node) {
        if self.0.is_empty() {
            return;
        }
        let facts: SortedMap<Fact> = self.0.into_iter().collect();
        node.latest.merge(&facts, |ours, theirs| {
            if *theirs > *ours {
                ours.clone_from(theirs);
            }
        });
    }
}

fn legacy_control<'a, S: Source<'a>>(source: &mut S) -> Result<(Timestamp, bool), DecodeError> {
    let (mut timestamp, mut dead) = (Timestamp::ZERO, false);
    source.map(|source, key| {
        match key.as_ref() {
            "timestamp" => timestamp = source.timestamp()?,
            "value" => source.map(|source, key| {
                match key.as_ref() {
                    "dead" => dead = source.flag()?,
                    _ => source.skip()?,
                }
                Ok(())
            })?,
            _ => source.skip()?,
        }
        Ok(())
    })?;
    Ok((timestamp, dead))
}

fn fact<'a, S: Source<'a>>(source: &mut S) -> Result<Fact, DecodeError> {
    let mut fact = Fact { timestamp: Timestamp::ZERO, value: Text::default() };
    source.map(|source, key| {
        match key.as_ref() {
            "timestamp" => fact.timestamp = source.timestamp()?,
            "value" => fact.value = text(source)?,
            _ => source.skip()?,
        }
        Ok(())
    })?;
    Ok(fact)
}

fn metric<'a, S: Source<'a>>(source: &mut S) -> Result<Metric, DecodeError> {
    let (mut samples, mut min, mut max) = (Vec::new(), 0.0, 0.0);
    source.map(|source, key| {
        match key.as_ref() {
            "samples" => source.list(|source| {
                let sample = sample(source)?;
                // A number that is none says nothing about its instant.
                if sample.value.is_finite() {
                    source.account().keep(size_of::<Sample>())?;
                    samples.push(sample);
                }
                Ok(())
            })?,
            "min" => min = finite(source)?,
            "max" => max = finite(source)?,
            _ => source.skip()?,
        }
        Ok(())
    })?;
    Ok(Metric::received(samples, min, max))
}

fn sample<'a, S: Source<'a>>(source: &mut S) -> Result<Sample, DecodeError> {
    let mut sample = Sample { date: Timestamp::ZERO, value: 0.0 };
    source.map(|source, key| {
        match key.as_ref() {
            "date" => sample.date = source.timestamp()?,
            "value" => sample.value = source.float()?,
            _ => source.skip()?,
        }
        Ok(())
    })?;
    Ok(sample)
}

fn edge<'a, S: Source<'a>>(source: &mut S) -> Result<Edge, DecodeError> {
    Ok(Edge { sides: sorted_map(source, edge_side)? })
}

fn edge_side<'a, S: Source<'a>>(source: &mut S) -> Result<EdgeSide, DecodeError> {
    let mut side = EdgeSide::default();
    source.map(|source, key| {
        match key.as_ref() {
            "source" => side.source = text(source)?,
            "state" => side.state = text(source)?,
            "first_seen" => side.first_seen = source.timestamp()?,
            "last_seen" => side.last_seen = source.timestamp()?,
            "nat" => side.nat = string_set(source)?,
            "metrics" => side.metrics = sorted_map(source, metric)?,
            _ => source.skip()?,
        }
        Ok(())
    })?;
    Ok(side)
}

fn control<'a, S: Source<'a>>(source: &mut S) -> Result<Control, DecodeError> {
    let mut control = Control::default();
    source.map(|source, key| {
        match key.as_ref() {
            "id" => control.id = text(source)?,
            "human" => control.human = text(source)?,
            "icon" => control.icon = text(source)?,
            "confirmation" => control.confirmation = text(source)?,
            "rank" => control.rank = source.integer()?,
            "probeId" => control.probe_id = text(source)?,
            _ => source.skip()?,
        }
        Ok(())
    })?;
    Ok(control)
}

fn metadata_template<'a, S: Source<'a>>(source: &mut S) -> Result<MetadataTemplate, DecodeError> {
    let mut template = MetadataTemplate::default();
    source.map(|source, key| {
        match key.as_ref() {
            "id" => template.id = text(source)?,
            "label" => template.label = text(source)?,
            "truncate" => template.truncate = source.integer()?,
            "dataType" => template.data_type = text(source)?,
            "priority" => template.priority = finite(source)?,
            "from" => {
                template.from = match source.text()?.as_ref() {
                    "latest" => TemplateSource::Latest,
                    "sets" => TemplateSource::Sets,
                    "counters" => TemplateSource::Counters,
                    _ => TemplateSource::Any,
                }
            }
            _ => source.skip()?,
        }
        Ok(())
    })?;
    Ok(template)
}

fn metric_template<'a, S: Source<'a>>(source: &mut S) -> Result<MetricTemplate, DecodeError> {
    let mut template = MetricTemplate::default();
    source.map(|source, key| {
        match key.as_ref() {
            "id" => template.id = text(source)?,
            "label" => template.label = text(source)?,
            "format" => template.format = text(source)?,
            "group" => template.group = text(source)?,
            "priority" => template.priority = finite(source)?,
            _ => source.skip()?,
        }
        Ok(())
    })?;
    Ok(template)
}

fn table_template<'a, S: Source<'a>>(source: &mut S) -> Result<TableTemplate, DecodeError> {
    let mut template = TableTemplate::default();
    source.map(|source, key| {
        match key.as_ref() {
            "id" => template.id = text(source)?,
            "label" => template.label = text(source)?,
            "prefix" => template.prefix = text(source)?,
            "type" => template.kind = text(source)?,
            "columns" => source.list(|source| {
                source.account().keep(size_of::<Column>())?;
                template.columns.push(column(source)?);
                Ok(())
            })?,
            "fixedRows" => template.fixed_rows = sorted_map(source, text)?,
            _ => source.skip()?,
        }
        Ok(())
    })?;
    Ok(template)
}

fn column<'a, S: Source<'a>>(source: &mut S) -> Result<Column, DecodeError> {
    let mut column = Column::default();
    source.map(|source, key| {
        match key.as_ref() {
            "id" => column.id = text(source)?,
            "label" => column.label = text(source)?,
            "dataType" => column.data_type = text(source)?,
            _ => source.skip()?,
        }
        Ok(())
    })?;
    Ok(column)
}

fn dns<'a, S: Source<'a>>(source: &mut S) -> Result<DnsMap, DecodeError> {
    let mut names = Vec::new();
    source.map(|source, address| {
        source.account().keep(size_of::<(Text, DnsNames)>())?;
        let address = kept_text(source, &address)?;
        names.push((address, dns_names(source)?));
        Ok(())
    })?;
    Ok(names.into_iter().collect())
}

fn dns_names<'a, S: Source<'a>>(source: &mut S) -> Result<DnsNames, DecodeError> {
    let mut names = DnsNames::default();
    source.map(|source, key| {
        match key.as_ref() {
            "forward" => names.forward = string_set(source)?,
            "reverse" => names.reverse = string_set(source)?,
            _ => source.skip()?,
        }
        Ok(())
    })?;
    Ok(names)
}

fn sampling<'a, S: Source<'a>>(source: &mut S) -> Result<Sampling, DecodeError> {
    let mut sampling = Sampling::default();
    source.map(|source, key| {
        match key.as_ref() {
            "Count" => sampling.count = source.unsigned()?,
            "Total" => sampling.total = source.unsigned()?,
            _ => source.skip()?,
        }
        Ok(())
    })?;
    Ok(sampling)
}

fn plugins<'a, S: Source<'a>>(source: &mut S) -> Result<BTreeMap<Text, PluginSpec>, DecodeError> {
    let mut plugins = BTreeMap::new();
    source.list(|source| {
        source.account().keep(size_of::<(Text, PluginSpec)>())?;
        let plugin = plugin(source)?;
        plugins.insert(plugin.id.clone(), plugin);
        Ok(())
    })?;
    Ok(plugins)
}

fn plugin<'a, S: Source<'a>>(source: &mut S) -> Result<PluginSpec, DecodeError> {
    let mut plugin = PluginSpec::default();
    source.map(|source, key| {
        match key.as_ref() {
            "id" => plugin.id = text(source)?,
            "label" => plugin.label = text(source)?,
            "description" => plugin.description = text(source)?,
            "interfaces" => plugin.interfaces = texts(source)?,
            "api_version" => plugin.api_version = text(source)?,
            "status" => plugin.status = text(source)?,
            _ => source.skip()?,
        }
        Ok(())
    })?;
    Ok(plugin)
}

fn sorted_map<'a, S: Source<'a>, V>(
    source: &mut S,
    mut value: impl FnMut(&mut S) -> Result<V, DecodeError>,
) -> Result<SortedMap<V>, DecodeError> {
    let mut entries = Vec::new();
    source.map(|source, key| {
        source.account().keep(size_of::<(Text, V)>())?;
        let key = kept_text(source, &key)?;
        entries.push((key, value(source)?));
        Ok(())
    })?;
    Ok(entries.into_iter().collect())
}

fn string_set<'a, S: Source<'a>>(source: &mut S) -> Result<StringSet, DecodeError> {
    Ok(texts(source)?.into_iter().collect())
}

fn texts<'a, S: Source<'a>>(source: &mut S) -> Result<Vec<Text>, DecodeError> {
    let mut texts = Vec::new();
    source.list(|source| {
        source.account().keep(size_of::<Text>())?;
        texts.push(text(source)?);
        Ok(())
    })?;
    Ok(texts)
}

fn text<'a, S: Source<'a>>(source: &mut S) -> Result<Text, DecodeError> {
    let text = source.text()?;
    kept_text(source, &text)
}

fn kept_text<'a, S: Source<'a>>(source: &mut S, text: &str) -> Result<Text, DecodeError> {
    source.account().keep_text(text)
}

/// A number; zero for one that is not finite, because JSON could not carry it on.
fn finite<'a, S: Source<'a>>(source: &mut S) -> Result<f64, DecodeError> {
    let value = source.float()?;
    Ok(if value.is_finite() { value } else { 0.0 })
}
