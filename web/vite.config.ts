import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// Relative URLs, because the app may be served below any path prefix.
export default defineConfig({
  base: "./",
  plugins: [react()],
  build: { target: "es2022", sourcemap: false, assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  worker: { format: "es" },
  server: { proxy: { "/api": { target: "http://127.0.0.1:4040", ws: true } } },
  test: { include: ["src/**/*.test.ts", "src/**/*.test.tsx"] },
});
