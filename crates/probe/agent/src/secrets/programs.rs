//! Programs that take a secret after an option whose name does not say so.

/// Where the secret stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `-psecret` only; what follows `-p` is something else.
    Attached,
    /// `-p secret` or `-psecret`.
    Next,
    /// `-k secret` only; other options begin with the same letter.
    Separate,
    /// `-b name=secret`.
    Cookies,
    /// `-u name:secret`.
    AfterColon,
    /// `-U name%secret`.
    AfterPercent,
}

/// A program and its options.
#[derive(Clone, Copy, Debug)]
pub(super) struct Program {
    names: &'static [&'static str],
    options: &'static [(&'static str, Form)],
    /// What follows it as a plain word may be `secret@host`.
    pub(super) shows_token: bool,
}

const fn of(names: &'static [&'static str], options: &'static [(&'static str, Form)]) -> Program {
    Program { names, options, shows_token: false }
}

use Form::{AfterColon, AfterPercent, Attached, Cookies, Next, Separate};

const PROGRAMS: &[Program] = &[
    of(
        &[
            "mysql",
            "mysqldump",
            "mysqladmin",
            "mysqlimport",
            "mysqlshow",
            "mysqlcheck",
            "mysqlslap",
            "mysqlbinlog",
            "mysqlpump",
            "mysqlsh",
            "mariadb",
            "mariadb-dump",
            "mariadb-admin",
            "mariadb-check",
            "mariadb-import",
            "xtrabackup",
            "mydumper",
        ],
        &[("-p", Attached)],
    ),
    of(
        &[
            "mongo",
            "mongosh",
            "mongodump",
            "mongorestore",
            "mongoexport",
            "mongoimport",
            "mongostat",
            "mongotop",
            "sshpass",
            "cqlsh",
            "rabbitmqadmin",
            "rdesktop",
            "couchbase-cli",
        ],
        &[("-p", Next)],
    ),
    of(&["redis-cli", "valkey-cli", "keydb-cli"], &[("-a", Next)]),
    of(
        &["curl"],
        &[
            ("-u", AfterColon),
            ("--user", AfterColon),
            ("-U", AfterColon),
            ("--proxy-user", AfterColon),
            ("-b", Cookies),
        ],
    ),
    of(&["http", "https", "xh", "xhs"], &[("-a", AfterColon), ("--auth", AfterColon)]),
    of(&["ab"], &[("-A", AfterColon), ("-P", AfterColon)]),
    of(
        &[
            "ldapsearch",
            "ldapadd",
            "ldapmodify",
            "ldapdelete",
            "ldapwhoami",
            "ldapcompare",
            "ldapmodrdn",
            "ldapexop",
        ],
        &[("-w", Next)],
    ),
    of(&["ldappasswd"], &[("-w", Next), ("-s", Next), ("-a", Next)]),
    of(&["smbclient", "rpcclient", "smbget", "net"], &[("-U", AfterPercent)]),
    of(&["openssl"], &[("-k", Separate), ("-K", Separate)]),
    of(&["7z", "7za", "7zr", "rar", "unrar"], &[("-p", Attached), ("-hp", Attached)]),
    of(&["zip", "unzip"], &[("-P", Next)]),
    of(
        &["sqlcmd", "bcp", "osql", "tsql", "ipmitool", "mosquitto_pub", "mosquitto_sub"],
        &[("-P", Next)],
    ),
    of(
        &["snmpwalk", "snmpget", "snmpset", "snmpbulkwalk", "snmptrap"],
        &[("-c", Next), ("-A", Next), ("-X", Next)],
    ),
    of(&["xfreerdp", "wlfreerdp"], &[("/p:", Attached)]),
    of(&["lftp"], &[("-u", AfterColon)]),
    Program { names: &["scope"], options: &[], shows_token: true },
];

/// `docker login -p secret`: an option that means something else without the second word.
const LOGIN: Program = of(&[], &[("-p", Next)]);

const LOGIN_PROGRAMS: [&str; 15] = [
    "docker", "podman", "nerdctl", "helm", "oras", "skopeo", "buildah", "crane", "az", "oc", "cf",
    "ibmcloud", "argocd", "regctl", "harbor",
];

/// The program that is being run, as far as its options matter.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Running {
    program: Option<&'static Program>,
    logs_in: bool,
}

impl Running {
    /// Notes a word that may be a program: the first, or one behind `sudo`, `env` and the like.
    pub(super) fn note(&mut self, word: &str, is_first: bool) {
        let name = word.rsplit('/').next().unwrap_or_default();
        if let Some(program) = PROGRAMS.iter().find(|own| own.names.contains(&name)) {
            if is_first || !program.shows_token {
                self.program = Some(program);
            }
        } else if LOGIN_PROGRAMS.contains(&name) {
            self.logs_in = true;
        } else if name == "login" && self.logs_in {
            self.program = Some(&LOGIN);
        }
    }

    /// Whether a plain word may be `secret@host`.
    pub(super) fn shows_token(self) -> bool {
        self.program.is_some_and(|own| own.shows_token)
    }

    /// What an option with its value in the next argument is.
    pub(super) fn option(self, word: &str) -> Option<Form> {
        let options = self.program?.options.iter();
        let exact = options.clone().find(|(option, _)| *option == word);
        // `-sSu name:secret`: the last of several letters takes the value.
        let is_bundle = word.len() > 2 && word.starts_with('-') && !word.starts_with("--");
        let bundled = || {
            options.clone().find(|(option, form)| {
                let letter = option.strip_prefix('-').filter(|letter| letter.len() == 1);
                is_bundle
                    && *form == AfterColon
                    && letter.is_some_and(|letter| word.ends_with(letter))
            })
        };
        exact.or_else(bundled).map(|(_, form)| *form).filter(|form| *form != Attached)
    }

    /// What an option with its value attached is, and where that begins.
    pub(super) fn attached(self, word: &str) -> Option<(Form, usize)> {
        self.program?.options.iter().find_map(|(option, form)| {
            let rest = word.strip_prefix(option).filter(|_| *form != Separate)?;
            let is_long = option.starts_with("--");
            let value = if is_long { rest.strip_prefix('=')? } else { rest };
            (!value.is_empty()).then(|| (*form, word.len() - value.len()))
        })
    }
}
