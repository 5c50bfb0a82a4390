//! One captured IP packet: who sent it to whom, and what it carries.
//!
//! IPv4 (RFC 791) and IPv6 (RFC 8200), UDP (RFC 768) and TCP (RFC 9293), as a packet socket hands
//! them over: without the link's header. Fragments and IPv6 extension headers are refused; so is
//! a packet of which the capture holds only a part. The module refuses to know DNS.

use crate::netlink::be_u16_at;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Protocol numbers of IANA.
pub const PROTOCOL_TCP: u8 = 6;
/// As [`PROTOCOL_TCP`].
pub const PROTOCOL_UDP: u8 = 17;

const UDP_HEADER_BYTES: usize = 8;
const IPV4_HEADER_BYTES_MIN: usize = 20;
const IPV6_HEADER_BYTES: usize = 40;
const TCP_HEADER_BYTES_MIN: usize = 20;

/// Bits of the TCP flags.
const FIN: u8 = 1;
const SYN: u8 = 2;
const RST: u8 = 4;

/// A packet of UDP or TCP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<'a> {
    /// Who sent it.
    pub source: SocketAddr,
    /// To whom.
    pub destination: SocketAddr,
    /// What it carries.
    pub body: Body<'a>,
}

/// What a packet carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body<'a> {
    /// A datagram.
    Udp(&'a [u8]),
    /// A piece of a stream.
    Tcp(Segment<'a>),
}

/// A piece of a TCP stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment<'a> {
    /// The number of its first byte; of a piece that opens the stream, one less.
    pub sequence: u32,
    /// Whether it opens the stream (`SYN`).
    pub opens: bool,
    /// Whether it ends the stream (`FIN` or `RST`).
    pub closes: bool,
    /// The bytes.
    pub payload: &'a [u8],
}

/// Reads a packet that begins with its IP header.
pub fn parse_packet(bytes: &[u8]) -> Option<Packet<'_>> {
    let (addresses, protocol, transport) = match bytes.first()? >> 4 {
        4 => parse_ipv4(bytes)?,
        6 => parse_ipv6(bytes)?,
        _ => return None,
    };
    let body = match protocol {
        PROTOCOL_UDP => Body::Udp(parse_udp(transport)?),
        PROTOCOL_TCP => Body::Tcp(parse_tcp(transport)?),
        _ => return None,
    };
    let [source, destination] = addresses;
    Some(Packet {
        source: SocketAddr::new(source, be_u16_at(transport, 0)?),
        destination: SocketAddr::new(destination, be_u16_at(transport, 2)?),
        body,
    })
}

type Network<'a> = ([IpAddr; 2], u8, &'a [u8]);

fn parse_ipv4(bytes: &[u8]) -> Option<Network<'_>> {
    let header_bytes = usize::from(bytes.first()? & 0x0f) * 4;
    let total_bytes = length(be_u16_at(bytes, 2)?, bytes.len());
    // The flag "more fragments", and the offset of this one.
    let fragment = be_u16_at(bytes, 6)? & 0x3fff;
    if header_bytes < IPV4_HEADER_BYTES_MIN || fragment != 0 {
        return None;
    }
    let address = |offset: usize| -> Option<IpAddr> {
        Some(Ipv4Addr::from(*bytes.get(offset..)?.first_chunk::<4>()?).into())
    };
    let transport = bytes.get(header_bytes..total_bytes)?;
    Some(([address(12)?, address(16)?], *bytes.get(9)?, transport))
}

fn parse_ipv6(bytes: &[u8]) -> Option<Network<'_>> {
    let payload = bytes.get(IPV6_HEADER_BYTES..)?;
    let payload_bytes = length(be_u16_at(bytes, 4)?, payload.len());
    let address = |offset: usize| -> Option<IpAddr> {
        Some(Ipv6Addr::from(*bytes.get(offset..)?.first_chunk::<16>()?).into())
    };
    Some(([address(8)?, address(24)?], *bytes.get(6)?, payload.get(..payload_bytes)?))
}

/// A length of 0 stands for one too large to be written: the kernel's own large segments.
fn length(written: u16, captured: usize) -> usize {
    if written == 0 { captured } else { usize::from(written) }
}

fn parse_udp(bytes: &[u8]) -> Option<&[u8]> {
    let datagram_bytes = usize::from(be_u16_at(bytes, 4)?);
    bytes.get(UDP_HEADER_BYTES..datagram_bytes)
}

