//! From captured packets to names: every answer is matched with its question.
//!
//! Anyone can send a packet that looks like an answer. Only an answer to a question that was seen
//! before counts: same namespace, transport, addresses, ports and number, same name and kind, and
//! only the first one. The module refuses to keep the names; it hands them on.

use super::message::{DnsMessage, Question, parse_message};
use super::packet::{Body, parse_packet};
use super::streams::Streams;
use scope_report::Text;
use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, SocketAddr};

/// The port of DNS.
pub const PORT: u16 = 53;

/// The most questions that wait for their answers; the eldest gives way.
pub const QUESTIONS_MAX: usize = 16 * 1024;

/// A question waits so long; resolvers give up after less.
const QUESTION_SECS_MAX: i64 = 15;

/// A name that an answer gave to an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// The address.
    pub address: IpAddr,
    /// The name that was asked for.
    pub name: Text,
    /// The seconds it may be kept.
    pub ttl_secs: u32,
}

/// What waits: questions for their answers, and streams for their messages to be whole.
#[derive(Debug, Default)]
pub struct Listener {
    /// The questions, each with the number it was noted under. The keys come from strangers, so
    /// the hasher is the keyed one.
    waiting: HashMap<Exchange, u64>,
    /// All questions that were noted, eldest first, with the seconds of when and their number.
    order: VecDeque<(i64, u64, Exchange)>,
    noted: u64,
    streams: Streams,
}

/// What an answer must have in common with its question.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Exchange {
    namespace: u64,
    over_tcp: bool,
    client: SocketAddr,
    server: SocketAddr,
    question: Question,
}

impl Listener {
    /// Takes in one packet of the network namespace with inode `namespace`, seen at `now_secs`
    /// (Unix time), and adds what it tells to `heard`.
    pub fn take(&mut self, namespace: u64, bytes: &[u8], now_secs: i64, heard: &mut Vec<Heard>) {
        let Some(packet) = parse_packet(bytes) else { return };
        let (source, destination) = (packet.source, packet.destination);
        if source.port() != PORT && destination.port() != PORT {
            return;
        }
        match packet.body {
            Body::Udp(payload) => {
                if let Some(message) = parse_message(payload) {
                    self.hear((namespace, source, destination), false, message, now_secs, heard);
                }
            }
            Body::Tcp(segment) => {
                let key = (namespace, source, destination);
                let mut messages = Vec::new();
                self.streams.take(key, segment, |bytes| messages.extend(parse_message(bytes)));
                for message in messages {
                    self.hear(key, true, message, now_secs, heard);
                }
            }
        }
    }

    /// Forgets the questions that waited too long.
    pub fn expire(&mut self, now_secs: i64) {
        while let Some((at, _, _)) = self.order.front()
            && (now_secs - at > QUESTION_SECS_MAX || *at > now_secs)
        {
            self.forget_eldest();
        }
    }

    fn hear(
        &mut self,
        (namespace, source, destination): (u64, SocketAddr, SocketAddr),
        over_tcp: bool,
        message: DnsMessage,
        now_secs: i64,
        heard: &mut Vec<Heard>,
    ) {
        match message {
            DnsMessage::Query(question) if destination.port() == PORT => {
                let (client, server) = (source, destination);
                self.note(Exchange { namespace, over_tcp, client, server, question }, now_secs);
            }
            DnsMessage::Answer(question, addresses) if source.port() == PORT => {
                let (client, server) = (destination, source);
                let exchange = Exchange { namespace, over_tcp, client, server, question };
                if self.waiting.remove(&exchange).is_none() {
                    return;
                }
                let name = exchange.question.name;
                heard.extend(addresses.into_iter().map(|(address, ttl_secs)| Heard {
                    address,
                    name: name.clone(),
                    ttl_secs,
                }));
            }
            _ => {}
        }
    }

    fn note(&mut self, exchange: Exchange, now_secs: i64) {
        if self.waiting.contains_key(&exchange) {
            return;
        }
        self.noted += 1;
        self.order.push_back((now_secs, self.noted, exchange.clone()));
        self.waiting.insert(exchange, self.noted);
        while self.order.len() > QUESTIONS_MAX {
            self.forget_eldest();
        }
    }

