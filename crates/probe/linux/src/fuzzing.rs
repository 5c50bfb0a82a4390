//! The decoders of this crate, opened to the fuzzer (`fuzz/`) and to nobody else.
//!
//! They are private because nobody outside should build on them; the feature `fuzzing`, which no
//! product has on, lends them to the fuzzer by kind of source.

use crate::addresses::{parse_address, parse_fib_trie, parse_if_inet6};
use crate::conntrack::parse_flow;
use crate::dns::listener::Listener;
use crate::dns::message::{ADDRESSES_PER_ANSWER_MAX, parse_message};
use crate::dns::packet::parse_packet;
use crate::dns::sockets::parse_lost;
use crate::host_reporter::{parse_memory, parse_processor};
use crate::netlink::{Attributes, Message, Messages};
use crate::process_table::parse_stat;
use crate::socket_table::{
    Swept, Transport, parse_diag, parse_proc_table, parse_snmp, parse_sockstat,
};
use crate::tracking::has_entries;
use crate::unix_table::parse_unix;

/// Reads `bytes` as a datagram of netlink, and as the body of each kind of message.
pub fn netlink(bytes: &[u8]) {
    let whole = Message { kind: 0x0100, sequence: 0, is_interrupted: false, body: bytes };
    for message in Messages::new(bytes).chain([whole]) {
        let _ = (parse_flow(message), parse_address(message), parse_unix(message));
        let _ = (parse_diag(message, Transport::Tcp), parse_diag(message, Transport::Udp));
        let _ = parse_lost(message.body, 0);
        assert!(Attributes::new(message.body).count() <= message.body.len() / 4);
    }
}

/// Reads `bytes` as every file of `/proc` there is a parser for.
pub fn proc_files(bytes: &[u8]) {
    let mut swept = Swept::default();
    parse_proc_table(bytes, Transport::Tcp, &mut swept);
    parse_proc_table(bytes, Transport::Udp, &mut swept);
    assert!(swept.sockets.len() <= 2 * bytes.len(), "more sockets than bytes");
    let _ = (parse_stat(bytes), parse_sockstat(bytes), parse_snmp(bytes), has_entries(bytes));
    let _ = (parse_processor(bytes), parse_memory(bytes));
    let mut addresses = Vec::new();
    parse_fib_trie(bytes, &mut addresses);
    parse_if_inet6(bytes, &mut addresses);
    assert!(addresses.len() <= bytes.len(), "more addresses than bytes");
}

/// Reads `bytes` as a DNS message, and as captured packets, each after its length in two bytes.
pub fn dns(bytes: &[u8]) {
    let _ = (parse_message(bytes), parse_packet(bytes));
    let mut listener = Listener::default();
    let mut heard = Vec::new();
    let mut rest = bytes;
    let mut packets = 0;
    while let Some((length, behind)) = rest.split_first_chunk::<2>() {
        let (packet, behind) =
            behind.split_at(usize::from(u16::from_be_bytes(*length)).min(behind.len()));
        listener.take(1, packet, 0, &mut heard);
        packets += 1;
        rest = behind;
    }
    // A segment of a stream may complete several answers, each of at least a header.
    let answers = packets + bytes.len() / 12;
    assert!(heard.len() <= answers * ADDRESSES_PER_ANSWER_MAX, "more names than answers");
}
