//! Names of addresses, against a real DNS server in network namespaces.
//!
//! Each test builds a router namespace between a client and a server namespace. The server, which
//! also plays the outside world, is this program started again in the server namespace, out of
//! sight of the probe; the test itself runs again inside the router with a process namespace of
//! its own, where it is the whole machine. Needs root, `ip`, `unshare`; without root it says so
//! and passes.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "tests may fail; the lint knows only the bodies of test functions"
)]

use hickory_resolver::proto::op::{Message, MessageType, OpCode, Query, ResponseCode};
use hickory_resolver::proto::rr::rdata::{A, AAAA, CNAME, PTR};
use hickory_resolver::proto::rr::{Name, RData, Record, RecordType};
use scope_agent::{Reporter, Tagger};
use scope_linux::{LinuxConfig, NameTagger, reporters};
use scope_report::{Report, Timestamp, TopologyKind};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Set when the test runs inside its own machine; its value prefixes the names of the namespaces.
const INSIDE: &str = "SCOPE_DNS_INSIDE";

/// Set when this program plays a part: `serve ADDRESS…`, `ask TRANSPORT SERVER NAME PORT`, or
/// `flood SERVER`.
const PART: &str = "SCOPE_DNS_PART";

const PATIENCE: Duration = Duration::from_secs(30);

/// The outside world: its addresses are in the server namespace.
const OUTSIDE: [&str; 3] = ["192.0.2.10", "192.0.2.11", "2001:db8::10"];

/// What the server knows: `name kind data`.
const ZONE: [&str; 5] = [
    "www.shop.test A 192.0.2.10",
    "cdn.shop.test CNAME edge.cdn.test",
    "edge.cdn.test A 192.0.2.11",
    "six.shop.test AAAA 2001:db8::10",
    "11.2.0.192.in-addr.arpa PTR reverse.shop.test",
];

/// A client, a router and a server namespace, taken down when dropped.
struct Bed {
    prefix: String,
    subnet: u8,
}

impl Bed {
    fn build(subnet: u8) -> Self {
        let bed = Self { prefix: format!("names{}x{subnet}", std::process::id()), subnet };
        let name = |role: &str| format!("{}{role}", bed.prefix);
        let (a, m, b) = (name("a"), name("m"), name("b"));
        for one in [&a, &m, &b] {
            run(&format!("ip netns add {one}"));
            run(&format!("ip -n {one} link set lo up"));
        }
        for (one, side, third) in [(&a, "va", 1), (&b, "vb", 2)] {
            run(&format!("ip -n {m} link add {side} type veth peer name v0 netns {one}"));
            for (end, device, host) in [(&m, side, 1), (one, "v0", 2)] {
                run(&format!("ip -n {end} addr add 10.{subnet}.{third}.{host}/24 dev {device}"));
                let six = format!("fd00:{subnet}:{third}::{host}/64");
                run(&format!("ip -n {end} addr add {six} dev {device} nodad"));
                run(&format!("ip -n {end} link set {device} up"));
            }
            run(&format!("ip -n {one} route add default via 10.{subnet}.{third}.1"));
            run(&format!("ip -n {one} -6 route add default via fd00:{subnet}:{third}::1"));
        }
        for address in OUTSIDE {
            run(&format!("ip -n {b} addr add {address} dev lo"));
        }
        run(&format!("ip -n {m} route add 192.0.2.0/24 via 10.{subnet}.2.2"));
        run(&format!("ip -n {m} -6 route add 2001:db8::/64 via fd00:{subnet}:2::2"));
        for switch in ["ipv4.ip_forward", "ipv6.conf.all.forwarding"] {
            run(&format!("ip netns exec {m} sysctl -qw net.{switch}=1"));
        }
        bed
    }

    /// Runs the test `name` again as the whole machine of the router namespace.
    fn run_inside(&self, name: &str) {
        let status = Command::new("ip")
            .args(["netns", "exec", &format!("{}m", self.prefix)])
            .args(["unshare", "--pid", "--fork", "--mount-proc", "--kill-child", "--"])
            .arg(std::env::current_exe().unwrap())
            .args(["--exact", name, "--nocapture"])
            .env(INSIDE, &self.prefix)
            .status()
            .unwrap();
        assert!(status.success(), "{name} inside its machine");
    }
}

impl Drop for Bed {
    fn drop(&mut self) {
        for role in ["a", "m", "b"] {
            let name = format!("{}{role}", self.prefix);
            let _ = Command::new("ip").args(["netns", "del", &name]).status();
        }
    }
}

/// This program in a part, ended when dropped.
struct Player(Child);

