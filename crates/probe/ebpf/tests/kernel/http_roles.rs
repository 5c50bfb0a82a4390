//! An HTTP server that answers with the status it is asked for, and clients that ask.
//!
//! Just enough of HTTP/1.1 and HTTP/2 for the kernel to take it for the real thing: the wire forms
//! of RFC 9112, RFC 9113 and RFC 7541, in packets as real servers cut them.

use crate::roles::{hear, say, stay};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const HEADERS: u8 = 1;
const SETTINGS: u8 = 4;
const DATA: u8 = 0;

/// `END_STREAM` and `END_HEADERS`.
const FLAGS_END: u8 = 5;

pub fn server(bind: &str) {
    let listener = TcpListener::bind(bind).unwrap();
    say("ready", listener.local_addr().unwrap().port());
    for stream in listener.incoming() {
        let stream = stream.unwrap();
        let mut first = [0; 1];
        stream.peek(&mut first).unwrap();
        if first[0] == PREFACE[0] { serve_2(stream) } else { serve_1(stream) }
    }
}

/// Reads up to the empty line; the path is the status wanted.
fn serve_1(mut stream: TcpStream) {
    loop {
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            if stream.read(&mut byte).unwrap() == 0 {
                return;
            }
            request.push(byte[0]);
        }
        let text = String::from_utf8(request).unwrap();
        let status = text.split(['/', ' ']).nth(2).unwrap();
        let answer = format!("HTTP/1.1 {status} so\r\nContent-Length: 5\r\n\r\nhello");
        stream.write_all(answer.as_bytes()).unwrap();
    }
}

/// One connection for all paths.
pub fn client(server: &str, paths: &[&str]) {
    let mut stream = TcpStream::connect(server).unwrap();
    for path in paths {
        if *path == "wait" {
            say("waiting", "");
            hear();
            continue;
        }
        let request = format!("GET /{path} HTTP/1.1\r\nHost: test\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"hello") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            answer.push(byte[0]);
        }
    }
    say("done", "");
    stay();
}

fn frame(kind: u8, flags: u8, stream: u32, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap().to_be_bytes();
    let mut frame = length[1..].to_vec();
    frame.extend([kind, flags]);
    frame.extend(stream.to_be_bytes());
    frame.extend(body);
    frame
}

fn read_frame(stream: &mut TcpStream) -> Option<(u8, u32, Vec<u8>)> {
    let mut head = [0; 9];
    stream.read_exact(&mut head).ok()?;
    let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
    let mut body = vec![0; usize::try_from(length).unwrap()];
    stream.read_exact(&mut body).unwrap();
    let number = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
    Some((head[3], number, body))
}

/// `:status` as a server may pack it: an entry of the static table, a plain or a coded literal; the
/// first answer begins with a change of the table's size.
fn packed_status(status: &str, is_first: bool) -> Vec<u8> {
    let mut bytes = if is_first { vec![0x3f, 0xe1, 0x1f] } else { Vec::new() };
    match status {
        "200" => bytes.push(0x88),
        "404" => bytes.push(0x8d),
        "500" => bytes.push(0x8e),
        // "503" in Huffman's code: 011011 00000 011001, filled up with ones.
        "503" => bytes.extend([0x48, 0x83, 0x6c, 0x0c, 0xff]),
        other => {
            bytes.extend([0x08, 0x03]);
            bytes.extend(other.as_bytes());
        }
    }
    bytes
}

/// The block of a request is the status wanted.
fn serve_2(mut stream: TcpStream) {
    stream.read_exact(&mut [0; PREFACE.len()]).unwrap();
    stream.write_all(&frame(SETTINGS, 0, 0, &[])).unwrap();
    let mut is_first = true;
    while let Some((kind, number, body)) = read_frame(&mut stream) {
        if kind != HEADERS {
            continue;
        }
        let status = String::from_utf8(body).unwrap();
        let mut answer = frame(HEADERS, 4, number, &packed_status(&status, is_first));
        // A body across several packets, and trailers, which are no second answer.
        answer.extend(frame(DATA, 0, number, &[b'x'; 10_000]));
        stream.write_all(&answer).unwrap();
        stream.write_all(&frame(HEADERS, FLAGS_END, number, &[0x88])).unwrap();
        is_first = false;
    }
}

/// All requests at once, each on a stream of its own.
pub fn client_2(server: &str, paths: &[&str]) {
    let mut stream = TcpStream::connect(server).unwrap();
    let mut bytes = PREFACE.to_vec();
    bytes.extend(frame(SETTINGS, 0, 0, &[]));
    for (path, number) in paths.iter().zip((1..).step_by(2)) {
        bytes.extend(frame(HEADERS, FLAGS_END, number, path.as_bytes()));
    }
    stream.write_all(&bytes).unwrap();
    let mut trailers = 0;
    while trailers < 2 * paths.len() {
        let (kind, _, _) = read_frame(&mut stream).unwrap();
        trailers += usize::from(kind == HEADERS);
    }
    say("done", "");
    stay();
}
