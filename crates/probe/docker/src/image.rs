//! Images: their nodes, and the name by which containers of one image are grouped.

use crate::{bounded, keys, words};
use bollard::models::ImageSummary;
use scope_agent::Secrets;
use scope_report::{Node, Text, Timestamp, TopologyKind, id};
use smol_str::format_smolstr;

/// What engines put in the place of a name or tag that an image does not have.
const NONE: &str = "<none>";

/// What the report needs to know of an image.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Image {
    /// Without `sha256:`.
    pub id: Text,
    /// Without tag, and without registry where there are three parts; blank if it has no name.
    pub name: Text,
    /// Blank if it has none.
    pub tag: Text,
    pub size_bytes: u64,
    pub labels: Vec<(Text, Text)>,
}

impl Image {
    /// Reads an engine's answer; `None` if it names no image.
    pub(crate) fn read(answer: ImageSummary, secrets: Secrets) -> Option<Self> {
        let id = bounded::fact(answer.id.trim_start_matches("sha256:"));
        let tagged = answer.repo_tags.iter().find(|tag| !tag.starts_with(NONE));
        // An image pulled by digest has a name all the same.
        let digest = answer.repo_digests.iter().find(|digest| !digest.starts_with(NONE));
        let name = tagged.or(digest).map(String::as_str).unwrap_or_default();
        (!id.is_empty()).then(|| Self {
            id,
            name: name_without_tag(name),
            tag: bounded::fact(tagged.and_then(|name| split_tag(name).1).unwrap_or_default()),
            size_bytes: u64::try_from(answer.size).unwrap_or_default(),
            labels: bounded::pairs(Some(answer.labels), secrets),
        })
    }

    /// Its node.
    pub(crate) fn node(&self, now: Timestamp) -> Node {
        let kind = TopologyKind::ContainerImage.name();
        let mut node = Node::new(id::container_image(&self.id), kind);
        node.set_fact(keys::IMAGE_ID, now, self.id.clone());
        let size = words::size(self.size_bytes);
        node.set_fact(keys::IMAGE_SIZE, now, size.as_str());
        // Engines stopped telling the two apart in API 1.44; they had been equal since 1.10.
        node.set_fact(keys::IMAGE_VIRTUAL_SIZE, now, size);
        for (key, value) in [(keys::IMAGE_NAME, &self.name), (keys::IMAGE_TAG, &self.tag)] {
            if !value.is_empty() {
                node.set_fact(key, now, value.clone());
            }
        }
        for (label, value) in &self.labels {
            let key = format_smolstr!("{}{label}", keys::IMAGE_LABEL_PREFIX);
            node.set_fact(key, now, value.clone());
        }
        node
    }
}

/// `registry:5000/team/app:1.2@sha256:…` → `team/app`; two parts keep both.
fn name_without_tag(full: &str) -> Text {
    let name = split_tag(full).0;
    let mut parts = name.splitn(3, '/');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(_), Some(team), Some(rest)) => bounded::fact(&format!("{team}/{rest}")),
        _ => bounded::fact(name),
    }
}

/// A colon before the last slash is a registry's port and no tag.
fn split_tag(full: &str) -> (&str, Option<&str>) {
    let name = full.split_once('@').map_or(full, |(name, _)| name);
    let from = name.rfind('/').map_or(0, |slash| slash + 1);
    match name.get(from..).and_then(|last| last.find(':')) {
        Some(colon) => {
            let (name, tag) = name.split_at(from + colon);
            (name, tag.get(1..))
        }
        None => (name, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(full: &str, expect: &str, tag: Option<&str>) {
        assert_eq!(name_without_tag(full), expect);
        assert_eq!(split_tag(full).1, tag);
    }

    #[test]
    fn names_lose_tag_and_registry() {
        check("busybox:local", "busybox", Some("local"));
        check("busybox", "busybox", None);
        check("weaveworks/scope:1.13.2", "weaveworks/scope", Some("1.13.2"));
        check("quay.io/team/app:1", "team/app", Some("1"));
        check("registry:5000/app", "registry:5000/app", None);
        check("registry:5000/team/app/part:2", "team/app/part", Some("2"));
        check("busybox@sha256:0123", "busybox", None);
        check("", "", None);
    }

    #[test]
    fn nameless_image_has_no_name() {
        let answer = ImageSummary {
            id: "sha256:abc".to_owned(),
            repo_tags: vec!["<none>:<none>".to_owned()],
            repo_digests: vec!["<none>@<none>".to_owned()],
            size: -1,
            ..ImageSummary::default()
        };
        let image = Image::read(answer, Secrets::Masked).unwrap();
        assert_eq!((image.name.as_str(), image.tag.as_str(), image.size_bytes), ("", "", 0));
        assert!(image.node(Timestamp::ZERO).fact(keys::IMAGE_NAME).is_none());
        assert!(Image::read(ImageSummary::default(), Secrets::Masked).is_none());
    }
}
