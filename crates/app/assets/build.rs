//! Builds the crate again when the web client was built again: hashed names come and go.

fn main() {
    let rebuild = "cargo::rerun-if-changed=../../../web/dist";
    let _ = std::io::Write::write_fmt(&mut std::io::stdout(), format_args!("{rebuild}\n"));
}
