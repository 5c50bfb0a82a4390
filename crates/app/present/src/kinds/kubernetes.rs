//! Words for everything Kubernetes names: pods, services, controllers, storage.

use super::{Words, counted, untagged};
use scope_render::GraphNode;
use scope_report::{Text, TopologyKind};
use smol_str::format_smolstr;

/// Its name, what it holds, ranked by namespace and name.
pub(super) fn words(node: &GraphNode, kind: TopologyKind) -> Words {
    let name = node.fact_text("kubernetes_name").cloned();
    let label = name.unwrap_or_else(|| untagged(&node.id).into());
    let namespace = node.fact("kubernetes_namespace").unwrap_or_default();
    Words {
        label_minor: label_minor(node, kind),
        rank: format_smolstr!("{namespace}/{label}"),
        label,
        stack: controller(kind).is_some() || kind == TopologyKind::Service,
    }
}

fn label_minor(node: &GraphNode, kind: TopologyKind) -> Text {
    let pods = || counted(node, TopologyKind::Pod, "pod", "pods");
    match (kind, controller(kind)) {
        (TopologyKind::Pod, _) => counted(node, TopologyKind::Container, "container", "containers"),
        (TopologyKind::Service, _) => pods(),
        (_, Some(controller)) => format_smolstr!("{controller} of {}", pods()),
        _ => Text::default(),
    }
}

fn controller(kind: TopologyKind) -> Option<&'static str> {
    match kind {
        TopologyKind::Deployment => Some("Deployment"),
        TopologyKind::DaemonSet => Some("DaemonSet"),
        TopologyKind::StatefulSet => Some("StatefulSet"),
        TopologyKind::CronJob => Some("CronJob"),
        TopologyKind::Job => Some("Job"),
        _ => None,
    }
}
