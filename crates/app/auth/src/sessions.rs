//! Sessions of browsers: who signed in, for how long.
//!
//! A session is a random id in a cookie; the app keeps its digest, in memory and, so that a restart
//! of the app signs nobody out, in a file of its own in the folder `sessions`.

use crate::data_dir::{DataDir, DataError};
use crate::identity::Identity;
use crate::secret::{Digest, Secret};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A session ends when nobody used it for so long: a week, in seconds.
pub const IDLE_SECS: u64 = 7 * 86_400;

/// A session ends after so long, used or not: thirty days, in seconds.
pub const AGE_SECS: u64 = 30 * 86_400;

/// Sessions at once; the one unused for longest makes room.
pub const SESSIONS_MAX: usize = 4096;

/// How old the time of last use may be in the file, in seconds: not every request writes.
const NOTED_SECS: u64 = 600;

/// Bytes of a file; names and groups are bounded.
const FILE_BYTES_MAX: u64 = 256 << 10;

/// The sessions.
#[derive(Debug)]
pub struct Sessions {
    folder: Option<DataDir>,
    open: Mutex<HashMap<Digest, Session>>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Session {
    identity: Identity,
    /// What the file of passwords said of them, in hexadecimal; blank where they came otherwise.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    entry: String,
    made_secs: u64,
    seen_secs: u64,
    #[serde(skip)]
    noted_secs: u64,
}

impl Session {
    fn is_over(&self, now_secs: u64) -> bool {
        now_secs >= self.made_secs.saturating_add(AGE_SECS)
            || now_secs >= self.seen_secs.saturating_add(IDLE_SECS)
    }
}

impl Sessions {
    /// The sessions of a folder, or of this process. Files that cannot be read are left alone.
    pub fn open(data: Option<&DataDir>, now_secs: u64) -> Result<Self, DataError> {
        let folder = data.map(|data| data.folder("sessions")).transpose()?;
        let mut open = HashMap::new();
        if let Some(folder) = &folder {
            for name in folder.names(SESSIONS_MAX) {
                let Some(digest) = Digest::parse_hex(&name) else { continue };
                match read(folder, &name) {
                    Some(session) if !session.is_over(now_secs) => {
                        open.insert(digest, session);
                    }
                    Some(_) => {
                        folder.remove(&name)?;
                    }
                    None => {}
                }
            }
        }
        Ok(Self { folder, open: Mutex::new(open) })
    }

    /// Begins a session; its id is for the cookie, and its owner only.
    pub fn begin(
        &self,
        identity: Identity,
        entry: Option<Digest>,
        random: [u8; 32],
        now_secs: u64,
    ) -> Result<Secret, DataError> {
        let secret = Secret::new("", random);
        let entry = entry.map(|entry| entry.hex()).unwrap_or_default();
        let [made_secs, seen_secs, noted_secs] = [now_secs; 3];
        let session = Session { identity, entry, made_secs, seen_secs, noted_secs };
        let mut open = self.lock();
        self.make_room(&mut open, now_secs)?;
        self.note(&secret.digest(), &session)?;
        open.insert(secret.digest(), session);
        Ok(secret)
    }

    /// Whose session it is, if it is one, and what the file of passwords said of them; it counts
    /// as used now.
    pub fn find(&self, digest: &Digest, now_secs: u64) -> Option<(Identity, Option<Digest>)> {
        let digest = *digest;
        let mut open = self.lock();
        let session = open.get_mut(&digest)?;
        if session.is_over(now_secs) {
            open.remove(&digest);
            drop(open);
            self.forget(&digest);
            return None;
        }
        session.seen_secs = now_secs;
        let found = (session.identity.clone(), Digest::parse_hex(&session.entry));
        if now_secs >= session.noted_secs.saturating_add(NOTED_SECS) {
            session.noted_secs = now_secs;
            let session = session.clone();
            drop(open);
            // The session goes on in memory; only a restart would end it a little sooner.
            let _unnoted = self.note(&digest, &session);
        }
        Some(found)
    }

    /// Ends those that are too old; says whether there were any.
    pub fn expire(&self, now_secs: u64) -> bool {
        let mut open = self.lock();
        let ended: Vec<Digest> = open
            .iter()
            .filter(|(_, session)| session.is_over(now_secs))
            .map(|(digest, _)| *digest)
            .collect();
        open.retain(|_, session| !session.is_over(now_secs));
        drop(open);
        ended.iter().for_each(|digest| self.forget(digest));
        !ended.is_empty()
    }