    fn forget_eldest(&mut self) {
        let Some((_, number, exchange)) = self.order.pop_front() else { return };
        // The same question may have been asked again since it was answered.
        if self.waiting.get(&exchange) == Some(&number) {
            self.waiting.remove(&exchange);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dns::message::tests::{answer, query};
    use crate::dns::packet::Segment;
    use crate::dns::packet::tests::{tcp, udp};
    use proptest::prelude::any;

    const CLIENT: &str = "10.0.0.1:4000";
    const SERVER: &str = "10.0.0.2:53";
    const RECORD: &str = "a.test 192.0.2.1 60";

    /// Packets as (namespace, seconds, bytes).
    #[track_caller]
    fn check(packets: &[(u64, i64, Vec<u8>)], expect: &[&str]) {
        let mut listener = Listener::default();
        let mut heard = Vec::new();
        for (namespace, now_secs, bytes) in packets {
            listener.expire(*now_secs);
            listener.take(*namespace, bytes, *now_secs, &mut heard);
        }
        let told: Vec<String> = heard
            .iter()
            .map(|one| format!("{} {} {}", one.address, one.name, one.ttl_secs))
            .collect();
        assert_eq!(told, expect);
    }

    #[test]
    fn an_answer_names_what_was_asked() {
        let asked = udp(CLIENT, SERVER, &query(7, "a.test"));
        let said = udp(SERVER, CLIENT, &answer(7, "a.test", &[RECORD]));
        check(&[(1, 0, asked.clone()), (1, 1, said.clone())], &["192.0.2.1 a.test 60"]);
        // Loopback and bridges show everything twice.
        let twice = [(1, 0, asked.clone()), (1, 0, asked), (1, 1, said.clone()), (1, 1, said)];
        check(&twice, &["192.0.2.1 a.test 60"]);
        let asked = udp("[fd00::1]:4000", "[fd00::2]:53", &query(7, "a.test"));
        let said = udp("[fd00::2]:53", "[fd00::1]:4000", &answer(7, "a.test", &[RECORD]));
        check(&[(1, 0, asked), (1, 1, said)], &["192.0.2.1 a.test 60"]);
    }

    #[test]
    fn nobody_names_what_was_not_asked() {
        let asked = (1, 0, udp(CLIENT, SERVER, &query(7, "a.test")));
        let said = |id, name: &str| answer(id, name, &[&RECORD.replace("a.test", name)]);
        let forged = [
            (1, 1, udp("10.0.0.3:53", CLIENT, &said(7, "a.test"))),
            (1, 1, udp("10.0.0.2:54", CLIENT, &said(7, "a.test"))),
            (1, 1, udp(SERVER, "10.0.0.1:4001", &said(7, "a.test"))),
            (1, 1, udp(SERVER, CLIENT, &said(8, "a.test"))),
            (1, 1, udp(SERVER, CLIENT, &said(7, "b.test"))),
            (2, 1, udp(SERVER, CLIENT, &said(7, "a.test"))),
            (1, QUESTION_SECS_MAX + 1, udp(SERVER, CLIENT, &said(7, "a.test"))),
        ];
        for packet in forged {
            check(&[asked.clone(), packet], &[]);
        }
        check(&[(1, 1, udp(SERVER, CLIENT, &said(7, "a.test")))], &[]);
    }

    #[test]
    fn follows_messages_over_tcp() {
        let framed = |message: Vec<u8>| {
            let mut bytes = u16::try_from(message.len()).unwrap().to_be_bytes().to_vec();
            bytes.extend(message);
            bytes
        };
        let (asked, said) = (framed(query(7, "a.test")), framed(answer(7, "a.test", &[RECORD])));
        let segment =
            |sequence, opens, payload| Segment { sequence, opens, closes: false, payload };
        let (first, rest) = said.split_at(20);
        let packets = [
            tcp(CLIENT, SERVER, segment(9, true, b"")),
            tcp(SERVER, CLIENT, segment(99, true, b"")),
            tcp(CLIENT, SERVER, segment(10, false, &asked)),
            tcp(SERVER, CLIENT, segment(100, false, first)),
            tcp(SERVER, CLIENT, segment(120, false, rest)),
        ];
        let packets = packets.map(|bytes| (1, 0, bytes));
        check(&packets, &["192.0.2.1 a.test 60"]);
        // An answer over UDP to a question over TCP is none.
        let [a, b, c, ..] = packets;
        check(&[a, b, c, (1, 0, udp(SERVER, CLIENT, &said[2..]))], &[]);
    }

    #[test]
    fn questions_are_bounded() {
        let mut listener = Listener::default();
        for index in 0..QUESTIONS_MAX + 100 {
            let (id, port) = (u16::try_from(index % 0x1_0000).unwrap(), 1024 + index / 0x1_0000);
            let bytes = udp(&format!("10.0.0.1:{port}"), SERVER, &query(id, "a.test"));
            listener.take(1, &bytes, 0, &mut Vec::new());
        }
        assert_eq!((listener.waiting.len(), listener.order.len()), (QUESTIONS_MAX, QUESTIONS_MAX));
        listener.expire(QUESTION_SECS_MAX + 1);
        assert_eq!((listener.waiting.len(), listener.order.len()), (0, 0));
    }

    proptest::proptest! {
        /// A question, and its answer with some bytes replaced and its end cut off.
        #[test]
        fn no_answer_does_harm(
            changes in proptest::collection::vec((0usize..200, any::<u8>()), 0..8),
            cut in 0usize..20,
        ) {
            let records = ["a.test b.test 9", "b.test 192.0.2.1 60", "b.test 192.0.2.2 60"];
            let mut message = answer(7, "a.test", &records);
            for (place, byte) in changes {
                let length = message.len();
                message[place % length] = byte;
            }
            message.truncate(message.len() - cut);
            let mut said = udp(SERVER, CLIENT, &message);
            let mut listener = Listener::default();
            let mut heard = Vec::new();
            listener.take(1, &udp(CLIENT, SERVER, &query(7, "a.test")), 0, &mut heard);
            listener.take(1, &said, 0, &mut heard);
            proptest::prop_assert!(heard.iter().all(|one| one.name == "a.test"));
            proptest::prop_assert!(heard.len() <= records.len());
            said.truncate(said.len() - cut);
            listener.take(1, &said, 0, &mut heard);
        }
    }
}
