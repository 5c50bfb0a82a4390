// Posts a recorded report whose connections carry something, anew every second, to look at edges with.
// Usage: node bench/tell.mjs URL [recording]

import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { runnerImport } from "vite";

const [url = "http://127.0.0.1:4040", folder = "docker"] = process.argv.slice(2);
const here = new URL(".", import.meta.url).pathname;
const { module } = await runnerImport(`${here}../tests/telling.ts`);
const packed = readFileSync(`${here}../../testdata/conformance/${folder}/report.json.gz`);
const recorded = JSON.parse(gunzipSync(packed).toString());

async function post() {
  const body = JSON.stringify(module.telling(recorded, Math.floor(Date.now() / 1000) * 1000, 15));
  const answer = await fetch(`${url}/api/report`, { method: "POST", headers: { "Content-Type": "application/json" }, body });
  if (!answer.ok) console.error(answer.status, await answer.text());
}

await post();
setInterval(post, 1000);
