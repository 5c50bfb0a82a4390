import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

/** Files that shrink; fonts and pictures are compressed already. */
const SHRINKS = /\.(js|css|html|svg|wasm|json)$/;
const COMPRESSED_BYTES_MIN = 1024;

function filesBelow(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesBelow(path) : [path];
  });
}

/** Writes a brotli and a gzip form beside each file, so that the server never compresses. */
function precompress() {
  return {
    name: "precompress",
    apply: "build" as const,
    writeBundle(options: { dir?: string | undefined }) {
      for (const path of filesBelow(options.dir ?? "dist").filter((file) => SHRINKS.test(file))) {
        const bytes = readFileSync(path);
        if (bytes.length < COMPRESSED_BYTES_MIN) continue;
        const params = { [constants.BROTLI_PARAM_QUALITY]: 11 };
        writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params }));
        writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
      }
    },
  };
}

// Relative URLs, because the app may be served below any path prefix.
export default defineConfig({
  base: "./",
  plugins: [react(), precompress()],
  build: { target: "es2022", sourcemap: false, assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  worker: { format: "es" },
  server: { proxy: { "/api": { target: "http://127.0.0.1:4040", ws: true } } },
  test: { include: ["src/**/*.test.ts", "src/**/*.test.tsx"] },
});
