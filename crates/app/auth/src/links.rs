//! One-time sign-in links.
//!
//! Of each link the folder `links` holds a file: named by the digest of the link's
//! token, holding when it ends. Whoever removes the file has used the link, so that two who come at
//! once cannot both, and `scope sign-in` hands a link to a running app by writing such a file.

use crate::data_dir::{DataDir, DataError};
use crate::secret::{Digest, Secret};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// How long a link is valid, in seconds.
pub const LINK_SECS: u64 = 15 * 60;

/// Links that are open at once; the one that ends first makes room.
pub const LINKS_MAX: usize = 64;

/// Digits of the time in a file.
const FILE_BYTES_MAX: u64 = 32;

/// The open links.
#[derive(Debug)]
pub struct Links {
    folder: Option<DataDir>,
    /// Without a folder: when each ends, in seconds.
    kept: Mutex<HashMap<Digest, u64>>,
}

impl Links {
    /// The links of a folder, or of this process.
    pub fn open(data: Option<&DataDir>) -> Result<Self, DataError> {
        let folder = data.map(|data| data.folder("links")).transpose()?;
        Ok(Self { folder, kept: Mutex::default() })
    }

    /// A new token, valid once until [`LINK_SECS`] after `now_secs` (Unix time).
    pub fn issue(&self, random: [u8; 32], now_secs: u64) -> Result<Secret, DataError> {
        let secret = Secret::new("", random);
        let ends_secs = now_secs.saturating_add(LINK_SECS);
        self.make_room(now_secs)?;
        match &self.folder {
            Some(folder) => {
                folder.write(&secret.digest().hex(), ends_secs.to_string().as_bytes())?
            }
            None => {
                self.lock().insert(secret.digest(), ends_secs);
            }
        }
        Ok(secret)
    }

    /// Uses a token up; says whether it was valid.
    pub fn redeem(&self, token: &str, now_secs: u64) -> bool {
        let digest = Digest::of(token);
        let ends_secs = match &self.folder {
            None => self.lock().remove(&digest),
            Some(folder) => {
                let ends_secs = end_of(folder, &digest.hex());
                ends_secs.filter(|_| matches!(folder.remove(&digest.hex()), Ok(true)))
            }
        };
        ends_secs.is_some_and(|ends_secs| now_secs < ends_secs)
    }

    /// Removes what has ended, and what would be too many.
    fn make_room(&self, now_secs: u64) -> Result<(), DataError> {
        let Some(folder) = &self.folder else {
            let mut kept = self.lock();
            kept.retain(|_, ends_secs| now_secs < *ends_secs);
            let first = kept.iter().min_by_key(|(_, ends)| **ends).map(|(digest, _)| *digest);
            if kept.len() >= LINKS_MAX
                && let Some(first) = first
            {
                kept.remove(&first);
            }
            return Ok(());
        };
        let end = |name: String| (end_of(folder, &name).unwrap_or(0), name);
        let mut all: Vec<_> = folder.names(LINKS_MAX * 16).into_iter().map(end).collect();
        all.sort();
        let surplus = (all.len() + 1).saturating_sub(LINKS_MAX);
        for (index, (ends_secs, name)) in all.iter().enumerate() {
            if *ends_secs <= now_secs || index < surplus {
                folder.remove(name)?;
            }
        }
        Ok(())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Digest, u64>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn end_of(folder: &DataDir, name: &str) -> Option<u64> {
    folder.read(name, FILE_BYTES_MAX).ok().flatten()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Folder;

    fn check_both(check: impl Fn(&Links)) {
        let folder = Folder::new("links");
        check(&Links::open(None).unwrap());
        check(&Links::open(Some(folder.data())).unwrap());
    }

    #[test]
    fn a_link_is_valid_once_and_for_a_while() {
        check_both(|links| {
            let token = links.issue([1; 32], 100).unwrap();
            assert!(!links.redeem("x", 100));
            assert!(links.redeem(token.text(), 100));
            assert!(!links.redeem(token.text(), 100), "replayed");
            let token = links.issue([2; 32], 100).unwrap();
            assert!(!links.redeem(token.text(), 100 + LINK_SECS), "ended");
        });
    }

    #[test]
    fn links_are_bounded() {
        check_both(|links| {
            let issue = |number: u8| links.issue([number; 32], 100 + u64::from(number)).unwrap();
            let first = issue(0);
            let others: Vec<_> = (1..=64).map(issue).collect();
            assert!(!links.redeem(first.text(), 165));
            assert!(others.iter().all(|token| links.redeem(token.text(), 165)));
        });
    }

    #[test]
    fn another_process_may_issue_it() {
        let folder = Folder::new("links-shared");
        let app = Links::open(Some(folder.data())).unwrap();
        let command = Links::open(Some(folder.data())).unwrap();
        let token = command.issue([1; 32], 100).unwrap();
        assert!(app.redeem(token.text(), 100));
        assert!(!command.redeem(token.text(), 100));
        assert!(!app.redeem("../../etc/passwd", 100));
    }
}
