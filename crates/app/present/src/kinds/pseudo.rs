//! Words for what we cannot observe.

use super::Words;
use scope_render::{GraphNode, PseudoKind};
use scope_report::{Text, id};
use smol_str::format_smolstr;

/// The Internet by direction, a service or a domain by name, the rest by host.
pub(super) fn words(node: &GraphNode, kind: PseudoKind) -> Words {
    let named = node.id.strip_prefix(kind.id_prefix()).unwrap_or_default();
    let (label, label_minor, stack) = match kind {
        PseudoKind::InternetIncoming => ("The Internet", "Inbound connections", false),
        PseudoKind::InternetOutgoing => ("The Internet", "Outbound connections", false),
        PseudoKind::KnownService | PseudoKind::Domain => (named, "", false),
        PseudoKind::Unanswered => return unanswered(node, named),
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

/// `10.0.0.1:80`, whatever the scope of the address.
fn unanswered(node: &GraphNode, endpoint: &str) -> Words {
    let label = match id::parse_endpoint(endpoint) {
        Some((_, address, port)) if address.contains(':') => format_smolstr!("[{address}]:{port}"),
        Some((_, address, port)) => format_smolstr!("{address}:{port}"),
        None => Text::from(endpoint),
    };
    let label_minor = Text::new_static("Nobody answers");
    Words { label, label_minor, rank: node.id.clone(), stack: false }
}

/// A cloud for what is outside, a square for what is not managed or not there.
pub(super) fn shape(kind: PseudoKind) -> Text {
    Text::new_static(match kind {
        PseudoKind::Uncontained | PseudoKind::Unmanaged | PseudoKind::Unanswered => "square",
        _ => "cloud",
    })
}
