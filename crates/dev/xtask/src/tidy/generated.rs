//! Generated files are what their generator makes today.

use super::Finding;
use crate::codegen;
use crate::tree::Tree;

/// No generated file is stale or edited by hand.
pub fn fresh(tree: &Tree) -> Vec<Finding> {
    let stale = codegen::files().into_iter().filter(|generated| {
        tree.file(generated.path).is_none_or(|there| there.text != generated.text)
    });
    let finding = |generated: codegen::Generated| Finding {
        rule: "generated",
        path: generated.path.to_owned(),
        line: 0,
        message: "stale or edited by hand: run `cargo xtask codegen`".to_owned(),
    };
    stale.map(finding).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edited_file_is_found() {
        let paths =
            |tree: &Tree| fresh(tree).into_iter().map(|found| found.path).collect::<Vec<_>>();
        let files = codegen::files();
        let texts: Vec<_> = files.iter().map(|own| (own.path, own.text.as_str())).collect();
        assert_eq!(paths(&Tree::of(&texts)), [""; 0]);
        assert_eq!(paths(&Tree::of(&texts[..1])), ["web/src/api/generated.ts"]);
        let edited = [(texts[0].0, "{}"), texts[1]];
        assert_eq!(paths(&Tree::of(&edited)), ["docs/api/openapi.json"]);
    }
}