    /// Ends a session; says whose it was.
    pub fn end(&self, id: &str) -> Option<Identity> {
        let digest = Digest::of(id);
        let session = self.lock().remove(&digest);
        self.forget(&digest);
        session.map(|session| session.identity)
    }

    /// How many are open.
    pub fn count(&self) -> usize {
        self.lock().len()
    }

    fn make_room(
        &self,
        open: &mut HashMap<Digest, Session>,
        now_secs: u64,
    ) -> Result<(), DataError> {
        let ended = open.iter().filter(|(_, session)| session.is_over(now_secs));
        let mut leaving: Vec<Digest> = ended.map(|(digest, _)| *digest).collect();
        if open.len() - leaving.len() >= SESSIONS_MAX {
            let oldest = open.iter().min_by_key(|(_, session)| session.seen_secs);
            leaving.extend(oldest.map(|(digest, _)| *digest));
        }
        for digest in leaving {
            open.remove(&digest);
            if let Some(folder) = &self.folder {
                folder.remove(&digest.hex())?;
            }
        }
        Ok(())
    }

    fn note(&self, digest: &Digest, session: &Session) -> Result<(), DataError> {
        let Some(folder) = &self.folder else { return Ok(()) };
        folder.write(&digest.hex(), &serde_json::to_vec(session).unwrap_or_default())
    }

    /// What cannot be removed ends by its age.
    fn forget(&self, digest: &Digest) {
        if let Some(folder) = &self.folder {
            let _left = folder.remove(&digest.hex());
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Digest, Session>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read(folder: &DataDir, name: &str) -> Option<Session> {
    let text = folder.read(name, FILE_BYTES_MAX).ok().flatten()?;
    let session: Session = serde_json::from_str(&text).ok()?;
    Some(Session { noted_secs: session.seen_secs, ..session })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::Method;
    use crate::testing::Folder;

    fn eve() -> Identity {
        Identity::new("eve", Method::Password)
    }

    fn find(sessions: &Sessions, id: &str, now_secs: u64) -> Option<Identity> {
        sessions.find(&Digest::of(id), now_secs).map(|(identity, _)| identity)
    }

    #[test]
    fn a_session_survives_a_restart() {
        let folder = Folder::new("sessions");
        let sessions = Sessions::open(Some(folder.data()), 100).unwrap();
        let id = sessions.begin(eve(), None, [1; 32], 100).unwrap();
        assert_eq!(find(&sessions, id.text(), 200), Some(eve()));
        drop(sessions);
        let sessions = Sessions::open(Some(folder.data()), 300).unwrap();
        assert_eq!(find(&sessions, id.text(), 300), Some(eve()));
        assert_eq!(find(&sessions, "x", 300), None);
        assert_eq!(sessions.end(id.text()), Some(eve()));
        assert_eq!(find(&sessions, id.text(), 300), None);
        assert_eq!(Sessions::open(Some(folder.data()), 300).unwrap().count(), 0);
        let kept = std::fs::read_to_string(folder.data().path()).unwrap_or_default();
        assert!(!kept.contains(id.text()));
    }

    #[test]
    fn a_session_ends_unused_or_old() {
        let sessions = Sessions::open(None, 0).unwrap();
        let unused = sessions.begin(eve(), None, [1; 32], 0).unwrap();
        assert_eq!(find(&sessions, unused.text(), IDLE_SECS), None);
        let used = sessions.begin(eve(), None, [2; 32], 0).unwrap();
        for day in 1..30 {
            assert_eq!(find(&sessions, used.text(), day * 86_400), Some(eve()), "day {day}");
        }
        assert!(!sessions.expire(AGE_SECS - 1));
        assert!(sessions.expire(AGE_SECS));
        assert_eq!(find(&sessions, used.text(), AGE_SECS), None);
        assert_eq!(sessions.count(), 0);
    }

    #[test]
    fn sessions_are_bounded() {
        let sessions = Sessions::open(None, 0).unwrap();
        let begin = |number: usize| {
            let mut random = [0; 32];
            random[..8].copy_from_slice(&number.to_be_bytes());
            sessions.begin(eve(), None, random, number as u64).unwrap()
        };
        let first = begin(0);
        let second = begin(1);
        assert!(find(&sessions, first.text(), 2).is_some());
        for number in 3..SESSIONS_MAX + 2 {
            begin(number);
        }
        assert_eq!(sessions.count(), SESSIONS_MAX);
        assert!(find(&sessions, first.text(), 5000).is_some());
        assert_eq!(find(&sessions, second.text(), 5000), None);
    }
}
