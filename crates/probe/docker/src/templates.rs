//! How the facts of containers and images are labelled and ordered.

use crate::keys;
use scope_report::{MetadataTemplate, MetricTemplate, SortedMap, TableTemplate};
use scope_report::{TemplateSource, Text, Topology, TopologyKind};

/// Key, label, priority, data type, source.
type MetadataRow = (&'static str, &'static str, f64, &'static str, TemplateSource);

use TemplateSource::{Counters, Latest, Sets};

const CONTAINER_ROWS: [MetadataRow; 12] = [
    (keys::IMAGE_TAG, "Image tag", 1.0, "", Latest),
    (keys::IMAGE_NAME, "Image name", 2.0, "", Latest),
    (keys::CONTAINER_COMMAND, "Command", 3.0, "", Latest),
    (keys::CONTAINER_STATE_HUMAN, "State", 4.0, "", Latest),
    // Between two rows of Scope 1.13, which did not show it.
    (keys::CONTAINER_HEALTH, "Health", 4.5, "", Latest),
    (keys::CONTAINER_UPTIME, "Uptime", 5.0, "duration", Latest),
    (keys::CONTAINER_RESTART_COUNT, "Restart #", 6.0, "", Latest),
    (keys::CONTAINER_NETWORKS, "Networks", 7.0, "", Sets),
    (keys::CONTAINER_IPS, "IPs", 8.0, "", Sets),
    (keys::CONTAINER_PORTS, "Ports", 9.0, "", Sets),
    (keys::CONTAINER_CREATED, "Created", 10.0, "datetime", Latest),
    (keys::CONTAINER_ID, "ID", 11.0, "", Latest),
];

/// Characters of an id that tell containers apart for a reader.
const ID_SHOWN_CHARS: i64 = 12;

/// An empty topology of containers with its templates.
pub(crate) fn containers() -> Topology {
    let metric = |id: &'static str, label: &str, format: &str, priority: f64| {
        let (label, format) = (label.into(), format.into());
        (id, MetricTemplate { id: id.into(), label, format, priority, ..Default::default() })
    };
    Topology {
        metadata_templates: CONTAINER_ROWS.into_iter().map(metadata).collect(),
        metric_templates: SortedMap::from_iter([
            metric(keys::CPU_TOTAL_USAGE, "CPU", "percent", 1.0),
            metric(keys::MEMORY_USAGE, "Memory", "filesize", 2.0),
        ]),
        table_templates: SortedMap::from_iter([
            image_table(),
            property_list(keys::LABEL_PREFIX, "Docker labels"),
            property_list(keys::ENV_PREFIX, "Environment variables"),
        ]),
        ..TopologyKind::Container.stamped()
    }
}

/// An empty topology of images with its templates.
pub(crate) fn images() -> Topology {
    let containers = ("container", "# Containers", 2.0, "number", Counters);
    Topology {
        metadata_templates: SortedMap::from_iter([metadata(containers)]),
        table_templates: SortedMap::from_iter([property_list(
            keys::IMAGE_LABEL_PREFIX,
            "Docker labels",
        )]),
        ..TopologyKind::ContainerImage.stamped()
    }
}

fn metadata(row: MetadataRow) -> (&'static str, MetadataTemplate) {
    let (id, label, priority, data_type, from) = row;
    let truncate = if id == keys::CONTAINER_ID { ID_SHOWN_CHARS } else { 0 };
    let (label, data_type) = (label.into(), data_type.into());
    (id, MetadataTemplate { id: id.into(), label, truncate, data_type, priority, from })
}

fn property_list(prefix: &'static str, label: &str) -> (&'static str, TableTemplate) {
    let table = TableTemplate {
        id: prefix.into(),
        label: label.into(),
        prefix: prefix.into(),
        kind: "property-list".into(),
        ..Default::default()
    };
    (prefix, table)
}

fn image_table() -> (&'static str, TableTemplate) {
    // Rows are sorted by label: the leading space keeps the first three on top.
    let rows: [(&str, Text); 5] = [
        (keys::IMAGE_ID, " ID".into()),
        (keys::IMAGE_NAME, " Name".into()),
        (keys::IMAGE_TAG, " Tag".into()),
        (keys::IMAGE_SIZE, "Size".into()),
        (keys::IMAGE_VIRTUAL_SIZE, "Virtual size".into()),
    ];
    let table = TableTemplate {
        id: keys::IMAGE_TABLE.into(),
        label: "Image".into(),
        kind: "property-list".into(),
        fixed_rows: rows.into_iter().collect(),
        ..Default::default()
    };
    (keys::IMAGE_TABLE, table)
}

#[cfg(test)]
mod tests;
