//! Whose shell opens: an account of `/etc/passwd` (passwd(5)).

/// What a shell needs to know of its user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) name: String,
    pub(super) home: String,
    pub(super) shell: String,
}

impl Account {
    /// The first account of `user` in the text of the file; what is missing is as for root.
    pub(super) fn find(passwd: &str, user: u32) -> Self {
        let found = passwd.lines().find_map(|line| {
            let mut fields = line.split(':');
            let name = fields.next()?;
            let number: u32 = fields.nth(1)?.parse().ok()?;
            let home = fields.nth(2).unwrap_or_default();
            let shell = fields.next().unwrap_or_default();
            (number == user).then_some((name, home, shell))
        });
        let (name, home, shell) = found.unwrap_or(("root", "/", ""));
        let or = |text: &str, other: &str| {
            if text.starts_with('/') { text.to_owned() } else { other.to_owned() }
        };
        Self { name: name.to_owned(), home: or(home, "/"), shell: or(shell, "/bin/sh") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_found_by_number() {
        let passwd = "root:x:0:0:root:/base:/bin/bash\nweb:x:33:33::/var/www:\nbroken\n";
        let check = |user: u32, expect: [&str; 3]| {
            let Account { name, home, shell } = Account::find(passwd, user);
            assert_eq!([name.as_str(), &home, &shell], expect);
        };
        check(0, ["root", "/base", "/bin/bash"]);
        check(33, ["web", "/var/www", "/bin/sh"]);
        check(7, ["root", "/", "/bin/sh"]);
    }
}
