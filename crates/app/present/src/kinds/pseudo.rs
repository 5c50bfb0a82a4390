//! Words for what we cannot observe.

use super::Words;
use scope_render::{GraphNode, PseudoKind};
use scope_report::Text;

/// The Internet by direction, a service or a domain by name, the rest by host.
pub(super) fn words(node: &GraphNode, kind: PseudoKind) -> Words {
    let named = node.id.strip_prefix(kind.id_prefix()).unwrap_or_default();
    let (label, label_minor, stack) = match kind {
        PseudoKind::InternetIncoming => ("The Internet", "Inbound connections", false),
        PseudoKind::InternetOutgoing => ("The Internet", "Outbound connections", false),
        PseudoKind::KnownService | PseudoKind::Domain => (named, "", false),
        PseudoKind::Uncontained => ("Uncontained", named, true),
        PseudoKind::Unmanaged => ("Unmanaged", named, true),
    };
    Words {
        label: Text::from(label),
        label_minor: Text::from(label_minor),
        rank: Text::from(node.id.strip_prefix("pseudo:").unwrap_or(&node.id)),
        stack,
    }
}

/// A cloud for what is outside, a square for what is not managed.
pub(super) fn shape(kind: PseudoKind) -> Text {
    Text::new_static(match kind {
        PseudoKind::Uncontained | PseudoKind::Unmanaged => "square",
        _ => "cloud",
    })
}
