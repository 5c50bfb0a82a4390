//! The list of what changed, against sockets that this process opens, uses and closes.

use crate::bed::Watch;
use scope_ebpf::{Change, Config, Holder, OpenSocket};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixDatagram;

/// What one pass tells of this process.
struct Told {
    sockets: Vec<OpenSocket>,
    holder: Holder,
}

impl Told {
    fn read(watch: &mut Watch, anew: bool) -> Self {
        let own = std::process::id();
        let mut told = Self { sockets: Vec::new(), holder: Holder::default() };
        let each = &mut |change| match change {
            Change::Socket(socket) if socket.pid == own => told.sockets.push(socket),
            Change::Holder(one) if one.pid == own => {
                told.holder.is_whole = one.is_whole;
                told.holder.sockets += one.sockets;
                told.holder.sum = told.holder.sum.wrapping_add(one.sum);
            }
            _ => {}
        };
        watch.kernel.changed_sockets(anew, each).unwrap();
        told
    }

    fn find(&self, descriptor: &impl AsRawFd) -> Option<&OpenSocket> {
        let number = i64::from(descriptor.as_raw_fd());
        self.sockets.iter().find(|one| i64::from(one.fd) == number)
    }
}

fn sum(inodes: impl Iterator<Item = u64>) -> u64 {
    inodes.fold(0, |sum, inode| sum.wrapping_add(Holder::share_of(inode)))
}

/// Other tests of this process open sockets meanwhile, so that only those of this one are looked
/// at, and sums are compared within one pass.
#[test]
fn only_what_changed_is_told() {
    let Some(mut watch) = Watch::open(&Config::default()) else { return };
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (mut server, _) = listener.accept().unwrap();
    let first = Told::read(&mut watch, false);
    assert!(first.holder.is_whole, "nothing was told before");
    assert!(first.find(&listener).is_some() && first.find(&client).is_some());
    assert_eq!(first.holder.sockets, first.sockets.len() as u64);
    assert_eq!(first.holder.sum, sum(first.sockets.iter().map(|one| one.inode)));

    let second = Told::read(&mut watch, false);
    assert!(!second.holder.is_whole && second.holder.sockets >= 3);
    assert!(second.find(&listener).is_none() && second.find(&client).is_none());

    client.write_all(b"question").unwrap();
    server.read_exact(&mut [0; 8]).unwrap();
    let (own, _peer) = UnixDatagram::pair().unwrap();
    let third = Told::read(&mut watch, false);
    assert!(third.find(&client).is_some() && third.find(&server).is_some(), "they carried");
    assert!(third.find(&listener).is_none());
    assert!(third.find(&own).is_some(), "it is new");

    watch.kernel.forget_holder(std::process::id());
    let whole = Told::read(&mut watch, false);
    assert!(whole.holder.is_whole && whole.find(&listener).is_some());
    assert_eq!(whole.holder.sum, sum(whole.sockets.iter().map(|one| one.inode)));
    let anew = Told::read(&mut watch, true);
    assert!(anew.holder.is_whole && anew.find(&listener).is_some());
}

/// In a process that only this test acts on, what is gone is missing in the sum.
#[test]
fn what_is_gone_is_missing_in_the_sum() {
    let Some(mut watch) = Watch::open(&Config::default()) else { return };
    let bed = crate::bed::Bed::build("ch");
    let mut server = bed.play(&bed.b, "tcp-server [::]:0");
    let port: u16 = server.hear("ready").parse().unwrap();
    let mut client = bed.play(&bed.a, &format!("tcp-holding 10.77.0.2:{port}"));
    client.hear("ready");
    let of_server = |watch: &mut Watch| {
        let (mut inodes, mut holder) = (Vec::new(), Holder::default());
        let each = &mut |change| match change {
            Change::Socket(socket) if socket.pid == server.pid() => inodes.push(socket.inode),
            Change::Holder(one) if one.pid == server.pid() => holder = one,
            _ => {}
        };
        watch.kernel.changed_sockets(false, each).unwrap();
        (inodes, holder)
    };
    let (inodes, before) = of_server(&mut watch);
    assert_eq!((before.sockets, before.sum), (inodes.len() as u64, sum(inodes.iter().copied())));
    client.end();
    // The server may answer the end a moment later.
    let end = std::time::Instant::now() + crate::bed::PATIENCE;
    loop {
        let (_, after) = of_server(&mut watch);
        let missing = before.sum.wrapping_sub(after.sum);
        let gone = inodes.iter().filter(|inode| Holder::share_of(**inode) == missing);
        if after.sockets + 1 == before.sockets && gone.count() == 1 {
            return;
        }
        assert!(std::time::Instant::now() < end, "{before:?} {after:?}");
    }
}