fn parse_tcp(bytes: &[u8]) -> Option<Segment<'_>> {
    let header_bytes = usize::from(bytes.get(12)? >> 4) * 4;
    let flags = *bytes.get(13)?;
    let sequence = u32::from_be_bytes(*bytes.get(4..)?.first_chunk()?);
    if header_bytes < TCP_HEADER_BYTES_MIN {
        return None;
    }
    Some(Segment {
        sequence,
        opens: flags & SYN != 0,
        closes: flags & (FIN | RST) != 0,
        payload: bytes.get(header_bytes..)?,
    })
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// A packet between two addresses of one family, with `transport` behind its ports.
    fn packet(source: &str, destination: &str, protocol: u8, transport: &[u8]) -> Vec<u8> {
        let (source, destination): (SocketAddr, SocketAddr) =
            (source.parse().unwrap(), destination.parse().unwrap());
        let length = u16::try_from(transport.len() + 4).unwrap();
        let mut bytes = Vec::new();
        match (source.ip(), destination.ip()) {
            (IpAddr::V4(from), IpAddr::V4(to)) => {
                bytes.extend([0x45, 0]);
                bytes.extend((length + 20).to_be_bytes());
                bytes.extend([0, 0, 0x40, 0, 64, protocol, 0, 0]);
                bytes.extend(from.octets());
                bytes.extend(to.octets());
            }
            (IpAddr::V6(from), IpAddr::V6(to)) => {
                bytes.extend([0x60, 0, 0, 0]);
                bytes.extend(length.to_be_bytes());
                bytes.extend([protocol, 64]);
                bytes.extend(from.octets());
                bytes.extend(to.octets());
            }
            _ => panic!("two families"),
        }
        bytes.extend(source.port().to_be_bytes());
        bytes.extend(destination.port().to_be_bytes());
        bytes.extend(transport);
        bytes
    }

    /// A packet of UDP.
    pub fn udp(source: &str, destination: &str, payload: &[u8]) -> Vec<u8> {
        let mut transport = u16::try_from(payload.len() + 8).unwrap().to_be_bytes().to_vec();
        transport.extend([0, 0]);
        transport.extend(payload);
        packet(source, destination, PROTOCOL_UDP, &transport)
    }

    /// A packet of TCP.
    pub fn tcp(source: &str, destination: &str, segment: Segment<'_>) -> Vec<u8> {
        let mut transport = segment.sequence.to_be_bytes().to_vec();
        let flags = u8::from(segment.opens) * SYN + u8::from(segment.closes) * FIN;
        transport.extend([0, 0, 0, 0, 0x50, flags, 0, 0, 0, 0, 0, 0]);
        transport.extend(segment.payload);
        packet(source, destination, PROTOCOL_TCP, &transport)
    }

    #[test]
    fn reads_both_families_and_both_transports() {
        for (source, destination) in
            [("10.0.0.1:4000", "10.0.0.2:53"), ("[fd00::1]:53", "[fd00::2]:4000")]
        {
            let bytes = udp(source, destination, b"abc");
            let read = parse_packet(&bytes).unwrap();
            assert_eq!(read.source.to_string(), source);
            assert_eq!(read.destination.to_string(), destination);
            assert_eq!(read.body, Body::Udp(b"abc"));
            let segment =
                Segment { sequence: 0x0102_0304, opens: true, closes: true, payload: b"xy" };
            let bytes = tcp(source, destination, segment);
            assert_eq!(parse_packet(&bytes).unwrap().body, Body::Tcp(segment));
        }
    }

    #[test]
    fn refuses_parts_of_packets() {
        let segment = Segment { sequence: 1, opens: false, closes: false, payload: b"abc" };
        for bytes in [
            udp("10.0.0.1:1", "10.0.0.2:53", b"abc"),
            udp("[::1]:1", "[::2]:53", b"abc"),
            tcp("10.0.0.1:1", "10.0.0.2:53", segment),
            tcp("[::1]:1", "[::2]:53", segment),
        ] {
            assert!(parse_packet(&bytes).is_some());
            for cut in 0..bytes.len() {
                assert_eq!(parse_packet(&bytes[..cut]), None, "cut at {cut}");
            }
        }
        let mut fragment = udp("10.0.0.1:1", "10.0.0.2:53", b"abc");
        fragment[6] = 0x20;
        assert_eq!(parse_packet(&fragment), None);
        let mut header = udp("10.0.0.1:1", "10.0.0.2:53", b"abc");
        header[0] = 0x44;
        assert_eq!(parse_packet(&header), None);
    }
}
