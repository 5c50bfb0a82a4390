//! Which shell opens in a container.

use crate::engine::Engine;

/// The terminal that the browser's is.
pub(super) const TERMINAL: &str = "TERM=xterm-256color";

/// What is looked for, for the reader.
pub(super) const NAMES: &str = "bash, zsh, ash and sh";

/// Where a shell can be that runs the script below, or that has to do.
const PLACES: [&str; 7] = [
    "/bin/sh",
    "/usr/bin/sh",
    "/bin/bash",
    "/usr/bin/bash",
    "/bin/ash",
    "/bin/zsh",
    "/usr/bin/zsh",
];

/// Becomes the first shell that exists; text is UTF-8 unless the container says otherwise. In the
/// words that every shell knows, and without any other program.
///
/// Weave Scope takes root's login shell, which in most images is what `useradd` wrote and nobody
/// chose.
const SCRIPT: &str = r#"for shell in bash zsh ash sh; do
  command -v "$shell" >/dev/null 2>&1 && break
done
[ -n "$LC_ALL$LC_CTYPE$LANG" ] || export LANG=C.UTF-8
exec "$shell""#;

/// What to run for a shell; none where there certainly is no shell.
pub(super) async fn command(engine: &Engine, container_id: &str) -> Option<Vec<String>> {
    for place in PLACES {
        if !engine.lacks_file(container_id, place).await {
            return Some([place, "-c", SCRIPT].map(str::to_owned).into());
        }
    }
    None
}
