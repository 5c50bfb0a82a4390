//! The flows that the kernel's connection tracking knows, over ctnetlink: one dump, then events.
//!
//! Layout as in linux/netfilter/nfnetlink_conntrack.h. Flows tell three things that sockets do not:
//! connections shorter than a sweep, the original direction, and address translation; and attempts
//! that the other end refused. TCP and UDP of one network namespace are followed. Only UPDATE and
//! DESTROY are heard: a NEW flow is unanswered, hence no connection.

use crate::hashing::{Seeded, bits, ports};
use crate::netlink::{Attributes, Message, NetlinkError, NetlinkSocket, be_u16_at};
use crate::socket_table::Transport;
use rustix::io::Errno;
use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::net::{IpAddr, SocketAddr};

/// The most flows followed; beyond, new ones are left out and counted.
pub const FLOWS_MAX: usize = 131_072;

/// The most events taken in one walk; the rest waits in the socket.
const EVENTS_PER_WALK_MAX: usize = 100_000;

/// Walks until the next dump that repairs whatever events did not tell.
const RESYNC_WALKS: u64 = 6 * 3600;

/// Walks until the dumps that follow the first. Of a flow that began before the probe listened the
/// kernel sends no events at all (`nf_conntrack_events` is 2 where nobody set it), so what it had
/// not come to by the first dump, only another one tells.
const FIRST_RESYNCS_WALKS: [u64; 3] = [2, 8, 60];

/// So many walks after its last event a flow counts as fresh.
const FRESH_WALKS: u64 = 2;

/// Walks until the next dump where there are no events.
const RESYNC_WALKS_WITHOUT_EVENTS: u64 = 10;

/// `NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_NEW`, the answer to a dump and the UPDATE event.
const FLOW: u16 = 0x0100;
/// `NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET`
const GET_FLOWS: u16 = 0x0101;
/// `NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE`
const FLOW_DESTROYED: u16 = 0x0102;
/// Multicast groups `NFNLGRP_CONNTRACK_UPDATE` (2) and `NFNLGRP_CONNTRACK_DESTROY` (3).
const GROUPS: u32 = 1 << 1 | 1 << 2;
/// `sizeof(struct nfgenmsg)`
const BODY_BYTES: usize = 4;

/// `CTA_TUPLE_ORIG`, `CTA_TUPLE_REPLY`, `CTA_STATUS`, `CTA_PROTOINFO`
const ATTRIBUTE_ORIGINAL: u16 = 1;
const ATTRIBUTE_REPLY: u16 = 2;
const ATTRIBUTE_STATUS: u16 = 3;
const ATTRIBUTE_PROTOCOL_STATE: u16 = 4;

/// `IPS_SEEN_REPLY`
const STATUS_SEEN_REPLY: u32 = 1 << 1;
/// `IPS_ASSURED`: both ends agreed to the connection.
const STATUS_ASSURED: u32 = 1 << 2;
/// `TCP_CONNTRACK_TIME_WAIT` and above are no connection any more (linux/nf_conntrack_tcp.h).
const STATE_TIME_WAIT: u8 = 7;
/// `TCP_CONNTRACK_CLOSE`: reset.
const STATE_CLOSE: u8 = 8;
/// `TCP_CONNTRACK_ESTABLISHED`
const STATE_ESTABLISHED: u8 = 3;
/// `IPPROTO_TCP`
const TCP: u8 = 6;
/// `IPPROTO_UDP`
const UDP: u8 = 17;

/// Who sends to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tuple {
    /// What they speak.
    pub transport: Transport,
    /// The sender.
    pub source: SocketAddr,
    /// The receiver.
    pub destination: SocketAddr,
}

impl Hash for Tuple {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Self { transport, source, destination } = *self;
        state.write_u128(bits(source.ip()));
        state.write_u128(bits(destination.ip()));
        state.write_u64(ports(transport, source, destination));
    }
}

/// One tracked connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Flow {
    /// As the client sends it, before translation.
    pub original: Tuple,
    /// As the server answers, before translation back.
    pub reply: Tuple,
}

impl Tuple {
    /// As the answer travels.
    pub fn reversed(&self) -> Self {
        let Self { transport, source, destination } = *self;
        Self { transport, source: destination, destination: source }
    }
}

impl Flow {
    /// What it speaks.
    pub fn transport(&self) -> Transport {
        self.original.transport
    }

    /// As it arrives at the server, after translation.
    pub fn arrival(&self) -> Tuple {
        self.reply.reversed()
    }

    /// The client's own address.
    pub fn client(&self) -> SocketAddr {
        self.original.source
    }

    /// The server's own address.
    pub fn server(&self) -> SocketAddr {
        self.reply.source
    }

    /// Whether addresses are translated on the way.
    pub fn is_translated(&self) -> bool {
        self.original.source != self.reply.destination
            || self.original.destination != self.reply.source
    }
}

/// A flow, and whether something happened to it just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownFlow {
    /// The flow.
    pub flow: Flow,
    /// Whether it was heard of within the last walks. A flow that is not, and has no socket where
    /// one should be, outlived its connection: the kernel keeps it for up to five days.
    pub fresh: bool,
    /// Whether it was an attempt that the other end refused.
    pub refused: bool,
}

