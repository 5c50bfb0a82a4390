//! Logic lives in this program, not in shell or make.

use super::Finding;
use crate::tree::{SourceFile, Tree};

const SCRIPT_LINES_MAX: usize = 20;

/// What a recipe of the Makefile may begin with: a name for a command, no command of its own.
const RECIPES: &[&str] = &["@cargo ", "cargo ", "@sed -n "];

/// A shell script ends by line 20.
pub fn short_scripts(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in tree.files.iter().filter(|file| is_shell(file)) {
        let lines = file.text.lines().count();
        if lines > SCRIPT_LINES_MAX {
            let message = format!("{lines} lines of shell: make it a command of cargo xtask");
            found.push(finding("script", file, 0, message));
        }
    }
    found
}

/// A recipe of the Makefile is one line that calls cargo.
pub fn names_only_makefile(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in tree.files.iter().filter(|file| file.name() == "Makefile") {
        let mut recipe_lines = 0;
        for (index, line) in file.text.lines().enumerate() {
            let Some(recipe) = line.strip_prefix('\t') else {
                recipe_lines = 0;
                continue;
            };
            recipe_lines += 1;
            let named = RECIPES.iter().any(|start| recipe.starts_with(start));
            if !named || recipe_lines > 1 {
                let message = "make only names commands: put it into cargo xtask".to_owned();
                found.push(finding("makefile", file, index + 1, message));
            }
        }
    }
    found
}

fn is_shell(file: &SourceFile) -> bool {
    let first = file.text.lines().next().unwrap_or_default();
    let named = [".sh", ".bash"].iter().any(|end| file.path.ends_with(end));
    named || (first.starts_with("#!") && first.trim_end().ends_with("sh"))
}

fn finding(rule: &'static str, file: &SourceFile, line: usize, message: String) -> Finding {
    Finding { rule, path: file.path.clone(), line, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rule: fn(&Tree) -> Vec<Finding>, path: &str, text: &str, count: usize) {
        assert_eq!(rule(&Tree::of(&[(path, text)])).len(), count, "{path}");
    }

    #[test]
    fn long_scripts_are_found() {
        let long = "x\n".repeat(21);
        check(short_scripts, "a.sh", &long, 1);
        check(short_scripts, ".ci/run", &format!("#!/usr/bin/env bash\n{long}"), 1);
        check(short_scripts, ".ci/run", "#!/usr/bin/env bash\nmake test\n", 0);
        check(short_scripts, "a.py", &long, 0);
    }

    #[test]
    fn recipes_only_name_commands() {
        check(names_only_makefile, "Makefile", "run:\n\t@cargo xtask run\n", 0);
        check(names_only_makefile, "Makefile", "run:\n\tdocker build .\n", 1);
        check(names_only_makefile, "Makefile", "run:\n\tcargo a\n\tcargo b\n", 1);
    }
}
