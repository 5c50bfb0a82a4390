//! The text of a file of groups. Pure; every fault has its line.

use super::GROUPS_BYTES_MAX;
use scope_api::{GroupRule, GroupWay, LabelRule, Text};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Ways of a file.
const WAYS_MAX: usize = 32;

/// Groups of a way.
const GROUPS_MAX: usize = 200;

/// Names, labels or values of one rule.
const PATTERNS_MAX: usize = 100;

/// Characters of a name, a label or a pattern.
const CHARS_MAX: usize = 200;

/// The words for the ten hues of the map, in their order; red and amber mean trouble there.
const COLOURS: [&str; 10] =
    ["blue", "teal", "violet", "olive", "pink", "sky", "green", "indigo", "plum", "slate"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    by: Vec<Way>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Way {
    name: Word,
    #[serde(default)]
    labels: Vec<Word>,
    #[serde(default)]
    group: Vec<Group>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    name: Word,
    colour: Option<Colour>,
    #[serde(default)]
    names: OneOrMore,
    #[serde(default)]
    labels: BTreeMap<String, OneOrMore>,
}

/// A text that is neither blank nor endless.
#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Word(Text);

impl TryFrom<String> for Word {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text.trim().is_empty() || text.chars().count() > CHARS_MAX {
            return Err(format!("write a text of 1 to {CHARS_MAX} characters"));
        }
        Ok(Self(text.into()))
    }
}

#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Colour(u8);

impl TryFrom<String> for Colour {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let place = COLOURS.iter().position(|colour| *colour == text);
        let hue = place.and_then(|place| u8::try_from(place).ok());
        hue.map(Self).ok_or_else(|| format!("{text:?} is no colour: use {}", COLOURS.join(", ")))
    }
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "write a text, or several as [\"…\", \"…\"]")]
enum OneOrMore {
    One(Word),
    More(Vec<Word>),
}

impl Default for OneOrMore {
    fn default() -> Self {
        Self::More(Vec::new())
    }
}

impl OneOrMore {
    fn texts(self) -> Vec<Text> {
        match self {
            Self::One(word) => vec![word.0],
            Self::More(words) => words.into_iter().map(|word| word.0).collect(),
        }
    }
}

/// The ways of a file, or what is wrong with it, with the line.
pub(super) fn ways(text: &str) -> Result<Vec<GroupWay>, String> {
    if text.len() > GROUPS_BYTES_MAX {
        return Err(format!("all of it: more than {GROUPS_BYTES_MAX} bytes"));
    }
    let file: File = toml::from_str(text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        let line = text.bytes().take(start).filter(|byte| *byte == b'\n').count() + 1;
        format!("line {line}: {}", error.message())
    })?;
    if file.by.len() > WAYS_MAX {
        return Err(format!("all of it: more than {WAYS_MAX} ways"));
    }
    let mut ways: Vec<GroupWay> = Vec::new();
    for way in file.by {
        let way = way_of(way)?;
        if ways.iter().any(|other| other.name == way.name) {
            return Err(format!("way {:?}: it is there twice", way.name));
        }
        ways.push(way);
    }
    Ok(ways)
}

fn way_of(Way { name: Word(name), labels, group }: Way) -> Result<GroupWay, String> {
    if labels.is_empty() && group.is_empty() {
        return Err(format!("way {name:?}: it needs labels, groups or both"));
    }
    if group.len() > GROUPS_MAX || labels.len() > PATTERNS_MAX {
        return Err(format!(
            "way {name:?}: more than {GROUPS_MAX} groups or {PATTERNS_MAX} labels"
        ));
    }
    let groups: Result<Vec<_>, _> = group.into_iter().map(|group| rule_of(&name, group)).collect();
    let labels = labels.into_iter().map(|word| word.0).collect();
    Ok(GroupWay { groups: groups?, labels, name })
}

fn rule_of(way: &str, group: Group) -> Result<GroupRule, String> {
    let Group { name: Word(name), colour, names, labels } = group;
    let label =
        |(key, values): (String, OneOrMore)| LabelRule { key: key.into(), values: values.texts() };
    let hue = colour.map(|colour| colour.0);
    let labels = labels.into_iter().map(label).collect();
    let rule = GroupRule { name, hue, names: names.texts(), labels };
    if rule.names.is_empty() && rule.labels.is_empty() {
        return Err(format!("way {way:?}, group {:?}: it needs names or labels", rule.name));
    }
    let sizes = rule.labels.iter().map(|label| label.values.len());
    if sizes.chain([rule.names.len(), rule.labels.len()]).any(|size| size > PATTERNS_MAX) {
        return Err(format!("way {way:?}, group {:?}: more than {PATTERNS_MAX} texts", rule.name));
    }
    Ok(rule)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
# Whose it is.
[[by]]
name = "Team"
labels = ["team", "com.example.team"]

[[by]]
name = "Tier"

[[by.group]]
name = "Front"
colour = "sky"
labels = { app = "web-*", tier = ["front", "edge"] }

[[by.group]]
name = "Data"
names = "*-db"
"#;

    #[test]
    fn a_file_is_read() {
        let ways = ways(GOOD).unwrap();
        assert_eq!(ways.len(), 2);
        assert_eq!(ways[0].labels, ["team", "com.example.team"]);
        let [front, data] = ways[1].groups.as_slice() else { panic!("{ways:?}") };
        assert_eq!((front.name.as_str(), front.hue, front.labels.len()), ("Front", Some(5), 2));
        assert_eq!(front.labels[1].values, ["front", "edge"]);
        assert_eq!((data.hue, data.names.as_slice()), (None, ["*-db".into()].as_slice()));
        assert_eq!(super::ways(""), Ok(vec![]));
    }

    #[test]
    fn a_fault_has_its_line() {
        let check = |text: &str, expect: &str| {
            let fault = ways(text).unwrap_err();
            assert!(fault.starts_with(expect), "{fault:?} for {text:?}");
        };
        check("[[by]]\nname = \"\"\n", "line 2: write a text of 1 to 200");
        check("[[by]]\nname = 3\n", "line 2: invalid type");
        check("[[by]]\nname = \"a\"\nlabel = \"x\"\n", "line 3: unknown field `label`");
        check("[[by]\n", "line 1: ");
        check(
            "[[by]]\nname = \"a\"\n[[by.group]]\nname = \"b\"\ncolour = \"red\"\n",
            "line 5: \"red\" is no colour: use blue, teal",
        );
        check("[[by]]\nname = \"a\"\n", "way \"a\": it needs labels, groups or both");
        check(
            "[[by]]\nname = \"a\"\n[[by.group]]\nname = \"b\"\n",
            "way \"a\", group \"b\": it needs names or labels",
        );
        let twice = "[[by]]\nname = \"a\"\nlabels = [\"x\"]\n";
        check(&twice.repeat(2), "way \"a\": it is there twice");
        check(&"#".repeat(GROUPS_BYTES_MAX + 1), "all of it: more than");
    }
}