/// What a message says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlowMessage {
    /// The flow.
    pub flow: Flow,
    /// Whether the server answered.
    pub answered: bool,
    /// Whether the connection is over.
    pub ended: bool,
    /// Whether it is known to be established or closing.
    pub established: bool,
    /// Whether the other end refused it.
    pub refused: bool,
}

#[derive(Clone, Copy, Debug)]
struct Tracked {
    flow: Flow,
    ended: bool,
    refused: bool,
    seen_in: u64,
    /// The walk of its last event, 0 when it is known from dumps only.
    heard: u64,
}

/// The flows of one network namespace, kept up to date by events.
#[derive(Debug)]
pub struct Conntrack {
    events: NetlinkSocket,
    dumps: NetlinkSocket,
    flows: HashMap<Tuple, Tracked, Seeded>,
    /// Whether some of them ended in the last walk.
    any_ended: bool,
    dump_number: u64,
    walk: u64,
    walks_until_dump: u64,
    resync_walks: u64,
    changed: bool,
    lost: u64,
}

impl Conntrack {
    /// Opens in the network namespace of the calling thread and dumps once.
    pub fn open(buffer_bytes: usize) -> Result<Self, NetlinkError> {
        let protocol = Some(rustix::net::netlink::NETFILTER);
        let mut conntrack = Self {
            events: NetlinkSocket::open(protocol, GROUPS)?,
            dumps: NetlinkSocket::open(protocol, 0)?,
            flows: HashMap::default(),
            any_ended: false,
            dump_number: 0,
            walk: FRESH_WALKS,
            walks_until_dump: 0,
            resync_walks: RESYNC_WALKS,
            changed: true,
            lost: 0,
        };
        conntrack.events.set_receive_buffer(buffer_bytes);
        conntrack.resync()?;
        Ok(conntrack)
    }

    /// Relies on events or, where the kernel sends none, on dumps, more often than otherwise.
    /// Whatever it relied on before, the next walk dumps.
    pub fn expect_events(&mut self, are_sent: bool) {
        self.resync_walks = if are_sent { RESYNC_WALKS } else { RESYNC_WALKS_WITHOUT_EVENTS };
        self.walks_until_dump = 0;
    }

    /// Takes in what happened since the last walk; says whether any flow changed.
    ///
    /// A flow that ended is still told by [`Self::flows`] after this walk, not after the next.
    pub fn walk(&mut self) -> Result<bool, NetlinkError> {
        self.walk += 1;
        // Most of the time no flow ends, and many are there.
        let before = self.flows.len();
        if std::mem::take(&mut self.any_ended) {
            self.flows.retain(|_, tracked| !tracked.ended);
        }
        self.changed = before != self.flows.len();
        let Self { events, flows, any_ended, changed, lost, dump_number, walk, .. } = self;
        let now = Moment { dump_number: *dump_number, walk: *walk };
        let drained = events.drain(EVENTS_PER_WALK_MAX, |message| {
            if let Some(told) = parse_flow(message) {
                *any_ended |= told.ended;
                *changed |= apply(flows, told, lost, now);
            }
        });
        self.walks_until_dump = self.walks_until_dump.saturating_sub(1);
        match drained {
            Err(NetlinkError::Socket(Errno::NOBUFS)) => {
                self.lost += 1;
                self.resync()?;
            }
            Err(error) => return Err(error),
            Ok(_) if self.walks_until_dump == 0 => self.resync()?,
            Ok(_) => {}
        }
        Ok(self.changed)
    }

    /// The flows as of the last walk, in no order.
    pub fn flows(&self) -> impl Iterator<Item = KnownFlow> {
        self.flows.values().map(|tracked| KnownFlow {
            flow: tracked.flow,
            fresh: tracked.heard + FRESH_WALKS > self.walk,
            refused: tracked.refused,
        })
    }

    /// How often events or flows were lost because there was no room.
    pub fn lost(&self) -> u64 {
        self.lost
    }

    fn resync(&mut self) -> Result<(), NetlinkError> {
        let early = usize::try_from(self.dump_number).ok();
        let early = early.and_then(|done| FIRST_RESYNCS_WALKS.get(done));
        self.walks_until_dump = early.map_or(self.resync_walks, |own| self.resync_walks.min(*own));
        self.dump_number += 1;
        let Self { dumps, flows, any_ended, changed, lost, dump_number, .. } = self;
        let now = Moment { dump_number: *dump_number, walk: 0 };
        let dumped = dumps.dump(GET_FLOWS, &[0; BODY_BYTES], |message| {
            let Some(told) = parse_flow(message) else { return };
            *any_ended |= told.ended;
            *changed |= apply(flows, told, lost, now);
        });
        if dumped == Err(NetlinkError::Interrupted) {
            // What it lacks may be there all the same; the next walk asks again.
            self.walks_until_dump = 1;
            self.lost += 1;
            return Ok(());
        }
        dumped?;
        for tracked in self.flows.values_mut().filter(|one| one.seen_in != *dump_number) {
            tracked.ended = true;
            (self.any_ended, self.changed) = (true, true);
        }
        Ok(())
    }
}

