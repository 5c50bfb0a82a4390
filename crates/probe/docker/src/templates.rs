//! How the facts of containers and images are labelled and ordered.

use crate::keys;
use scope_report::{Control, MetadataTemplate, MetricTemplate, SortedMap, TableTemplate};
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

/// Id, what the reader sees, icon, rank. Logs follow the shell, with whose rank they came late.
const CONTROLS: [(&str, &str, &str, i64); 9] = [
    (keys::ATTACH, "Attach", "fa fa-desktop", 1),
    (keys::EXEC, "Exec shell", "fa fa-terminal", 2),
    (keys::LOGS, "Logs", "fa fa-file-alt", 2),
    (keys::START, "Start", "fa fa-play", 3),
    (keys::RESTART, "Restart", "fa fa-redo", 4),
    (keys::PAUSE, "Pause", "fa fa-pause", 5),
    (keys::UNPAUSE, "Unpause", "fa fa-play", 6),
    (keys::STOP, "Stop", "fa fa-stop", 7),
    (keys::REMOVE, "Remove", "far fa-trash-alt", 8),
];

/// Characters of an id that tell containers apart for a reader.
const ID_SHOWN_CHARS: i64 = 12;

/// An empty topology of containers with its templates.
pub(crate) fn containers() -> Topology {
    let metric = |id: &'static str, label: &str, format: &str, priority: f64| {
        let (label, format) = (label.into(), format.into());
        (id, MetricTemplate { id: id.into(), label, format, priority, ..Default::default() })
    };
    let control = |(id, human, icon, rank): (&'static str, &str, &str, i64)| {
        let (human, icon) = (human.into(), icon.into());
        (id, Control { id: id.into(), human, icon, rank, ..Control::default() })
    };
    Topology {
        controls: CONTROLS.into_iter().map(control).collect(),
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
