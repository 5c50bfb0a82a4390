//! One DNS message: what was asked, and which addresses answer it.
//!
//! Reads RFC 1035 messages through `hickory-proto`. Only questions for addresses (A, AAAA) and
//! their answers are of use. An address gets the name that was asked for, however long the chain
//! of aliases (CNAME) to it is; an address that is not at the end of such a chain gets none, so
//! that an answer cannot slip names under that nobody asked for.

use hickory_resolver::proto::op::{Message, MessageType, OpCode, ResponseCode};
use hickory_resolver::proto::rr::{DNSClass, Name, RData, Record, RecordType};
use scope_report::Text;
use std::net::IpAddr;

/// The most addresses that are taken from one answer.
pub const ADDRESSES_PER_ANSWER_MAX: usize = 64;

/// The most records of one answer that are looked at.
const RECORDS_MAX: usize = 256;

/// The most aliases between a name and its addresses.
const ALIASES_MAX: usize = 16;

/// The longest name, RFC 1035 §2.3.4.
const NAME_BYTES_MAX: usize = 253;

/// A question for addresses.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Question {
    /// What the asker numbers it by.
    pub id: u16,
    /// The name, in lower case and without the last dot.
    pub name: Text,
    /// Whether it asks for IPv6 addresses.
    pub ipv6: bool,
}

/// A message of use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DnsMessage {
    /// A question.
    Query(Question),
    /// An answer: the question it repeats, the addresses and the seconds each may be kept.
    Answer(Question, Vec<(IpAddr, u32)>),
}

/// Reads a message; what is no question for addresses and no answer to one gives nothing.
pub fn parse_message(bytes: &[u8]) -> Option<DnsMessage> {
    let message = Message::from_vec(bytes).ok()?;
    let [query] = message.queries.as_slice() else { return None };
    let ipv6 = match query.query_type {
        RecordType::A => false,
        RecordType::AAAA => true,
        _ => return None,
    };
    if query.query_class != DNSClass::IN || message.metadata.op_code != OpCode::Query {
        return None;
    }
    let question = Question { id: message.metadata.id, name: host_name(&query.name)?, ipv6 };
    Some(match message.metadata.message_type {
        MessageType::Query => DnsMessage::Query(question),
        MessageType::Response => {
            let answered = message.metadata.response_code == ResponseCode::NoError;
            let answers = if answered { message.answers.as_slice() } else { &[] };
            DnsMessage::Answer(question, addresses(&query.name, answers))
        }
    })
}

/// The name as it is shown; only what may be the name of a host (RFC 1123, and underscores).
pub fn host_name(name: &Name) -> Option<Text> {
    let mut text = String::with_capacity(name.len());
    for label in name.iter() {
        if !text.is_empty() {
            text.push('.');
        }
        for byte in label {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => {
                    text.push(char::from(byte.to_ascii_lowercase()));
                }
                _ => return None,
            }
        }
    }
    (!text.is_empty() && text.len() <= NAME_BYTES_MAX).then(|| text.into())
}

