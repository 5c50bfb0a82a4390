//! The rules of the web client on good and bad lines.

use super::*;

fn check(rule: fn(&Tree) -> Vec<Finding>, path: &str, text: &str, count: usize) {
    let found = rule(&Tree::of(&[(path, text)]));
    assert_eq!(found.len(), count, "{path}: {text}: {found:?}");
}

#[test]
fn imports_point_to_the_right() {
    check(imports, "web/src/panels/a.tsx", "import { b } from \"../ui/b\";", 0);
    check(imports, "web/src/domain/a.ts", "import type { b } from \"../api/b\";", 0);
    check(imports, "web/src/domain/a.ts", "import { b } from \"./b\";", 0);
    check(imports, "web/src/domain/a.ts", "import { say } from \"../text/text\";", 0);
    check(imports, "web/src/api/a.ts", "import { say } from \"../text/text\";", 1);
    check(imports, "web/src/text/a.ts", "import { b } from \"../domain/b\";", 1);
    check(imports, "web/src/main.tsx", "import { b } from \"./screens/b\";", 0);
    check(imports, "web/src/domain/a.ts", "import { b } from \"../state/b\";", 1);
    check(imports, "web/src/api/a.ts", "export { b } from \"../domain/b\";", 1);
    check(imports, "web/src/ui/a.tsx", "import { b } from \"../domain/b\";", 1);
    check(imports, "web/src/state/a.ts", "const b = await import(\"../panels/b\");", 1);
    check(imports, "web/src/state/deep/a.ts", "import {\n  b,\n} from \"../../panels/b\";", 1);
    check(imports, "web/src/api/a.test.ts", "import { b } from \"../domain/b\";", 0);
    check(imports, "web/src/state/a.ts", "// import { b } from \"../panels/b\";", 0);
}

#[test]
fn the_engine_knows_no_react() {
    check(imports, "web/src/canvas/a.ts", "import { useRef } from \"react\";", 1);
    check(imports, "web/src/domain/a.ts", "import { x } from \"react-dom/client\";", 1);
    check(imports, "web/src/panels/a.tsx", "import { useRef } from \"react\";", 0);
}

#[test]
fn loose_code_is_found() {
    check(loose_code, "web/src/api/a.ts", "const a: any = b;", 1);
    check(loose_code, "web/src/api/a.ts", "const a = b as any;", 1);
    check(loose_code, "web/src/api/a.ts", "const a: Map<string, any>;", 1);
    check(loose_code, "web/src/api/a.ts", "const any = \"as any\"; // any: any", 0);
    check(loose_code, "web/src/api/a.ts", "export default a;", 1);
    check(loose_code, "web/src/api/a.ts", "export * from \"./b\";", 1);
    check(loose_code, "web/vite.config.ts", "export default a;", 0);
}

#[test]
fn effects_have_one_door() {
    check(effects, "web/src/panels/a.tsx", "void fetch(url);", 1);
    check(effects, "web/src/panels/a.tsx", "window.setTimeout(a, 1);", 1);
    check(effects, "web/src/ui/a.tsx", "localStorage.getItem(a);", 1);
    check(effects, "web/src/panels/a.tsx", "query.fetch(url);", 0);
    check(effects, "web/src/api/a.ts", "new WebSocket(url);", 0);
    check(effects, "web/src/canvas/a.ts", "requestAnimationFrame(draw);", 0);
    check(effects, "web/src/canvas/a.ts", "setTimeout(draw, 1);", 1);
    check(effects, "web/src/canvas/a.test.ts", "setTimeout(draw, 1);", 0);
}

#[test]
fn colours_are_tokens() {
    check(colours, "web/src/ui/tokens.css", "--ink: #112233;", 0);
    check(colours, "web/src/ui/button.css", "  color: #123;", 1);
    check(colours, "web/src/ui/button.css", "  color: rgba(0, 0, 0, 0.1);", 1);
    check(colours, "web/src/ui/button.css", "#add { color: var(--ink); }", 0);
    check(colours, "web/src/panels/a.tsx", "const a = \"#112233\";", 1);
    check(colours, "web/src/panels/a.tsx", "const a = \"#nodes\"; // \"#123\"", 0);
    check(colours, "web/src/panels/a.tsx", "const a = `hsl(${h} 50% 50%)`;", 1);
}