impl Player {
    /// Starts `part` in the namespace of `role` and waits until it says that it is ready.
    fn start(prefix: &str, role: &str, part: &str) -> Self {
        let mut child = Command::new("ip")
            .args(["netns", "exec", &format!("{prefix}{role}")])
            .arg(std::env::current_exe().unwrap())
            .args(["--exact", "plays_a_part", "--nocapture"])
            .env(PART, part)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(child.stdout.take().unwrap());
        let ready = said.lines().map_while(Result::ok).any(|line| line.ends_with("ready"));
        assert!(ready, "{part}");
        Self(child)
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn run(words: &str) {
    let mut parts = words.split_whitespace();
    let status = Command::new(parts.next().unwrap()).args(parts).status().unwrap();
    assert!(status.success(), "{words}");
}

/// Not a test of its own: the parts that other tests start.
#[test]
fn plays_a_part() {
    let Ok(part) = std::env::var(PART) else { return };
    let words: Vec<&str> = part.split(' ').collect();
    match words.as_slice() {
        ["serve", addresses @ ..] => serve(addresses),
        ["flood", server] => {
            let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
            for _ in 0..5000 {
                socket.send_to(&[0; 512], server).unwrap();
            }
            println!("\nready");
        }
        ["ask", transport, server, name, port] => {
            let server = server.parse().unwrap();
            let address = ask(transport, server, name);
            let port: u16 = port.parse().unwrap();
            let held = (port != 0).then(|| TcpStream::connect((address, port)).unwrap());
            println!("\nready");
            // Until the test ends.
            let _ = std::io::stdin().read(&mut [0]);
            drop(held);
        }
        _ => panic!("{part}"),
    }
}

/// Answers questions at `addresses`, and accepts connections on port 7443.
fn serve(addresses: &[&str]) {
    for address in addresses {
        let address: IpAddr = address.parse().unwrap();
        let (datagrams, streams) =
            (UdpSocket::bind((address, 53)).unwrap(), TcpListener::bind((address, 53)).unwrap());
        std::thread::spawn(move || {
            let mut bytes = [0; 512];
            while let Ok((length, client)) = datagrams.recv_from(&mut bytes) {
                // What is no question, a flood, is left without an answer.
                let Some(answer) = answer(&bytes[..length]) else { continue };
                datagrams.send_to(&answer, client).unwrap();
            }
        });
        std::thread::spawn(move || {
            for mut stream in streams.incoming().flatten() {
                let answer = answer(&read_framed(&mut stream)).unwrap();
                // In two pieces, as a slow server's answer comes.
                let framed = framed(&answer);
                stream.write_all(&framed[..7]).unwrap();
                stream.flush().unwrap();
                stream.write_all(&framed[7..]).unwrap();
            }
        });
    }
    let outside = TcpListener::bind("[::]:7443").unwrap();
    std::thread::spawn(move || outside.incoming().flatten().collect::<Vec<_>>());
    println!("\nready");
    let _ = std::io::stdin().read(&mut [0]);
}

fn framed(message: &[u8]) -> Vec<u8> {
    [&u16::try_from(message.len()).unwrap().to_be_bytes(), message].concat()
}

fn read_framed(stream: &mut TcpStream) -> Vec<u8> {
    let mut length = [0; 2];
    stream.read_exact(&mut length).unwrap();
    let mut bytes = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut bytes).unwrap();
    bytes
}

/// The answer of [`ZONE`], aliases followed.
fn answer(question: &[u8]) -> Option<Vec<u8>> {
    let mut message = Message::from_vec(question).ok()?;
    message.metadata.message_type = MessageType::Response;
    let query = message.queries.first()?.clone();
    let mut wanted = query.name.to_ascii().to_lowercase();
    for _ in 0..2 {
        for row in ZONE {
            let [name, kind, data] = row.split(' ').collect::<Vec<_>>()[..] else { panic!() };
            let is_wanted = name == wanted.trim_end_matches('.');
            if !is_wanted || (kind != "CNAME" && kind != query.query_type.to_string()) {
                continue;
            }
            let owner = Name::from_ascii(format!("{name}.")).unwrap();
            let target = || Name::from_ascii(format!("{data}.")).unwrap();
            let data = match kind {
                "A" => RData::A(A(data.parse().unwrap())),
                "AAAA" => RData::AAAA(AAAA(data.parse().unwrap())),
                "PTR" => RData::PTR(PTR(target())),
                _ => {
                    data.clone_into(&mut wanted);
                    RData::CNAME(CNAME(target()))
                }
            };
            message.add_answer(Record::from_rdata(owner, 60, data));
        }
    }
    if message.answers.is_empty() {
        message.metadata.response_code = ResponseCode::NXDomain;
    }
    message.to_vec().ok()
}

/// The first address of `name`, asked for as a resolver's client does.
fn ask(transport: &str, server: SocketAddr, name: &str) -> IpAddr {
    let mut message = Message::new(4711, MessageType::Query, OpCode::Query);
    let kind = if name.starts_with("six") { RecordType::AAAA } else { RecordType::A };
    message.add_query(Query::query(Name::from_ascii(format!("{name}.")).unwrap(), kind));
    let bytes = message.to_vec().unwrap();
    let said = if transport == "tcp" {
        let mut stream = TcpStream::connect(server).unwrap();
        stream.write_all(&framed(&bytes)).unwrap();
        read_framed(&mut stream)
    } else {
        let local = if server.is_ipv6() { "[::]:0" } else { "0.0.0.0:0" };
        let socket = UdpSocket::bind(local).unwrap();
        socket.connect(server).unwrap();
        socket.send(&bytes).unwrap();
        let mut said = [0; 512];
        let length = socket.recv(&mut said).unwrap();
        said[..length].to_vec()
    };
    let said = Message::from_vec(&said).unwrap();
    let found = said.answers.iter().find_map(|record| match &record.data {
        RData::A(address) => Some(IpAddr::V4(address.0)),
        RData::AAAA(address) => Some(IpAddr::V6(address.0)),
        _ => None,
    });
    found.unwrap()
}

/// The reporters, the tagger, and the report they made last.
struct Probe {
    reporters: Vec<Box<dyn Reporter>>,
    tagger: NameTagger,
    seen: Report,
    warnings: Vec<String>,
}

impl Probe {
    /// With a `server` for reverse lookups, or without any.
    fn new(server: Option<SocketAddr>) -> Self {
        let mut config = LinuxConfig::new("host", "probe", "0");
        config.spy_interval = Duration::from_millis(20);
        // Other namespaces are the outside world, not part of this machine.
        config.netns_root = PathBuf::from("/nonexistent");
        let tagger = NameTagger::new(config.names.clone(), server.is_some(), server).unwrap();
        let reporters = reporters(config);
        let mut probe = Self { reporters, tagger, seen: Report::empty(), warnings: Vec::new() };
        probe.look();
        probe
    }

