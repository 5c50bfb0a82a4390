//! The name and password of basic authentication, from flags, environment or file.
//!
//! There is no password by default: an account that everybody knows protects nothing.

use crate::flags::BasicAuth;
use crate::go_style::Switch;
use anyhow::{Context, bail};
use std::io::Read;
use std::path::{Path, PathBuf};

/// Bytes of a password file.
const PASSWORD_BYTES_MAX: u64 = 4096;

/// The customary name.
const NAME: &str = "admin";

/// A name and its password.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Credentials {
    pub(crate) name: String,
    pub(crate) password: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Credentials({}, …)", self.name)
    }
}

/// What the flags of `part` (`app` or `probe`) ask for; variables stand in for flags not given.
pub(crate) fn read(
    part: &str,
    flags: &BasicAuth,
    variable: impl Fn(&str) -> Option<String>,
) -> anyhow::Result<Option<Credentials>> {
    let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
    let is_on = match (flags.on, variable("ENABLE_BASIC_AUTH")) {
        (Some(on), _) => *on,
        (None, Some(text)) => match text.parse::<Switch>() {
            Ok(on) => *on,
            Err(error) => bail!("ENABLE_BASIC_AUTH={text}: {error}"),
        },
        (None, None) => false,
    };
    if !is_on {
        return Ok(None);
    }
    let name = flags.name.clone().or_else(|| variable("BASIC_AUTH_USERNAME"));
    let name = name.unwrap_or_else(|| NAME.to_owned());
    if name.contains(':') {
        bail!("--{part}.basicAuth.username={name}: the name contains a colon");
    }
    // A file is named on purpose, and a password beside it may be a leftover.
    let file = flags.file.clone().or_else(|| match flags.password {
        Some(_) => None,
        None => variable("BASIC_AUTH_PASSWORD_FILENAME").map(PathBuf::from),
    });
    let password = match file {
        Some(path) => read_file(&path)?,
        None => {
            flags.password.clone().or_else(|| variable("BASIC_AUTH_PASSWORD")).unwrap_or_default()
        }
    };
    if password.is_empty() {
        bail!(
            "--{part}.basicAuth needs a password, and there is none by default: give \
             --{part}.basicAuth.password.filename=FILE, --{part}.basicAuth.password=PASSWORD or \
             the variable BASIC_AUTH_PASSWORD"
        );
    }
    Ok(Some(Credentials { name, password }))
}

/// The first line of the file, as editors end it with a new line.
pub(crate) fn read_file(path: &Path) -> anyhow::Result<String> {
    let context = || format!("read the password file {}", path.display());
    let file = std::fs::File::open(path).with_context(context)?;
    let mut text = String::new();
    file.take(PASSWORD_BYTES_MAX + 1).read_to_string(&mut text).with_context(context)?;
    if text.len() as u64 > PASSWORD_BYTES_MAX {
        bail!("the password file {} has more than {PASSWORD_BYTES_MAX} bytes", path.display());
    }
    let line = text.strip_suffix('\n').unwrap_or(&text);
    Ok(line.strip_suffix('\r').unwrap_or(line).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(on: bool, password: &str) -> BasicAuth {
        let password = Some(password.to_owned()).filter(|password| !password.is_empty());
        let on = on.then(|| "true".parse().unwrap());
        BasicAuth { on, name: None, password, file: None }
    }

    #[track_caller]
    fn check(flags: &BasicAuth, variables: &[(&str, &str)], expect: Result<Option<&str>, &str>) {
        let variable = |name: &str| {
            let found = variables.iter().find(|(own, _)| *own == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        match (read("app", flags, variable), expect) {
            (Ok(credentials), Ok(expect)) => {
                let text = credentials.map(|own| format!("{}:{}", own.name, own.password));
                assert_eq!(text.as_deref(), expect);
            }
            (Err(error), Err(word)) => assert!(error.to_string().contains(word), "{error}"),
            (other, _) => panic!("{other:?}"),
        }
    }

    #[test]
    fn flags_come_before_variables() {
        check(&given(false, "x"), &[], Ok(None));
        check(&given(true, "x"), &[("BASIC_AUTH_PASSWORD", "y")], Ok(Some("admin:x")));
        check(&given(true, ""), &[("BASIC_AUTH_PASSWORD", "y")], Ok(Some("admin:y")));
        let all = [
            ("ENABLE_BASIC_AUTH", "true"),
            ("BASIC_AUTH_USERNAME", "eve"),
            ("BASIC_AUTH_PASSWORD", "y"),
        ];
        check(&given(false, ""), &all, Ok(Some("eve:y")));
        let off = BasicAuth { on: Some("false".parse().unwrap()), ..given(false, "") };
        check(&off, &all, Ok(None));
    }

    #[test]
    fn there_is_no_password_by_default() {
        check(&given(true, ""), &[], Err("needs a password"));
        check(&given(false, ""), &[("ENABLE_BASIC_AUTH", "on")], Err("true or false"));
        let colon = BasicAuth { name: Some("a:b".to_owned()), ..given(true, "x") };
        check(&colon, &[], Err("colon"));
        let file = BasicAuth { file: Some("/nowhere/at/all".into()), ..given(true, "x") };
        check(&file, &[], Err("/nowhere/at/all"));
    }

    #[test]
    fn a_file_ends_with_a_new_line() {
        let path = std::env::temp_dir().join(format!("scope-password-{}", std::process::id()));
        std::fs::write(&path, "open sesame \r\n").unwrap();
        let file = BasicAuth { file: Some(path.clone()), ..given(true, "") };
        check(&file, &[], Ok(Some("admin:open sesame ")));
        std::fs::remove_file(&path).unwrap();
    }
}
