//! The app's HTTP API as a client sees it: plain JSON, no type of the program.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// An answer that takes longer than this is as bad as none.
const ANSWER_LIMIT: Duration = Duration::from_secs(10);

/// An answer larger than this is a fault of the app.
const ANSWER_BYTES_MAX: u64 = 64 << 20;

/// An app to ask.
#[derive(Clone, Debug)]
pub struct Api {
    address: String,
    agent: ureq::Agent,
}

/// The nodes of a view by id.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// Each a `NodeSummary`.
    pub nodes: BTreeMap<String, Value>,
}

/// Where an edge begins and ends, by label.
pub type Edges = BTreeSet<(String, String)>;

impl Api {
    /// The app at `address` (`127.0.0.1:4040`).
    pub fn at(address: &str) -> Self {
        let config = ureq::Agent::config_builder().timeout_global(Some(ANSWER_LIMIT)).build();
        Self { address: address.to_owned(), agent: config.new_agent() }
    }

    /// `127.0.0.1:4040`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// `GET path`.
    pub fn get(&self, path: &str) -> Result<Value, String> {
        let url = format!("http://{}{path}", self.address);
        let failed = |error: &dyn std::fmt::Display| format!("GET {url}: {error}");
        let mut answer = self.agent.get(&url).call().map_err(|error| failed(&error))?;
        let body = answer.body_mut().with_config().limit(ANSWER_BYTES_MAX);
        let bytes = body.read_to_vec().map_err(|error| failed(&error))?;
        serde_json::from_slice(&bytes).map_err(|error| failed(&error))
    }

    /// `POST /api/report` of gzipped JSON.
    pub fn post_report(&self, gzipped: &[u8]) -> Result<(), String> {
        let url = format!("http://{}/api/report", self.address);
        self.agent
            .post(&url)
            .header("Content-Type", "application/json")
            .header("Content-Encoding", "gzip")
            .send(gzipped)
            .map(drop)
            .map_err(|error| format!("POST {url}: {error}"))
    }

    /// The nodes of `view`, options after a `?`.
    pub fn view(&self, view: &str) -> Result<View, String> {
        let mut answer = self.get(&format!("/api/topology/{view}"))?;
        match answer.get_mut("nodes").map(Value::take) {
            Some(Value::Object(nodes)) => Ok(View { nodes: nodes.into_iter().collect() }),
            other => Err(format!("/api/topology/{view}: nodes are {other:?}")),
        }
    }

    /// The details of the node `id` in `view`.
    pub fn details(&self, view: &str, id: &str) -> Result<Value, String> {
        let mut answer = self.get(&format!("/api/topology/{view}/{}", encoded(id)))?;
        Ok(answer.get_mut("node").map(Value::take).unwrap_or_default())
    }
}

impl Api {
    /// The edge between two nodes of `view`, by their ids.
    pub fn edge(&self, view: &str, from: &str, to: &str) -> Result<Value, String> {
        let (from, to) = (encoded(from), encoded(to));
        let mut answer = self.get(&format!("/api/topology/{view}/{from}/edge/{to}"))?;
        Ok(answer.get_mut("edge").map(Value::take).unwrap_or_default())
    }
}

impl View {
    /// Nodes that are observed, not pseudo.
    pub fn observed(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.nodes.iter().filter(|(_, node)| !is_pseudo(node))
    }

    /// Labels of observed nodes.
    pub fn labels(&self) -> BTreeSet<String> {
        self.observed().map(|(_, node)| text(node, "label")).collect()
    }

    /// The observed node of that label.
    pub fn labelled(&self, label: &str) -> Option<(&String, &Value)> {
        self.observed().find(|(_, node)| text(node, "label") == label)
    }

    /// Edges between observed nodes, by `name` of both ends.
    pub fn edges_by(&self, name: impl Fn(&Value) -> String) -> Edges {
        self.edges_among(|node| !is_pseudo(node), name)
    }

    /// Edges between nodes that `counts`, by `name` of both ends.
    pub fn edges_among(
        &self,
        counts: impl Fn(&Value) -> bool,
        name: impl Fn(&Value) -> String,
    ) -> Edges {
        let mut edges = Edges::new();
        for node in self.nodes.values().filter(|node| counts(node)) {
            for target in adjacent(node) {
                if let Some(other) = self.nodes.get(&target).filter(|other| counts(other)) {
                    edges.insert((name(node), name(other)));
                }
            }
        }
        edges
    }

    /// Edges between observed nodes by label.
    pub fn edges(&self) -> Edges {
        self.edges_by(|node| text(node, "label"))
    }

    /// Whether the node `from` connects to the node `to`, both ids.
    pub fn connects(&self, from: &str, to: &str) -> bool {
        self.nodes.get(from).is_some_and(|node| adjacent(node).iter().any(|id| id == to))
    }
}

/// The text of `key`; blank if there is none.
pub fn text(value: &Value, key: &str) -> String {
    value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// The rows of the list `key`.
pub fn rows<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The row of the list `key` with that id.
pub fn row<'a>(value: &'a Value, key: &str, id: &str) -> Option<&'a Value> {
    rows(value, key).iter().find(|row| text(row, "id") == id)
}

/// The value of the metadata row `id`; blank if there is none.
pub fn fact(node: &Value, id: &str) -> String {
    row(node, "metadata", id).map(|row| text(row, "value")).unwrap_or_default()
}

/// A set of edges from pairs.
pub fn edges(pairs: &[(&str, &str)]) -> Edges {
    pairs.iter().map(|(from, to)| ((*from).to_owned(), (*to).to_owned())).collect()
}

/// Whether a node stands for what is not observed.
pub fn is_pseudo(node: &Value) -> bool {
    node.get("pseudo").and_then(Value::as_bool) == Some(true)
}

fn adjacent(node: &Value) -> Vec<String> {
    rows(node, "adjacency").iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// An id as one segment of a path.
pub(crate) fn encoded(id: &str) -> String {
    let mut path = String::new();
    for byte in id.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => path.push(byte.into()),
            _ => path.push_str(&format!("%{byte:02X}")),
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn ids_are_one_segment() {
        assert_eq!(encoded("a;<host>/b"), "a%3B%3Chost%3E%2Fb");
    }

    #[test]
    fn edges_are_between_observed_nodes() {
        let nodes = json!({
            "a": {"label": "web", "adjacency": ["b", "p", "gone"]},
            "b": {"label": "db"},
            "p": {"label": "The Internet", "pseudo": true, "adjacency": ["a"]},
        });
        let Value::Object(nodes) = nodes else { panic!("an object") };
        let view = View { nodes: nodes.into_iter().collect() };
        assert_eq!(view.edges(), edges(&[("web", "db")]));
        assert!(view.connects("p", "a") && !view.connects("b", "a"));
    }
}
