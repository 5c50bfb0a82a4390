//! The grammar of node ids: opaque strings with `;` between their parts.

use crate::Text;
use smol_str::format_smolstr;

/// The separator between the parts of an id.
pub const DELIMITER: char = ';';

/// `<hostID>;<host>`
pub fn host(host_id: &str) -> Text {
    format_smolstr!("{host_id};<host>")
}

/// `<hostID>;<pid>`
pub fn process(host_id: &str, pid: u32) -> Text {
    format_smolstr!("{host_id};{pid}")
}

/// `<id>;<container>`
pub fn container(container_id: &str) -> Text {
    format_smolstr!("{container_id};<container>")
}

/// `<image id or name>;<container_image>`
pub fn container_image(image: &str) -> Text {
    format_smolstr!("{image};<container_image>")
}

/// `<uid>;<namespace>`
pub fn namespace(uid: &str) -> Text {
    format_smolstr!("{uid};<namespace>")
}

/// `<scope>;<ip>;<port>`
pub fn endpoint(scope: &str, ip: std::net::IpAddr, port: u16) -> Text {
    format_smolstr!("{scope};{ip};{port}")
}

/// `<scope>;<ip>`, an address within sets such as `docker_container_ips_with_scopes`.
pub fn address(scope: &str, ip: std::net::IpAddr) -> Text {
    format_smolstr!("{scope};{ip}")
}

/// `#docker_peer_<hostID>`, the overlay node that carries a host's container networks.
pub fn docker_peer(host_id: &str) -> Text {
    format_smolstr!("#docker_peer_{host_id}")
}

/// The part of `<part>;<tag>` before the tag, for ids of the tagged kind (`host`, `container`, …).
pub fn untag<'a>(id: &'a str, tag: &str) -> Option<&'a str> {
    let rest = id.strip_suffix('>')?.strip_suffix(tag)?.strip_suffix('<')?;
    rest.strip_suffix(DELIMITER)
}

/// Splits `<scope>;<ip>;<port>`.
pub fn parse_endpoint(id: &str) -> Option<(&str, &str, &str)> {
    let mut parts = id.splitn(3, DELIMITER);
    let parsed = (parts.next()?, parts.next()?, parts.next()?);
    (!parsed.2.contains(DELIMITER)).then_some(parsed)
}

/// Splits `<hostID>;<pid>`.
pub fn parse_process(id: &str) -> Option<(&str, &str)> {
    let (host_id, pid) = id.split_once(DELIMITER)?;
    (!pid.contains(DELIMITER)).then_some((host_id, pid))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_round_trip() {
        assert_eq!(untag(&host("web-1"), "host"), Some("web-1"));
        assert_eq!(untag(&container("abc"), "host"), None);
        let ip = "10.0.0.1".parse().unwrap();
        assert_eq!(parse_endpoint(&endpoint("h-1", ip, 80)), Some(("h-1", "10.0.0.1", "80")));
        assert_eq!(parse_process(&process("web-1", 42)), Some(("web-1", "42")));
        assert_eq!(parse_process("a;<host>;x"), None);
    }
}
