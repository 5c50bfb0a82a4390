import { defineConfig } from "vitest/config";

// One real browser against one running app (SCOPE_URL): never in parallel.
export default defineConfig({
  test: {
    include: ["tests/browser/**/*.test.ts"],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
