import { defineConfig } from "vitest/config";

// The half hour of CI has no room for these on two cores: SCOPE_ALL_BROWSER=1 runs them too.
const LONG = ["arranging", "groups", "sizes", "taking"].map((name) => `tests/browser/${name}.test.ts`);

// One real browser against one running app (SCOPE_URL): never in parallel.
export default defineConfig({
  test: {
    include: ["tests/browser/**/*.test.ts"],
    exclude: process.env.SCOPE_ALL_BROWSER === "1" ? [] : LONG,
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