/// The addresses at the ends of the chains of aliases that begin with `asked`.
fn addresses(asked: &Name, answers: &[Record]) -> Vec<(IpAddr, u32)> {
    let answers = answers.get(..RECORDS_MAX).unwrap_or(answers);
    let mut names = vec![(asked, u32::MAX)];
    let mut at = 0;
    while let Some((alias, ttl)) = names.get(at).copied() {
        at += 1;
        for record in answers.iter().filter(|one| one.name == *alias) {
            if let RData::CNAME(target) = &record.data
                && names.len() <= ALIASES_MAX
                && names.iter().all(|(known, _)| *known != &target.0)
            {
                names.push((&target.0, ttl.min(record.ttl)));
            }
        }
    }
    let found = answers.iter().filter_map(|record| {
        let address = match &record.data {
            RData::A(address) => IpAddr::V4(address.0),
            RData::AAAA(address) => IpAddr::V6(address.0),
            _ => return None,
        };
        let (_, ttl) = names.iter().find(|(name, _)| **name == record.name)?;
        Some((address, record.ttl.min(*ttl)))
    });
    found.take(ADDRESSES_PER_ANSWER_MAX).collect()
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use hickory_resolver::proto::op::Query;
    use hickory_resolver::proto::rr::rdata::{A, AAAA, CNAME};

    fn message(id: u16, name: &str, ipv6: bool) -> Message {
        let kind = if ipv6 { RecordType::AAAA } else { RecordType::A };
        let mut message = Message::new(id, MessageType::Query, OpCode::Query);
        message.add_query(Query::query(Name::from_ascii(name).unwrap(), kind));
        message
    }

    /// The bytes of a question for an IPv4 address.
    pub fn query(id: u16, name: &str) -> Vec<u8> {
        message(id, name, false).to_vec().unwrap()
    }

    /// The bytes of an answer; records are `owner target ttl`, the target a name or an address.
    pub fn answer(id: u16, name: &str, records: &[&str]) -> Vec<u8> {
        let mut message = message(id, name, records.iter().any(|one| one.contains(':')));
        message.metadata.message_type = MessageType::Response;
        for record in records {
            let [owner, target, ttl] = record.split(' ').collect::<Vec<_>>()[..] else { panic!() };
            let data = match target.parse() {
                Ok(IpAddr::V4(address)) => RData::A(A(address)),
                Ok(IpAddr::V6(address)) => RData::AAAA(AAAA(address)),
                Err(_) => RData::CNAME(CNAME(Name::from_ascii(target).unwrap())),
            };
            let owner = Name::from_ascii(owner).unwrap();
            message.add_answer(Record::from_rdata(owner, ttl.parse().unwrap(), data));
        }
        message.to_vec().unwrap()
    }

    #[track_caller]
    fn check(name: &str, records: &[&str], expect: &[&str]) {
        let read = parse_message(&answer(7, name, records));
        let Some(DnsMessage::Answer(question, found)) = read else { panic!("{read:?}") };
        assert_eq!((question.id, question.name.as_str()), (7, &*name.to_ascii_lowercase()));
        let found: Vec<_> = found.iter().map(|(ip, ttl)| format!("{ip} {ttl}")).collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn addresses_get_the_name_asked_for() {
        check("a.test", &["a.test 192.0.2.1 60"], &["192.0.2.1 60"]);
        check("A.Test", &["a.tEST 192.0.2.1 60"], &["192.0.2.1 60"]);
        check("a.test", &["a.test 2001:db8::1 5"], &["2001:db8::1 5"]);
        let chain = ["a.test b.test 300", "c.test 192.0.2.3 90", "b.test c.test 20"];
        check("a.test", &chain, &["192.0.2.3 20"]);
        check("a.test", &[], &[]);
    }

    #[test]
    fn strangers_in_an_answer_are_no_addresses() {
        check("a.test", &["a.test 192.0.2.1 60", "bank.test 192.0.2.9 60"], &["192.0.2.1 60"]);
        check("a.test", &["a.test b.test 60", "b.test a.test 60"], &[]);
        let many: Vec<String> = (0..200).map(|n| format!("a.test 192.0.2.{n} 9")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let read = parse_message(&answer(7, "a.test", &many));
        let Some(DnsMessage::Answer(_, found)) = read else { panic!("{read:?}") };
        assert_eq!(found.len(), ADDRESSES_PER_ANSWER_MAX);
    }

    #[test]
    fn broken_messages_are_nothing() {
        let whole = answer(7, "a.test", &["a.test b.test 60", "b.test 192.0.2.1 60"]);
        for cut in 0..whole.len() {
            assert_eq!(parse_message(&whole[..cut]), None, "cut at {cut}");
        }
        // A name that points at itself.
        let mut circle = query(7, "a.test");
        circle[12..14].copy_from_slice(&[0xc0, 12]);
        assert_eq!(parse_message(&circle), None);
        let mut counts = query(7, "a.test");
        counts[4..12].fill(0xff);
        assert_eq!(parse_message(&counts), None);
        let mut unprintable = query(7, "axb.test");
        unprintable[14] = 0;
        assert_eq!(parse_message(&unprintable), None);
        let refused = {
            let mut bytes = answer(7, "a.test", &["a.test 192.0.2.1 60"]);
            bytes[3] |= 3;
            parse_message(&bytes)
        };
        assert!(matches!(refused, Some(DnsMessage::Answer(_, found)) if found.is_empty()));
    }
}
