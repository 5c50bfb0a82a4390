//! A road between a probe and an app that a test can break: a relay of TCP connections.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes relayed at once.
const PIECE_BYTES: usize = 32 << 10;

/// Relays every connection to the app until it is broken; then takes new ones.
pub struct Road {
    address: String,
    streams: Arc<Mutex<Vec<TcpStream>>>,
}

impl Road {
    /// A road to the app at this address, in the network namespace of this thread.
    pub fn to(app: &str) -> Result<Self, String> {
        let listener =
            TcpListener::bind("127.0.0.1:0").map_err(|error| format!("bind: {error}"))?;
        let address = listener.local_addr().map_err(|error| error.to_string())?.to_string();
        let streams = Arc::new(Mutex::new(Vec::new()));
        let (kept, app) = (Arc::clone(&streams), app.to_owned());
        let connect = app.clone();
        // The threads of a namespace are in it: the relay starts from this one.
        std::thread::Builder::new()
            .spawn(move || {
                for near in listener.incoming().map_while(Result::ok) {
                    let Ok(far) = TcpStream::connect(&connect) else { continue };
                    relay(&near, &far);
                    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                    kept.extend([near, far]);
                }
            })
            .map_err(|error| format!("start a thread: {error}"))?;
        Ok(Self { address, streams })
    }

    /// Where the probe finds it.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Ends every connection that is open now; says how many there were.
    pub fn cut(&self) -> usize {
        let streams =
            std::mem::take(&mut *self.streams.lock().unwrap_or_else(PoisonError::into_inner));
        for stream in &streams {
            let _ = stream.shutdown(Shutdown::Both);
        }
        streams.len() / 2
    }
}

/// Carries bytes both ways, each on a thread that ends with its connection.
fn relay(near: &TcpStream, far: &TcpStream) {
    for (from, to) in [(near, far), (far, near)] {
        let (Ok(mut from), Ok(mut to)) = (from.try_clone(), to.try_clone()) else { return };
        std::thread::spawn(move || {
            let mut piece = vec![0; PIECE_BYTES];
            while let Ok(count @ 1..) = from.read(&mut piece) {
                let Some(came) = piece.get(..count) else { break };
                if to.write_all(came).is_err() {
                    break;
                }
            }
            let _ = to.shutdown(Shutdown::Both);
            let _ = from.shutdown(Shutdown::Both);
        });
    }
}
