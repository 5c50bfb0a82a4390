//! A street of four hosts with every kind of address translation between them.
//!
//! `h1` to `h4` are on one network (10.77.0.11 to .14, fd77::11 to ::14). Behind `h4` is a yard
//! (10.99.0.2), reached by DNAT and left by MASQUERADE, and behind the yard a cellar (10.55.0.2),
//! reached and left the same way once more. `h1` also turns callers of its port 9000 round to
//! `h3`, a hairpin. Yard and cellar are network namespaces within `h4`, as containers are.

use scope_testkit::host::Host;
use std::path::{Path, PathBuf};

/// Where the app listens.
pub const APP: &str = "10.77.0.254:4040";

/// Rooms of `h4` that are network namespaces of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// The host itself.
    House,
    /// Behind the host.
    Yard,
    /// Behind the yard.
    Cellar,
}

/// The street; dropping it ends everything on it.
#[derive(Debug)]
pub struct Street {
    hosts: Vec<Host>,
    street: Host,
    yard: Host,
    cellar: Host,
    actor: PathBuf,
}

impl Street {
    /// Builds it; `actor` is the program that plays the parts.
    pub fn build(actor: &Path) -> Result<Self, String> {
        let street = Host::start("street")?;
        street.ip(&["link", "add", "street", "type", "bridge"])?;
        street.ip(&["addr", "add", "10.77.0.254/24", "dev", "street"])?;
        street.ip(&["addr", "add", "fd77::254/64", "dev", "street", "nodad"])?;
        street.ip(&["link", "set", "street", "up"])?;
        // A host sees the namespaces that were there before it.
        let (yard, cellar) = (Host::start("yard")?, Host::start("cellar")?);
        let mut hosts = Vec::new();
        for number in 1..=4 {
            hosts.push(house(&street, number)?);
        }
        let [first, .., last] = hosts.as_slice() else { return Err("no hosts".to_owned()) };
        behind(last, &yard, ("10.99.0.1/24", "10.99.0.2"), "vyard")?;
        behind(&yard, &cellar, ("10.55.0.1/24", "10.55.0.2"), "vcellar")?;
        lead(last, ("10.77.0.14", "5432"), "10.99.0.2:8081")?;
        lead(last, ("10.77.0.14", "80"), "10.99.0.2:8080")?;
        lead(last, ("10.77.0.14", "7070"), "10.99.0.2:7071")?;
        lead(&yard, ("10.99.0.2", "7071"), "10.55.0.2:7072")?;
        lead_by(last, "udp", ("10.77.0.14", "5353"), "10.99.0.2:5354")?;
        masquerade(last, &["-s", "10.99.0.0/24", "-o", "eth0"])?;
        masquerade(&yard, &["-s", "10.55.0.0/24", "-o", "eth0"])?;
        forward(first)?;
        lead(first, ("10.77.0.11", "9000"), "10.77.0.13:6000")?;
        masquerade(first, &["-p", "tcp", "-d", "10.77.0.13", "--dport", "6000"])?;
        Ok(Self { hosts, street, yard, cellar, actor: actor.to_owned() })
    }

    /// The network namespace the app is in.
    pub fn namespace(&self) -> &str {
        self.street.namespace()
    }

    /// Lets a program called `name` play `part` on host `number` (1 to 4).
    pub fn play(&mut self, number: usize, name: &str, part: &str) -> Result<(), String> {
        self.play_in(Room::House, number, name, part)
    }

    /// As [`Street::play`], in a room of host 4.
    pub fn play_in(
        &mut self,
        room: Room,
        number: usize,
        name: &str,
        part: &str,
    ) -> Result<(), String> {
        let enter = match room {
            Room::House => String::new(),
            Room::Yard => format!("nsenter --net=/run/netns/{} ", self.yard.namespace()),
            Room::Cellar => format!("nsenter --net=/run/netns/{} ", self.cellar.namespace()),
        };
        let host = self.host(number)?;
        let program = host.folder().join(name);
        std::fs::hard_link(&self.actor, &program)
            .or_else(|_| std::fs::copy(&self.actor, &program).map(drop))
            .map_err(|error| format!("{}: {error}", program.display()))?;
        self.order(number, &format!("{enter}{} {part} &", program.display()))
    }

    /// Gives a host's shell a line to run.
    pub fn order(&mut self, number: usize, line: &str) -> Result<(), String> {
        let index = number.checked_sub(1);
        let host = index.and_then(|index| self.hosts.get_mut(index));
        host.ok_or("no such host")?.order(line)
    }

    /// A host by its number.
    pub fn host(&self, number: usize) -> Result<&Host, String> {
        let index = number.checked_sub(1);
        index.and_then(|index| self.hosts.get(index)).ok_or_else(|| "no such host".to_owned())
    }

    /// What the programs have printed, host by host.
    pub fn log(&self) -> String {
        self.hosts.iter().map(Host::log).collect::<Vec<_>>().join("\n")
    }
}

fn house(street: &Host, number: usize) -> Result<Host, String> {
    let host = Host::start(&format!("h{number}"))?;
    let port = format!("door{number}");
    host.connect("eth0", street.namespace(), &port)?;
    street.ip(&["link", "set", &port, "master", "street"])?;
    host.ip(&["addr", "add", &format!("10.77.0.1{number}/24"), "dev", "eth0"])?;
    host.ip(&["addr", "add", &format!("fd77::1{number}/64"), "dev", "eth0", "nodad"])?;
    host.ip(&["route", "add", "default", "via", "10.77.0.254"])?;
    Ok(host)
}

/// Puts `inner` behind `outer`, which forwards; addresses are those of both ends of the cable.
fn behind(
    outer: &Host,
    inner: &Host,
    (gateway, address): (&str, &str),
    cable: &str,
) -> Result<(), String> {
    inner.connect("eth0", outer.namespace(), cable)?;
    outer.ip(&["addr", "add", gateway, "dev", cable])?;
    inner.ip(&["addr", "add", &format!("{address}/24"), "dev", "eth0"])?;
    let (gateway, _) = gateway.split_once('/').unwrap_or((gateway, ""));
    inner.ip(&["route", "add", "default", "via", gateway])?;
    forward(outer)
}

fn forward(host: &Host) -> Result<(), String> {
    host.run("sysctl", &["-qw", "net.ipv4.ip_forward=1"])
}

/// Translates what is sent by TCP to an address and port of the host.
fn lead(host: &Host, from: (&str, &str), to: &str) -> Result<(), String> {
    lead_by(host, "tcp", from, to)
}

fn lead_by(
    host: &Host,
    protocol: &str,
    (address, port): (&str, &str),
    to: &str,
) -> Result<(), String> {
    let rule = ["-t", "nat", "-A", "PREROUTING", "-p", protocol, "-d", address, "--dport", port];
    host.iptables(&[&rule[..], &["-j", "DNAT", "--to-destination", to]].concat())
}

fn masquerade(host: &Host, matching: &[&str]) -> Result<(), String> {
    let rule = ["-t", "nat", "-A", "POSTROUTING"];
    host.iptables(&[&rule[..], matching, &["-j", "MASQUERADE"]].concat())
}
