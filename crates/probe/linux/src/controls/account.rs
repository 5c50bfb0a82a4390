//! Whose shell opens, an account of `/etc/passwd` (passwd(5)), and which shell that is.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// The shells that are looked for, the best first.
const SHELLS: [&str; 4] = ["bash", "zsh", "ash", "sh"];

/// Where they can be.
const FOLDERS: [&str; 4] = ["/bin", "/usr/bin", "/usr/local/bin", "/run/current-system/sw/bin"];

/// What a shell needs to know of its user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) name: String,
    pub(super) home: String,
}

impl Account {
    /// The first account of `user` in the text of the file; what is missing is as for root.
    pub(super) fn find(passwd: &str, user: u32) -> Self {
        let found = passwd.lines().find_map(|line| {
            let mut fields = line.split(':');
            let name = fields.next()?;
            let number: u32 = fields.nth(1)?.parse().ok()?;
            let home = fields.nth(2).unwrap_or_default();
            (number == user).then_some((name, home))
        });
        let (name, home) = found.unwrap_or(("root", "/"));
        let home = if home.starts_with('/') { home } else { "/" };
        Self { name: name.to_owned(), home: home.to_owned() }
    }
}

/// The first shell that exists below `root`, by its path there.
pub(super) fn shell(root: &Path) -> String {
    let exists = |path: &String| {
        let path = root.join(path.trim_start_matches('/'));
        // A link is not followed: from outside it would lead elsewhere.
        path.symlink_metadata().is_ok_and(|file| {
            file.is_symlink() || (file.is_file() && file.permissions().mode() & 0o111 != 0)
        })
    };
    let paths = |name| FOLDERS.iter().map(move |folder| format!("{folder}/{name}"));
    SHELLS.into_iter().flat_map(paths).find(exists).unwrap_or_else(|| "/bin/sh".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_found_by_number() {
        let passwd = "root:x:0:0:root:/base:/bin/bash\nweb:x:33:33::/var/www:\nbroken\n";
        let check = |user: u32, expect: [&str; 2]| {
            let Account { name, home } = Account::find(passwd, user);
            assert_eq!([name.as_str(), &home], expect);
        };
        check(0, ["root", "/base"]);
        check(33, ["web", "/var/www"]);
        check(7, ["root", "/"]);
    }

    #[test]
    fn the_first_shell_that_exists_is_taken() {
        let folder = std::env::temp_dir().join(format!("scope-shells-{}", std::process::id()));
        let check = |files: &[&str], expect: &str| {
            for file in files {
                let path = folder.join(file);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(&path, "").unwrap();
                std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
            }
            assert_eq!(shell(&folder), expect);
            let _ = std::fs::remove_dir_all(&folder);
        };
        check(&[], "/bin/sh");
        check(&["bin/sh"], "/bin/sh");
        check(&["bin/sh", "bin/ash"], "/bin/ash");
        check(&["bin/ash", "usr/bin/zsh"], "/usr/bin/zsh");
        check(&["bin/sh", "bin/zsh", "usr/local/bin/bash"], "/usr/local/bin/bash");
    }
}
