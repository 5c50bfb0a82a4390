//! The decoders of this crate, opened to the fuzzer (`fuzz/`) and to nobody else.
//!
//! They are private because nobody outside should build on them; the feature `fuzzing`, which no
//! product has on, lends them to the fuzzer by kind of source.

use crate::addresses::{parse_address, parse_fib_trie, parse_if_inet6};
use crate::conntrack::parse_flow;
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
    let whole = Message { kind: 0x0100, sequence: 0, body: bytes };
    for message in Messages::new(bytes).chain([whole]) {
        let _ = (parse_flow(message), parse_address(message), parse_unix(message));
        let _ = (parse_diag(message, Transport::Tcp), parse_diag(message, Transport::Udp));
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
