//! The graphs that `quality` lays out: small ones as real machines show them, large ones generated.

/// A graph without places.
pub struct Shape {
    /// Names the row and the picture.
    pub name: &'static str,
    /// First label line of each node; more nodes than labels are numbered.
    pub labels: Vec<String>,
    /// Cluster of each node.
    pub cluster_of: Vec<u32>,
    /// How many clusters.
    pub clusters: u32,
    /// Client and server.
    pub edges: Vec<(u32, u32)>,
}

/// Containers of a shop, as its two networks connect them.
const SHOP: &[(&str, u32, &[&str])] = &[
    ("edge-router", 0, &["front-end"]),
    ("front-end", 0, &["catalogue", "carts", "users", "orders", "session-db"]),
    ("catalogue", 1, &["catalogue-db"]),
    ("catalogue-db", 1, &[]),
    ("carts", 1, &["carts-db"]),
    ("carts-db", 1, &[]),
    ("users", 1, &["users-db"]),
    ("users-db", 1, &[]),
    ("orders", 1, &["orders-db", "payment", "shipping", "users", "carts"]),
    ("orders-db", 1, &[]),
    ("payment", 1, &[]),
    ("shipping", 1, &["rabbitmq"]),
    ("rabbitmq", 1, &[]),
    ("queue-master", 1, &["rabbitmq"]),
    ("session-db", 0, &[]),
    ("load-test", 0, &["edge-router"]),
    ("The Internet", 2, &["edge-router"]),
];

/// Processes of one machine; the unconnected ones follow.
const PROCESSES: &[(&str, u32, &[&str])] = &[
    ("The Internet", 0, &["nginx", "sshd"]),
    ("nginx", 0, &["gunicorn 1", "gunicorn 2", "gunicorn 3", "gunicorn 4"]),
    ("gunicorn 1", 0, &["postgres", "redis-server"]),
    ("gunicorn 2", 0, &["postgres", "redis-server"]),
    ("gunicorn 3", 0, &["postgres", "redis-server"]),
    ("gunicorn 4", 0, &["postgres", "redis-server"]),
    ("celery", 0, &["redis-server", "postgres", "Internet out"]),
    ("postgres", 0, &[]),
    ("redis-server", 0, &[]),
    ("sshd", 0, &[]),
    ("Internet out", 0, &[]),
    ("node_exporter", 0, &[]),
    ("prometheus", 0, &["node_exporter", "cadvisor", "postgres_exp"]),
    ("cadvisor", 0, &[]),
    ("postgres_exp", 0, &["postgres"]),
    ("grafana", 0, &["prometheus"]),
    ("dockerd", 0, &["containerd"]),
    ("containerd", 0, &[]),
    ("chronyd", 0, &["ntp"]),
    ("ntp", 0, &[]),
    ("curl", 0, &["httpd"]),
    ("httpd", 0, &[]),
];

/// All shapes, small to large.
pub fn all() -> Vec<Shape> {
    let mut star = named("star-40", &[], 0);
    star.cluster_of = vec![9; 41];
    star.edges = (1..=40).map(|leaf| if leaf <= 30 { (leaf, 0) } else { (0, leaf) }).collect();
    let mut grouped = named("shop-grouped", SHOP, 2);
    grouped.cluster_of.iter_mut().filter(|c| **c == 2).for_each(|c| *c = u32::MAX);
    vec![
        named("shop-17", SHOP, 0),
        grouped,
        named("processes-39", PROCESSES, 0).padded(39),
        star,
        generated("ring-12", 12, 12, 0, |_, node, _| (node, (node + 1) % 12)),
        mesh("mesh-60", 60, 90, 0),
        mesh("apps-300", 300, 420, 0),
        mesh("apps-300-boxed", 300, 420, 8),
        mesh("pods-2000", 2_000, 3_600, 40),
        mesh("pods-2000-flat", 2_000, 3_600, 0),
        mesh("large-10000", 10_000, 20_000, 120),
        mesh("large-flat", 10_000, 20_000, 0),
    ]
}

fn named(name: &'static str, rows: &[(&str, u32, &[&str])], clusters: u32) -> Shape {
    let find = |name: &str| rows.iter().position(|row| row.0 == name);
    let mut edges = Vec::new();
    for (from, row) in rows.iter().enumerate() {
        edges.extend(row.2.iter().filter_map(|to| Some((from as u32, find(to)? as u32))));
    }
    Shape {
        name,
        labels: rows.iter().map(|row| row.0.to_string()).collect(),
        cluster_of: rows.iter().map(|row| row.1).collect(),
        clusters,
        edges,
    }
}

impl Shape {
    /// With unconnected nodes up to a number.
    fn padded(mut self, nodes: usize) -> Self {
        self.cluster_of.resize(nodes, 0);
        self
    }
}

/// The same numbers on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u32) -> u32 {
        // Knuth's MMIX constants.
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % u64::from(limit.max(1))) as u32
    }
}

fn generated(
    name: &'static str,
    nodes: u32,
    edges: u32,
    clusters: u32,
    edge: impl Fn(&mut Random, u32, u32) -> (u32, u32),
) -> Shape {
    let mut random = Random(u64::from(nodes) + 7);
    let edges = (0..edges).map(|index| edge(&mut random, index % nodes, index)).collect();
    let cluster_of = (0..nodes).map(|node| node * clusters.max(1) / nodes).collect();
    Shape { name, labels: Vec::new(), cluster_of, clusters, edges }
}

/// Applications of about a dozen nodes, tiered, one edge in nine to another application's front;
/// some nodes of each talk to nobody.
fn mesh(name: &'static str, nodes: u32, edges: u32, clusters: u32) -> Shape {
    generated(name, nodes, edges, clusters, move |random, node, _| {
        let app = 12;
        let base = node / app * app;
        let size = app.min(nodes - base);
        let tier = (node - base) / 3;
        if (node - base) % 12 == 11 {
            return (node, node);
        }
        if random.below(9) == 0 {
            return (node, random.below(nodes.div_ceil(app)) * app % nodes);
        }
        let next = (tier + 1) * 3 + random.below(3);
        if next < size { (node, base + next) } else { (base + random.below(size), node) }
    })
}