    fn look(&mut self) {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let now = Timestamp::from_unix_nanos(i128::try_from(since.as_nanos()).unwrap()).unwrap();
        self.seen = Report::empty();
        self.warnings.clear();
        for reporter in &mut self.reporters {
            let part = reporter.report(now).unwrap();
            self.seen.merge(&part.report);
            self.warnings.extend(part.warnings);
        }
        self.tagger.tag(&mut self.seen, now);
    }

    /// What the report says of names, as `address forward reverse`.
    fn names(&self) -> Vec<String> {
        let row = |(address, names): (&scope_report::Text, &Arc<scope_report::DnsNames>)| {
            format!("{address} {:?} {:?}", names.forward.as_slice(), names.reverse.as_slice())
        };
        self.seen.dns.iter().map(row).collect()
    }

    /// Looks until the report names exactly what is expected.
    #[track_caller]
    fn expect(&mut self, expect: &[&str]) {
        let started = Instant::now();
        while self.names() != expect {
            assert!(started.elapsed() < PATIENCE, "{:?} {:?}", self.names(), self.warnings);
            std::thread::park_timeout(Duration::from_millis(20));
            self.look();
        }
    }
}

/// The prefix and the subnet when inside; otherwise runs the test inside, or says why not.
fn machine(name: &str, subnet: u8) -> Option<String> {
    if let Ok(prefix) = std::env::var(INSIDE) {
        return Some(prefix);
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    if !status.contains("\nUid:\t0\t0\t") {
        println!("skipped: network namespaces need root");
        return None;
    }
    let bed = Bed::build(subnet);
    let addresses = format!("10.{0}.2.2 fd00:{0}:2::2", bed.subnet);
    let _server = Player::start(&bed.prefix, "b", &format!("serve {addresses}"));
    bed.run_inside(name);
    None
}

#[test]
fn names_what_the_answers_named() {
    let Some(prefix) = machine("names_what_the_answers_named", 211) else { return };
    let mut probe = Probe::new(None);
    let ask = |words: &str| Player::start(&prefix, "a", &format!("ask {words} 7443"));
    let _udp = ask("udp 10.211.2.2:53 www.shop.test");
    probe.expect(&[r#"192.0.2.10 ["www.shop.test"] []"#]);
    // The alias's target is not the name that was asked for.
    let _tcp = ask("tcp 10.211.2.2:53 cdn.shop.test");
    let two = [r#"192.0.2.10 ["www.shop.test"] []"#, r#"192.0.2.11 ["cdn.shop.test"] []"#];
    probe.expect(&two);
    let _six = ask("udp [fd00:211:2::2]:53 six.shop.test");
    let three = [two[0], two[1], r#"2001:db8::10 ["six.shop.test"] []"#];
    probe.expect(&three);
    let _six = ask("tcp [fd00:211:2::2]:53 six.shop.test");
    probe.expect(&three);
    let fact = |report: &Report| {
        let host = report.topology(TopologyKind::Host).nodes.get("host;<host>").cloned();
        host.unwrap().fact("host_dns_snooping").map(str::to_owned)
    };
    assert!(fact(&probe.seen).is_some(), "{:?}", probe.warnings);
    let dns: Vec<_> = probe.warnings.iter().filter(|one| one.contains("DNS")).collect();
    assert!(dns.is_empty(), "{dns:?}");
}

#[test]
fn hears_loopback_in_another_namespace() {
    let Some(prefix) = machine("hears_loopback_in_another_namespace", 212) else { return };
    let mut probe = Probe::new(None);
    let _resolver = Player::start(&prefix, "a", "serve 127.0.0.53");
    // The namespace of the resolver is new: it is listened in from the next look on.
    probe.look();
    let _client = Player::start(&prefix, "a", "ask udp 127.0.0.53:53 www.shop.test 7443");
    probe.expect(&[r#"192.0.2.10 ["www.shop.test"] []"#]);
}

#[test]
fn looks_up_who_was_not_named() {
    let Some(prefix) = machine("looks_up_who_was_not_named", 213) else { return };
    let mut probe = Probe::new(Some("10.213.2.2:53".parse().unwrap()));
    // Asked for before anybody listened: `tcp` on a connection of its own, to another server.
    let _resolver = Player::start(&prefix, "a", "serve 127.0.0.54");
    let client = "ask udp 127.0.0.54:53 cdn.shop.test 7443";
    let _client = Player::start(&prefix, "a", client);
    probe.expect(&[r#"192.0.2.11 [] ["reverse.shop.test"]"#]);
}

#[test]
fn says_what_was_lost_and_hears_again() {
    let name = "says_what_was_lost_and_hears_again";
    let Some(prefix) = machine(name, 215) else { return };
    let mut probe = Probe::new(None);
    let _resolver = Player::start(&prefix, "a", "serve 127.0.0.53");
    probe.look();
    // Far more than the kernel keeps for that namespace, and nobody looks meanwhile.
    drop(Player::start(&prefix, "a", "flood 127.0.0.53:53"));
    let mut lost = false;
    for _ in 0..20 {
        probe.look();
        lost |= probe.warnings.iter().any(|one| one.starts_with("DNS packets lost"));
    }
    assert!(lost, "{:?}", probe.warnings);
    let _client = Player::start(&prefix, "a", "ask udp 127.0.0.53:53 www.shop.test 7443");
    probe.expect(&[r#"192.0.2.10 ["www.shop.test"] []"#]);
    let mut healed = false;
    for _ in 0..20 {
        probe.look();
        healed = !probe.warnings.iter().any(|one| one.contains("lost"));
    }
    assert!(healed, "{:?}", probe.warnings);
}

/// What a thousand answers cost; prints it, and sees that none was lost and all were heard.
#[test]
fn hears_a_thousand_answers() {
    let Some(_) = machine("hears_a_thousand_answers", 214) else { return };
    let mut probe = Probe::new(None);
    let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
    socket.connect("10.214.2.2:53").unwrap();
    let mut message = Message::new(1, MessageType::Query, OpCode::Query);
    let name = Name::from_ascii("cdn.shop.test.").unwrap();
    message.add_query(Query::query(name, RecordType::A));
    for id in 0..1000 {
        message.metadata.id = id;
        socket.send(&message.to_vec().unwrap()).unwrap();
        socket.recv(&mut [0; 512]).unwrap();
    }
    let _held = TcpStream::connect("192.0.2.11:7443").unwrap();
    let clock = || {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
        Duration::new(u64::try_from(time.tv_sec).unwrap(), u32::try_from(time.tv_nsec).unwrap())
    };
    let dns = probe.reporters.iter_mut().find(|one| one.name() == "dns").unwrap();
    let before = clock();
    let seen = dns.report(Timestamp::from_unix(2_000_000_000, 0).unwrap()).unwrap();
    let spent = clock() - before;
    println!("1,000 questions and answers: {spent:?} of processor time");
    assert!(seen.warnings.is_empty(), "{:?}", seen.warnings);
    probe.expect(&[r#"192.0.2.11 ["cdn.shop.test"] []"#]);
}
