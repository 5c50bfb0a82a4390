// A view of any number of containers, always the same for the same number: what the app would say of many hosts with
// many projects on them. Most connections stay within a project, some go to the projects that serve all.

import { stableHash } from "../src/domain/hue";

type Json = Record<string, unknown>;

const WORDS =
  "auth billing cart checkout currency frontend gateway inventory ledger mail orders payment quote redis search session ship user worker".split(
    " ",
  );
const IMAGES = ["nginx", "redis", "postgres", "rabbitmq", "shop/orders", "shop/payment", "shop/user"];
const STATES = ["Up 2 minutes (Paused)", "Restarting (1) 4 seconds ago", "Up 3 hours (unhealthy)"];
const CONTAINERS_PER_PROJECT = 20;
const PROJECTS_PER_HOST = 5;
/** One container of so many is not well, in a small view and in a large one. */
const TROUBLE_EVERY = 29;
const TROUBLE_EVERY_LARGE = 397;
const LARGE = 1000;
/** The first projects serve all others. */
const SERVING_PROJECTS = 3;
/** One container of so many talks to nobody. */
const LONELY_EVERY = 17;

/** An even number from 0 to 1, the same for the same words. */
function share(...words: readonly (string | number)[]): number {
  return stableHash(words.join(" ")) / 2 ** 32;
}

function idOf(index: number): string {
  return `${stableHash(`${index}`).toString(16).padStart(8, "0")}${index};<container>`;
}

function pick<T>(list: readonly T[], at: number): T {
  const found = list[Math.floor(at * list.length)];
  if (found === undefined) throw new Error("a share is below 1");
  return found;
}

/** Whom a container talks to: those before it in its project, some others, the database of its project. */
function talksTo(index: number, count: number): string[] {
  if (index % LONELY_EVERY === 3) return [];
  const home = Math.floor(index / CONTAINERS_PER_PROJECT) * CONTAINERS_PER_PROJECT;
  const size = Math.min(CONTAINERS_PER_PROJECT, count - home);
  const targets = [0, 1, 2].flatMap((turn) => {
    if (turn === 2 && share(index, "talks") < 0.5) return [];
    const way = share(index, turn, "near");
    if (way < 0.93) return [home + Math.floor(share(index, turn, "to") ** 2 * size)];
    const reach = way < 0.98 ? Math.min(count, SERVING_PROJECTS * CONTAINERS_PER_PROJECT) : count;
    return [Math.floor(share(index, turn, "far") * reach)];
  });
  return [...new Set(targets)].filter((to) => to !== index && to % LONELY_EVERY !== 3).map(idOf);
}

function labels(rows: Readonly<Record<string, string>>): Json {
  const table = Object.entries(rows).map(([label, value]) => ({
    id: `label_${label}`,
    entries: { label, value },
  }));
  return { id: "docker_label_", label: "Docker labels", type: "property-list", columns: null, rows: table };
}

function metrics(index: number, turn: number): Json[] {
  const wave = 0.8 + 0.2 * Math.sin(turn / 3 + share(index, "phase") * 6);
  const cpu = Math.round(share(index, "cpu") ** 3 * wave * 9000) / 100;
  const bytes = Math.round(share(index, "memory") ** 2 * wave * 6e8);
  return [
    {
      id: "docker_cpu_total_usage",
      label: "CPU",
      format: "percent",
      value: cpu,
      priority: 1,
      min: 0,
      max: 100,
    },
    {
      id: "docker_memory_usage",
      label: "Memory",
      format: "filesize",
      value: bytes,
      priority: 2,
      min: 0,
      max: 0,
    },
  ].map((row) => ({ ...row, samples: null, url: "" }));
}

/** A container of `count`; its figures are those of `turn`. */
export function container(index: number, count: number, turn: number): Json {
  const project = Math.floor(index / CONTAINERS_PER_PROJECT);
  const name = pick(WORDS, share(project, "project"));
  const hosts = Math.max(1, Math.round(count / CONTAINERS_PER_PROJECT / PROJECTS_PER_HOST));
  const host = `host-${String(Math.floor(share(project, "host") * hosts) + 1).padStart(2, "0")}`;
  const every = count < LARGE ? TROUBLE_EVERY : TROUBLE_EVERY_LARGE;
  const state = index % every === 5 ? pick(STATES, share(index, "state")) : "Up 37 minutes";
  const image = pick(IMAGES, share(index, "image"));
  return {
    id: idOf(index),
    label: `${pick(WORDS, share(index, "name"))}-${index}`,
    labelMinor: host,
    rank: image,
    shape: "hexagon",
    adjacency: talksTo(index, count),
    metadata: [
      { id: "docker_container_state_human", label: "State", priority: 4, value: state },
      {
        id: "docker_container_networks",
        label: "Networks",
        priority: 7,
        value: `${name}-${project}_default`,
      },
    ],
    metrics: metrics(index, turn),
    parents: [
      { id: `${host};<host>`, label: host, topologyId: "hosts" },
      { id: `${image};<container_image>`, label: image, topologyId: "containers-by-image" },
    ],
    tables: [
      labels({
        "com.docker.compose.project": `${name}-${project}`,
        app: pick(WORDS, share(index, "app")),
        tier: pick(["front", "back", "data"], share(index, "tier")),
      }),
    ],
  };
}

/** All of them. */
export function crowd(count: number, turn = 0): Json[] {
  return Array.from({ length: count }, (_, index) => container(index, count, turn));
}
