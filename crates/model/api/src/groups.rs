//! The operator's own ways to group nodes.

use crate::Text;
use serde::Serialize;

/// The answer of `GET /api/groups`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GroupsAnswer {
    /// The ways, in the order of the file.
    pub ways: Vec<GroupWay>,
    /// Why the file is not as it is told here: what is wrong with its last version.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub fault: Text,
}

/// One way to group nodes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GroupWay {
    /// What the reader calls it.
    pub name: Text,
    /// Groups by rules; the first that fits a node has it.
    pub groups: Vec<GroupRule>,
    /// Labels whose value is the group of a node that no rule fits; the first that it has.
    pub labels: Vec<Text>,
}

/// A group and what is in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GroupRule {
    /// The group.
    pub name: Text,
    /// Its colour on the map, one of the ten hues from 0; absent for the usual ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hue: Option<u8>,
    /// Patterns of the node's name, one of which has to fit; empty for any name. `*` stands for any
    /// text.
    pub names: Vec<Text>,
    /// Labels, all of which have to fit.
    pub labels: Vec<LabelRule>,
}

/// A label and what its value may be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LabelRule {
    /// The label.
    pub key: Text,
    /// Patterns of its value, one of which has to fit. `*` stands for any text.
    pub values: Vec<Text>,
}
