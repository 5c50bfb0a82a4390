//! What the other processes of a test do: this program again, told its role by its environment.
//!
//! A role says `ready` with a word when others may begin, and `done` with a word at its end. It
//! lives until its player is dropped, so that its sockets stay as long as the test looks at them.

use crate::{http_roles, refusals};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

/// The role and its words.
const ROLE: &str = "SCOPE_EBPF_ROLE";

/// The network namespace to play in.
const NETNS: &str = "SCOPE_EBPF_NETNS";

/// What a client asks and a server answers; of different lengths, to tell the directions apart.
pub const QUESTION: &[u8] = b"hello";
pub const ANSWER: &[u8] = b"welcome";

/// Clients of one process that connect at the same time.
const CLIENT_THREADS: usize = 8;

/// A process in a role; ended when dropped.
pub struct Player {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Player {
    pub fn start(netns: &str, role: &str) -> Self {
        Self::start_by(&[], netns, role)
    }

    /// Started by another program, whose words these are.
    pub fn start_by(words: &[&str], netns: &str, role: &str) -> Self {
        let own = std::env::current_exe().unwrap();
        let mut command = words.iter().copied().chain([own.to_str().unwrap()]);
        let mut child = Command::new(command.next().unwrap())
            .args(command)
            .args(["--exact", "roles::play", "--nocapture"])
            .env(ROLE, role)
            .env(NETNS, netns)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Self { child, lines }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The rest of the line that begins with `word`.
    pub fn hear(&mut self, word: &str) -> String {
        let mut line = String::new();
        while self.lines.read_line(&mut line).unwrap() > 0 {
            if let Some(rest) = line.trim().strip_prefix(word) {
                return rest.trim().to_owned();
            }
            line.clear();
        }
        panic!("the other process ended before it said {word}");
    }

    /// Lets it go on from where it hears.
    pub fn tell(&mut self) {
        self.child.stdin.as_mut().unwrap().write_all(b"!").unwrap();
    }

    /// Lets it end, and waits for that.
    pub fn end(mut self) {
        drop(self.child.stdin.take());
        self.child.wait().unwrap();
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        // A process that ended by itself cannot be killed, which is as good.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The entrance of a role; in a run of all tests it has nothing to do.
#[test]
fn play() {
    let Ok(role) = std::env::var(ROLE) else { return };
    let netns = std::env::var(NETNS).unwrap();
    if !netns.is_empty() {
        scope_testkit::namespace::enter(&netns).unwrap();
    }
    let words: Vec<&str> = role.split(' ').collect();
    match words.as_slice() {
        ["tcp-server", bind] => tcp_server(bind),
        ["tcp-client", server, count] => tcp_client(server, count.parse().unwrap()),
        ["tcp-failing", server, limit] => tcp_failing(server, limit.parse().unwrap()),
        ["tcp-holding", server] => tcp_holding(server),
        ["open-kernel"] => refusals::open_kernel(),
        ["http-server", bind] => http_roles::server(bind),
        ["http-client", server, paths @ ..] => http_roles::client(server, paths),
        ["http2-client", server, paths @ ..] => http_roles::client_2(server, paths),
        ["udp-server", bind] => udp_server(bind),
        ["udp-client", server, count, mode] => udp_client(server, count.parse().unwrap(), mode),
        _ => panic!("no such role: {role}"),
    }
}

pub fn say(word: &str, rest: impl std::fmt::Display) {
    println!("\n{word} {rest}");
    std::io::stdout().flush().unwrap();
}

/// Until the test tells to go on.
pub fn hear() {
    std::io::stdin().read_exact(&mut [0]).unwrap();
}

/// Until the player is dropped or lets go.
pub fn stay() {
    drop(std::io::stdin().read(&mut [0]));
}

fn tcp_server(bind: &str) {
    let listener = TcpListener::bind(bind).unwrap();
    say("ready", listener.local_addr().unwrap().port());
    for stream in listener.incoming() {
        let mut stream = stream.unwrap();
        let mut question = [0; QUESTION.len()];
        // A client that only holds its connection asks nothing.
        if stream.read_exact(&mut question).is_ok() {
            stream.write_all(ANSWER).unwrap();
            drop(stream.read(&mut [0]));
        }
    }
}

fn tcp_client(server: &str, count: usize) {
    let server: SocketAddr = server.parse().unwrap();
    let thread = move || {
        for _ in 0..count / CLIENT_THREADS {
            let mut stream = TcpStream::connect(server).unwrap();
            stream.write_all(QUESTION).unwrap();
            stream.read_exact(&mut [0; ANSWER.len()]).unwrap();
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..CLIENT_THREADS {
            scope.spawn(thread);
        }
    });
    say("done", count);
    stay();
}

fn tcp_failing(server: &str, limit_millis: u64) {
    let limit = Duration::from_millis(limit_millis);
    TcpStream::connect_timeout(&server.parse().unwrap(), limit).unwrap_err();
    say("done", server);
    stay();
}

fn tcp_holding(server: &str) {
    let mut stream = TcpStream::connect(server).unwrap();
    stream.write_all(QUESTION).unwrap();
    stream.read_exact(&mut [0; ANSWER.len()]).unwrap();
    say("ready", stream.local_addr().unwrap());
    stay();
}

/// Answers from one unconnected socket.
fn udp_server(bind: &str) {
    let socket = UdpSocket::bind(bind).unwrap();
    say("ready", socket.local_addr().unwrap().port());
    let mut question = [0; 64];
    loop {
        let (_, client) = socket.recv_from(&mut question).unwrap();
        socket.send_to(ANSWER, client).unwrap();
    }
}

fn udp_client(server: &str, count: usize, mode: &str) {
    let server: SocketAddr = server.parse().unwrap();
    let bind = if server.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
    let socket = UdpSocket::bind(bind).unwrap();
    if mode == "connected" {
        socket.connect(server).unwrap();
    }
    for _ in 0..count {
        if mode == "connected" {
            socket.send(QUESTION).unwrap();
            socket.recv(&mut [0; 64]).unwrap();
        } else {
            socket.send_to(QUESTION, server).unwrap();
            socket.recv_from(&mut [0; 64]).unwrap();
        }
    }
    say("done", socket.local_addr().unwrap().port());
    stay();
}
