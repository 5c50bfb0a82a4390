//! Laws of every decoder of this crate: no bytes make it panic, hang or yield more than they hold.

use crate::conntrack::parse_flow;
use crate::netlink::{Attributes, Message, Messages};
use crate::process_table::parse_stat;
use crate::socket_table::{
    Swept, Transport, parse_diag, parse_proc_table, parse_snmp, parse_sockstat,
};
use crate::tracking::has_entries;
use crate::unix_table::parse_unix;
use proptest::prelude::*;

/// Bytes that look like netlink often enough to get past the first check.
fn netlink_like() -> impl Strategy<Value = Vec<u8>> {
    let attribute = (0u16..40, 0u16..6, proptest::collection::vec(any::<u8>(), 0..40));
    let framed = attribute.prop_map(|(length, kind, rest)| {
        [&length.to_ne_bytes()[..], &kind.to_ne_bytes()[..], &rest].concat()
    });
    proptest::collection::vec(framed, 0..12).prop_map(|parts| parts.concat())
}

/// Bytes that look like a file of `/proc` often enough.
fn text_like() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        proptest::sample::select(b"0123456789ABCDEF :\n().RSZTcp-".to_vec()),
        any::<u8>(),
    ];
    proptest::collection::vec(byte, 0..200)
}

proptest! {
    #[test]
    fn netlink_never_panics(bytes in netlink_like(), kind in 0u16..0x300) {
        prop_assert!(Messages::new(&bytes).count() <= bytes.len() / 16);
        prop_assert!(Attributes::new(&bytes).count() <= bytes.len() / 4);
        let message = Message { kind, sequence: 0, is_interrupted: false, body: &bytes };
        let _ = parse_flow(message);
        let _ = parse_flow(Message { kind: 0x0100, ..message });
        let _ = (parse_diag(message, Transport::Tcp), parse_diag(message, Transport::Udp));
        let _ = parse_unix(message);
    }

    #[test]
    fn proc_never_panics(bytes in text_like()) {
        let mut swept = Swept::default();
        parse_proc_table(&bytes, Transport::Tcp, &mut swept);
        prop_assert!(swept.sockets.len() <= bytes.len());
        let _ = (parse_stat(&bytes), parse_sockstat(&bytes), parse_snmp(&bytes));
        let _ = has_entries(&bytes);
        let rows = [b"head\n".as_slice(), &bytes].concat();
        parse_proc_table(&rows, Transport::Udp, &mut swept);
        let tcp = [b"TCP: inuse ".as_slice(), &bytes].concat();
        let _ = parse_sockstat(&tcp);
        let snmp = [b"Tcp: a\nTcp: ".as_slice(), &bytes].concat();
        let _ = parse_snmp(&snmp);
    }
}
