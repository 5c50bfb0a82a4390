//! Reverse lookups: asks the resolvers for the names of addresses that nobody was heard to name.
//!
//! A thread of its own works off a bounded queue, ten lookups a second as Weave Scope does
//! (scope-1.13.md §5.7); nobody waits for it. An answer, the lack of one and a failure are kept
//! in the book, so nothing is asked twice in a minute. The module refuses to know which addresses
//! deserve a name.

use super::book::{Found, NameBook};
use super::message::host_name;
use hickory_resolver::TokioResolver;
use hickory_resolver::config::{NameServerConfig, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::rr::RData;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// The most addresses that wait to be looked up; others are asked for again at the next report.
pub const QUEUE_MAX: usize = 256;

/// The most lookups under way at once.
pub const LOOKUPS_MAX: usize = 8;

/// The least time between two lookups: ten a second.
const PAUSE: Duration = Duration::from_millis(100);

/// A lookup that takes longer has failed.
const LOOKUP_TIMEOUT: Duration = Duration::from_secs(3);

/// The system's list of resolvers is read again after this time.
const RESOLVERS_LIFE: Duration = Duration::from_secs(300);

/// After a failure an address is left alone for so long.
const FAILURE_SECS: u32 = 300;

/// Looks names up in the background; stops when dropped.
#[derive(Debug)]
pub struct ReverseResolver {
    queue: Sender<IpAddr>,
}

impl ReverseResolver {
    /// Starts the thread. Names go into `book`; `server` is asked instead of the system's
    /// resolvers, if given.
    pub fn start(book: NameBook, server: Option<SocketAddr>) -> std::io::Result<Self> {
        let (queue, wanted) = channel(QUEUE_MAX);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        std::thread::Builder::new()
            .name("reverse-dns".to_owned())
            .spawn(move || runtime.block_on(work(wanted, &book, server)))?;
        Ok(Self { queue })
    }

    /// Queues an address; says whether there was room.
    pub fn want(&self, address: IpAddr) -> bool {
        self.queue.try_send(address).is_ok()
    }
}

async fn work(mut wanted: Receiver<IpAddr>, book: &NameBook, server: Option<SocketAddr>) {
    let permits = Arc::new(Semaphore::new(LOOKUPS_MAX));
    let mut resolver: Option<(Instant, TokioResolver)> = None;
    while let Some(address) = wanted.recv().await {
        if resolver.as_ref().is_none_or(|(since, _)| since.elapsed() > RESOLVERS_LIFE) {
            resolver = match build(server) {
                Ok(built) => Some((Instant::now(), built)),
                Err(error) => {
                    tracing::warn!(%error, "no reverse lookups without resolvers");
                    None
                }
            };
        }
        let Some((_, resolver)) = &resolver else {
            book.look_up(address, failure(), unix_secs());
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        let Ok(permit) = Arc::clone(&permits).acquire_owned().await else { return };
        let (resolver, book) = (resolver.clone(), book.clone());
        tokio::spawn(async move {
            let lookup = tokio::time::timeout(LOOKUP_TIMEOUT, look_up(&resolver, address));
            let found = lookup.await.unwrap_or_else(|_| failure());
            book.look_up(address, found, unix_secs());
            drop(permit);
        });
        tokio::time::sleep(PAUSE).await;
    }
}

fn build(server: Option<SocketAddr>) -> Result<TokioResolver, NetError> {
    let provider = TokioRuntimeProvider::default();
    let mut builder = match server {
        Some(server) => {
            let mut asked = NameServerConfig::udp_and_tcp(server.ip());
            for connection in &mut asked.connections {
                connection.port = server.port();
            }
            let config = ResolverConfig::from_parts(None, Vec::new(), vec![asked]);
            TokioResolver::builder_with_config(config, provider)
        }
        None => TokioResolver::builder(provider)?,
    };
    let options = builder.options_mut();
    options.timeout = LOOKUP_TIMEOUT;
    options.attempts = 1;
    // The book is the cache.
    options.cache_size = 0;
    builder.build()
}

async fn look_up(resolver: &TokioResolver, address: IpAddr) -> Found {
    match resolver.reverse_lookup(address).await {
        Ok(lookup) => {
            let mut found = Found { names: Vec::new(), ttl_secs: u32::MAX };
            for record in lookup.answers() {
                if let RData::PTR(name) = &record.data {
                    found.names.extend(host_name(&name.0));
                    found.ttl_secs = found.ttl_secs.min(record.ttl);
                }
            }
            found
        }
        Err(NetError::Dns(DnsError::NoRecordsFound(none))) => {
            Found { names: Vec::new(), ttl_secs: none.negative_ttl.unwrap_or(FAILURE_SECS) }
        }
        Err(_) => failure(),
    }
}

/// Nothing was found; asked again later.
pub fn failure() -> Found {
    Found { names: Vec::new(), ttl_secs: FAILURE_SECS }
}

/// The time now, as the timestamps of reports count it.
fn unix_secs() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
