//! HTTP at a glance: what each serving process is asked, how that ends and how long it takes.
//!
//! Off unless opened. The kernel looks at the first bytes of packets of connections that some
//! process accepted: HTTP/1 and HTTP/2 in plain text, no application is touched, and nothing of a
//! request is kept. What is encrypted stays unseen, and so does a connection of HTTP/2 that began
//! before. Where every look would cost too much, only one connection in so many is looked at.

use crate::event::SocketId;
use crate::loader::HttpLoader;
use crate::memory;
use crate::record;
use crate::snapshot::{OpenSocket, SocketKind};
use crate::unavailable::Unavailable;

/// Steps of the latency, each twice as long as the one before.
pub const LATENCY_BUCKETS: usize = 24;

/// Servers the kernel keeps, `SERVERS_MAX` of the programs: the longest idle makes room.
const SERVERS_MAX: usize = 4096;

/// What is wanted.
#[derive(Clone, Copy, Debug)]
pub struct HttpConfig {
    /// One connection in so many is looked at; 0 and 1 mean each.
    pub sample_one_in: u32,
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self { sample_one_in: 1 }
    }
}

/// The programs that look at HTTP. Dropping it ends them.
pub struct HttpGlance {
    loader: HttpLoader,
}

/// What a process was asked on one port, since the glance was opened.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct HttpServer {
    /// In the process namespace of the reader.
    pub pid: u32,
    /// Inode of the network namespace.
    pub netns: u32,
    /// The port it was asked on.
    pub port: u16,
    /// 1 or 2.
    pub version: u16,
    /// How often and with what outcome.
    pub counts: HttpCounts,
}

/// Sums over the connections that are looked at.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct HttpCounts {
    /// Requests.
    pub requests: u64,
    /// Answers.
    pub responses: u64,
    /// Answers of status 400 to 499.
    pub client_errors: u64,
    /// Answers of status 500 to 599.
    pub server_errors: u64,
    /// Answers whose status was packed in a way that is not undone.
    pub unknown: u64,
    /// Nanoseconds from the first packet of a request to the first of its answer, summed.
    pub latency_nanos: u64,
    /// The last request or answer, in nanoseconds of `CLOCK_MONOTONIC`.
    pub last_nanos: u64,
    /// Answers by latency: the step `n` holds those below 2^n microseconds that are in no earlier
    /// one; the last holds all longer ones.
    pub latency: [u64; LATENCY_BUCKETS],
}

impl HttpCounts {
    /// The microseconds within which so many of 1,000 answers came, rounded up to a power of two;
    /// none without answers.
    pub fn latency_micros_at(&self, permille: u64) -> Option<u64> {
        let all: u64 = self.latency.iter().sum();
        let wanted = all.saturating_mul(permille).div_ceil(1000).max(1);
        let mut seen = 0_u64;
        self.latency.iter().zip(0_u32..).find_map(|(count, step)| {
            seen = seen.saturating_add(*count);
            (seen >= wanted).then(|| 1_u64.checked_shl(step).unwrap_or(u64::MAX))
        })
    }
}

impl HttpGlance {
    /// Loads the programs.
    ///
    /// # Errors
    ///
    /// When they do not run here, with the reason as a sentence.
    pub fn open(config: &HttpConfig) -> Result<Self, Unavailable> {
        let loaded = HttpLoader::load(config.sample_one_in);
        memory::give_back();
        Ok(Self { loader: loaded? })
    }

    /// Learns whose the connections are that were accepted before. Those accepted since are known.
    pub fn learn<'a>(&mut self, sockets: impl IntoIterator<Item = &'a OpenSocket>) {
        for socket in sockets {
            let SocketKind::Tcp { inet, .. } = &socket.kind else { continue };
            if inet.remote.port() == 0 {
                continue;
            }
            let owner = record::http_owner(socket.pid, socket.netns, inet.local.port());
            let SocketId(key) = socket.socket;
            // When the kernel has no room, the connection stays unknown.
            drop(self.loader.owners.insert(key, owner, 0));
        }
    }

    /// What each server did so far. Those idle since before `forget_before_nanos`
    /// (`CLOCK_MONOTONIC`) are told a last time and forgotten.
    pub fn servers(&mut self, forget_before_nanos: u64) -> Vec<HttpServer> {
        let table = &mut self.loader.servers;
        let mut found = Vec::new();
        let mut old = Vec::new();
        // The table may change while it is walked, so the walk itself is bounded.
        for (key, counts) in table.iter().take(SERVERS_MAX).flatten() {
            let Some(server) = record::http_server(&key, &counts) else { continue };
            if server.counts.last_nanos < forget_before_nanos {
                old.push(key);
            }
            found.push(server);
        }
        for key in old {
            // A server that the kernel dropped meanwhile is forgotten all the same.
            drop(table.remove(&key));
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(latency: &[(usize, u64)], permille: u64, expect: Option<u64>) {
        let mut counts = HttpCounts::default();
        for (step, count) in latency {
            counts.latency[*step] = *count;
        }
        assert_eq!(counts.latency_micros_at(permille), expect, "{latency:?}");
    }

    #[test]
    fn latency_is_told_in_powers_of_two() {
        check(&[], 500, None);
        check(&[(3, 10)], 500, Some(8));
        check(&[(3, 90), (10, 10)], 900, Some(8));
        check(&[(3, 90), (10, 10)], 950, Some(1024));
        check(&[(23, 1)], 0, Some(1 << 23));
    }
}
