//! The parts an actor can play; each is one kind of connection, made for real.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, TcpListener, TcpStream, UdpSocket};
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// Between two attempts, and two datagrams.
const BEAT: Duration = Duration::from_millis(100);

/// Threads that open short connections side by side.
const BURST_THREADS: u32 = 16;

/// The words of a short connection, each way.
const WORDS: &[u8; 5] = b"hello";

/// Plays a part until the process is ended, or the part is.
///
/// * `listen tcp|udp ADDRESS`, `listen unix PATH`: answers everything with the same;
/// * `call tcp|udp ADDRESS [BYTES_PER_SECOND]`, `call unix PATH`: holds one connection;
/// * `send udp ADDRESS`: datagrams from a socket that is not connected;
/// * `tell udp ADDRESS`, `hear udp ADDRESS`: the same, but nobody answers, or nothing is answered;
/// * `scatter udp ADDRESS COUNT DONE`: one datagram to each of so many addresses from that one on,
///   then the file `DONE`, then nothing;
/// * `try tcp ADDRESS`: connects again and again, whatever comes of it;
/// * `burst tcp ADDRESS COUNT MILLIS DONE`: so many connections of that length, then the file
///   `DONE`, then nothing.
pub fn play(arguments: &[&str]) -> Result<(), String> {
    let outcome = match arguments {
        ["listen", "tcp", address] => listen_tcp(parse(address)?),
        ["listen", "udp", address] => listen_udp(parse(address)?, true),
        ["hear", "udp", address] => listen_udp(parse(address)?, false),
        ["listen", "unix", path] => listen_unix(path),
        ["call", "tcp", address] => call_tcp(parse(address)?, 0),
        ["call", "tcp", address, rate] => call_tcp(parse(address)?, parse(rate)?),
        ["call", "udp", address] => call_udp(parse(address)?, true),
        ["send" | "tell", "udp", address] => call_udp(parse(address)?, false),
        ["scatter", "udp", address, count, done] => scatter(parse(address)?, parse(count)?, done),
        ["call", "unix", path] => call_unix(path),
        ["try", "tcp", address] => try_tcp(parse(address)?),
        ["burst", "tcp", address, count, millis, done] => {
            burst(parse(address)?, parse(count)?, parse(millis)?, done)
        }
        _ => return Err("no such part".to_owned()),
    };
    outcome.map_err(|error| error.to_string())
}

fn parse<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("cannot read {text}"))
}

/// The actor's own pace; no test waits for it.
fn pause(time: Duration) {
    let end = Instant::now() + time;
    while let Some(left) = end.checked_duration_since(Instant::now()) {
        std::thread::park_timeout(left);
    }
}

/// Until `attempt` succeeds.
fn insist<T>(mut attempt: impl FnMut() -> io::Result<T>) -> T {
    loop {
        if let Ok(value) = attempt() {
            return value;
        }
        pause(BEAT);
    }
}

fn echo(mut stream: impl Read + Write) {
    let mut buffer = vec![0; 64 << 10];
    while let Ok(count @ 1..) = stream.read(&mut buffer) {
        let said = buffer.get(..count).unwrap_or_default();
        if stream.write_all(said).is_err() {
            return;
        }
    }
}

fn listen_tcp(address: SocketAddr) -> io::Result<()> {
    let listener = insist(|| TcpListener::bind(address));
    for stream in listener.incoming() {
        let stream = stream?;
        std::thread::spawn(move || echo(stream));
    }
    Ok(())
}

fn listen_unix(path: &str) -> io::Result<()> {
    for stream in UnixListener::bind(path)?.incoming() {
        let stream = stream?;
        std::thread::spawn(move || echo(stream));
    }
    Ok(())
}

fn listen_udp(address: SocketAddr, answers: bool) -> io::Result<()> {
    let socket = insist(|| UdpSocket::bind(address));
    let mut buffer = [0; 2048];
    loop {
        let (count, from) = socket.recv_from(&mut buffer)?;
        let said = buffer.get(..count).unwrap_or_default();
        if answers {
            // Whoever asked may be gone.
            let _gone = socket.send_to(said, from);
        }
    }
}

/// Sends `rate` bytes per second and takes the echo, on one connection; a new one if it ends.
fn call_tcp(address: SocketAddr, rate: u32) -> io::Result<()> {
    loop {
        let stream = insist(|| TcpStream::connect(address));
        let _ended = talk(stream, rate);
    }
}

fn talk(mut stream: TcpStream, rate: u32) -> io::Result<()> {
    let mut back = stream.try_clone()?;
    let listening = std::thread::spawn(move || {
        let mut buffer = vec![0; 64 << 10];
        while let Ok(1..) = back.read(&mut buffer) {}
    });
    let words = vec![b'x'; usize::try_from(rate / 10).unwrap_or_default()];
    let mut next = Instant::now();
    if rate > 0 {
        loop {
            stream.write_all(&words)?;
            next += BEAT;
            pause(next.saturating_duration_since(Instant::now()));
        }
    }
    let _ended = listening.join();
    Ok(())
}

fn call_unix(path: &str) -> io::Result<()> {
    loop {
        let mut stream = insist(|| UnixStream::connect(path));
        stream.write_all(WORDS)?;
        let mut buffer = [0; 64];
        while let Ok(1..) = stream.read(&mut buffer) {}
    }
}

fn call_udp(address: SocketAddr, connected: bool) -> io::Result<()> {
    let any = if address.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
    let socket = UdpSocket::bind(any)?;
    if connected {
        insist(|| socket.connect(address));
    }
    socket.set_read_timeout(Some(BEAT))?;
    let mut buffer = [0; 64];
    loop {
        // The other end may not be there yet.
        let _sent = if connected { socket.send(WORDS) } else { socket.send_to(WORDS, address) };
        let _heard = socket.recv_from(&mut buffer);
        pause(BEAT);
    }
}

fn scatter(first: SocketAddrV4, count: u32, done: &str) -> io::Result<()> {
    let socket = UdpSocket::bind("0.0.0.0:0")?;
    for at in 0..count {
        let ip = Ipv4Addr::from(u32::from(*first.ip()).wrapping_add(at));
        // Nobody is there; what counts is that it was sent.
        let _refused = socket.send_to(WORDS, (ip, first.port()));
    }
    std::fs::write(done, "")
}

fn try_tcp(address: SocketAddr) -> io::Result<()> {
    loop {
        let _refused = TcpStream::connect_timeout(&address, Duration::from_secs(2));
        pause(BEAT);
    }
}

fn burst(address: SocketAddr, count: u32, millis: u64, done: &str) -> io::Result<()> {
    let left = Arc::new(AtomicU32::new(count));
    let threads: Vec<_> = (0..BURST_THREADS)
        .map(|_| {
            let left = Arc::clone(&left);
            std::thread::spawn(move || {
                let take = |left: u32| left.checked_sub(1);
                while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok() {
                    insist(|| brief(address, millis));
                }
            })
        })
        .collect();
    for thread in threads {
        let _ended = thread.join();
    }
    std::fs::write(done, "")?;
    loop {
        std::thread::park();
    }
}

fn brief(address: SocketAddr, millis: u64) -> io::Result<()> {
    let mut stream = TcpStream::connect(address)?;
    stream.write_all(WORDS)?;
    let mut buffer = *WORDS;
    stream.read_exact(&mut buffer)?;
    pause(Duration::from_millis(millis));
    Ok(())
}
