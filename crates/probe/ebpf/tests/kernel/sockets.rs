//! The list of sockets, against sockets this process and others really have.

use crate::bed::{Bed, Watch, inode};
use crate::roles::{ANSWER, QUESTION};
use scope_ebpf::{Config, OpenSocket, SocketKind, TcpState, UnixSocket};
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::AsRawFd;
use std::os::unix::net::{UnixListener, UnixStream};

fn of_pid(sockets: &[OpenSocket], pid: u32) -> Vec<&OpenSocket> {
    sockets.iter().filter(|one| one.pid == pid).collect()
}

#[test]
fn tcp_sockets_of_other_namespaces() {
    let Some(mut watch) = Watch::open(&Config::default()) else { return };
    let bed = Bed::build("ls");
    let mut server = bed.play(&bed.b, "tcp-server [::]:0");
    let port: u16 = server.hear("ready").parse().unwrap();
    let mut client = bed.play(&bed.a, &format!("tcp-holding 10.77.0.2:{port}"));
    let local: SocketAddr = client.hear("ready").parse().unwrap();
    let sockets = watch.kernel.sockets().unwrap();
    let at_client = of_pid(&sockets, client.pid());
    let [one] = at_client.as_slice() else { panic!("{at_client:?}") };
    assert_eq!(one.netns, inode(&bed.a));
    let SocketKind::Tcp { inet, state } = &one.kind else { panic!("{one:?}") };
    assert_eq!((inet.local, *state), (local, TcpState::Established));
    assert_eq!(inet.remote, SocketAddr::from(([10, 77, 0, 2], port)));
    let bytes = (QUESTION.len() as u64, ANSWER.len() as u64);
    assert_eq!((inet.sent_bytes, inet.received_bytes), bytes);
    assert!(inet.srtt_micros > 0);
    let link = std::fs::read_link(format!("/proc/{}/fd/{}", one.pid, one.fd)).unwrap();
    assert_eq!(link.to_str(), Some(format!("socket:[{}]", one.inode).as_str()));
    let at_server = of_pid(&sockets, server.pid());
    let is = |wanted: TcpState| {
        at_server.iter().any(|one| match &one.kind {
            SocketKind::Tcp { inet, state } => {
                *state == wanted && inet.local.port() == port && one.netns == inode(&bed.b)
            }
            _ => false,
        })
    };
    assert!(is(TcpState::Listen) && is(TcpState::Established), "{at_server:?}");
    watch.drain();
    let same = watch.events.iter().any(|event| {
        matches!(&event.kind, scope_ebpf::EventKind::Connected(seen) if seen.socket == one.socket)
    });
    assert!(same, "events and the list name the socket alike");
    client.end();
    let sockets = watch.kernel.sockets().unwrap();
    assert!(!sockets.iter().any(|socket| socket.socket == one.socket), "it is gone");
}

#[test]
fn udp_sockets_of_this_process() {
    let Some(mut watch) = Watch::open(&Config::default()) else { return };
    let listening = UdpSocket::bind("127.0.0.1:0").unwrap();
    let connected = UdpSocket::bind("127.0.0.1:0").unwrap();
    connected.connect(listening.local_addr().unwrap()).unwrap();
    let sockets = watch.kernel.sockets().unwrap();
    let ends = |fd: i32| {
        let own = of_pid(&sockets, std::process::id());
        let one = own.into_iter().find(|one| i64::from(one.fd) == i64::from(fd)).unwrap();
        match &one.kind {
            SocketKind::Udp(inet) => (inet.local, inet.remote),
            other => panic!("{other:?}"),
        }
    };
    let own = listening.local_addr().unwrap();
    let nobody = SocketAddr::from(([0, 0, 0, 0], 0));
    assert_eq!(ends(listening.as_raw_fd()), (own, nobody));
    assert_eq!(ends(connected.as_raw_fd()), (connected.local_addr().unwrap(), own));
}

#[test]
fn unix_sockets_with_their_peers() {
    let Some(mut watch) = Watch::open(&Config::default()) else { return };
    let path = std::env::temp_dir().join(format!("ebpf-{}.sock", std::process::id()));
    let listener = UnixListener::bind(&path).unwrap();
    let client = UnixStream::connect(&path).unwrap();
    let (served, _) = listener.accept().unwrap();
    std::fs::remove_file(&path).unwrap();
    let sockets = watch.kernel.sockets().unwrap();
    let find = |fd: i32| -> (&OpenSocket, &UnixSocket) {
        let own = of_pid(&sockets, std::process::id());
        let one = own.into_iter().find(|one| i64::from(one.fd) == i64::from(fd)).unwrap();
        match &one.kind {
            SocketKind::Unix(unix) => (one, unix),
            other => panic!("{other:?}"),
        }
    };
    let (_, listening) = find(listener.as_raw_fd());
    let (at_client, client_side) = find(client.as_raw_fd());
    let (at_server, server_side) = find(served.as_raw_fd());
    assert!(listening.is_listening && !server_side.is_listening && !client_side.is_listening);
    assert_eq!(listening.path.as_deref(), path.to_str());
    assert_eq!(server_side.path.as_deref(), path.to_str());
    assert_eq!(client_side.path, None);
    assert_eq!(client_side.peer, Some(at_server.socket));
    assert_eq!(client_side.peer_inode, at_server.inode);
    assert_eq!(server_side.peer_inode, at_client.inode);
}