/// When a message is taken in; walk 0 stands for a dump.
#[derive(Clone, Copy, Debug)]
struct Moment {
    dump_number: u64,
    walk: u64,
}

/// Takes one message in; says whether the flows changed.
fn apply(
    flows: &mut HashMap<Tuple, Tracked, Seeded>,
    told: FlowMessage,
    lost: &mut u64,
    now: Moment,
) -> bool {
    let key = told.flow.original;
    if let Some(tracked) = flows.get_mut(&key) {
        tracked.seen_in = now.dump_number;
        tracked.heard = tracked.heard.max(now.walk);
        let reopened = tracked.ended && told.established && !told.ended;
        let changed = (told.ended && !tracked.ended) || reopened || tracked.flow != told.flow;
        tracked.ended = told.ended || (tracked.ended && !reopened);
        tracked.refused &= !reopened;
        tracked.flow = told.flow;
        return changed;
    }
    // What is first heard of when it ends was never seen to be a connection, but may have been
    // refused.
    if !told.refused && (told.ended || !told.answered) {
        return false;
    }
    if flows.len() >= FLOWS_MAX {
        *lost += 1;
        return false;
    }
    let Moment { dump_number: seen_in, walk: heard } = now;
    let FlowMessage { flow, ended, refused, .. } = told;
    flows.insert(key, Tracked { flow, ended, refused, seen_in, heard });
    true
}

/// Reads a flow of TCP or UDP; `None` for other protocols and for what is malformed.
pub fn parse_flow(message: Message<'_>) -> Option<FlowMessage> {
    if message.kind != FLOW && message.kind != FLOW_DESTROYED {
        return None;
    }
    let (mut original, mut reply, mut status, mut state) = (None, None, 0, None);
    for (kind, value) in Attributes::new(message.body.get(BODY_BYTES..)?) {
        match kind {
            ATTRIBUTE_ORIGINAL => original = Some(parse_tuple(value)?),
            ATTRIBUTE_REPLY => reply = Some(parse_tuple(value)?),
            ATTRIBUTE_STATUS => status = u32::from_be_bytes(*value.first_chunk()?),
            ATTRIBUTE_PROTOCOL_STATE => state = parse_state(value),
            _ => {}
        }
    }
    let closed = state.is_some_and(|state| state >= STATE_TIME_WAIT);
    let flow = Flow { original: original?, reply: reply? };
    let (answered, destroyed) = (status & STATUS_SEEN_REPLY != 0, message.kind == FLOW_DESTROYED);
    // A reset as the first answer ends the tracking at once, without counting as an answer.
    let reset =
        destroyed && !answered || state == Some(STATE_CLOSE) && status & STATUS_ASSURED == 0;
    Some(FlowMessage {
        flow,
        answered,
        ended: closed || destroyed,
        established: state.is_some_and(|state| state >= STATE_ESTABLISHED) && !closed,
        refused: reset && flow.transport() == Transport::Tcp,
    })
}

/// `CTA_TUPLE_IP` (1) with `CTA_IP_V4_SRC` … `CTA_IP_V6_DST` (1 to 4), and `CTA_TUPLE_PROTO` (2)
/// with `CTA_PROTO_NUM`, `CTA_PROTO_SRC_PORT`, `CTA_PROTO_DST_PORT` (1 to 3).
fn parse_tuple(bytes: &[u8]) -> Option<Tuple> {
    let (mut source, mut destination): (Option<IpAddr>, Option<IpAddr>) = (None, None);
    let (mut protocol, mut source_port, mut destination_port) = (0, None, None);
    for (kind, nested) in Attributes::new(bytes) {
        for (inner, value) in Attributes::new(nested) {
            match (kind, inner) {
                (1, 1) => source = Some((*value.first_chunk::<4>()?).into()),
                (1, 2) => destination = Some((*value.first_chunk::<4>()?).into()),
                (1, 3) => source = Some((*value.first_chunk::<16>()?).into()),
                (1, 4) => destination = Some((*value.first_chunk::<16>()?).into()),
                (2, 1) => protocol = *value.first()?,
                (2, 2) => source_port = be_u16_at(value, 0),
                (2, 3) => destination_port = be_u16_at(value, 0),
                _ => {}
            }
        }
    }
    let transport = match protocol {
        TCP => Transport::Tcp,
        UDP => Transport::Udp,
        _ => return None,
    };
    Some(Tuple {
        transport,
        source: SocketAddr::new(source?.to_canonical(), source_port?),
        destination: SocketAddr::new(destination?.to_canonical(), destination_port?),
    })
}

/// `CTA_PROTOINFO_TCP` (1) with `CTA_PROTOINFO_TCP_STATE` (1).
fn parse_state(bytes: &[u8]) -> Option<u8> {
    let (_, tcp) = Attributes::new(bytes).find(|(kind, _)| *kind == 1)?;
    let (_, state) = Attributes::new(tcp).find(|(kind, _)| *kind == 1)?;
    state.first().copied()
}

#[cfg(test)]
mod tests;
