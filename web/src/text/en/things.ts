// What nodes are, how they fare, and what they are grouped by.

const process = { one: "process", many: "processes" };
const service = { one: "service", many: "services" };

export const things = {
  /** Of a node, whatever it is. */
  node: { one: "node", many: "nodes" },
  /** By the view that lists them, within a sentence. */
  nouns: {
    processes: process,
    "processes-by-name": { one: "process name", many: "process names" },
    containers: { one: "container", many: "containers" },
    "containers-by-hostname": { one: "DNS name", many: "DNS names" },
    "containers-by-image": { one: "image", many: "images" },
    hosts: { one: "host", many: "hosts" },
    pods: { one: "pod", many: "pods" },
    "kube-controllers": { one: "controller", many: "controllers" },
    services: service,
    "swarm-services": service,
    "ecs-tasks": { one: "task", many: "tasks" },
    "ecs-services": service,
  },
  severalProcesses: "several processes",
  replicated: "group",
  outsideContainers: "Outside containers",
  states: {
    plain: "running",
    paused: "paused",
    restarting: "restarting",
    stopped: "stopped",
    unhealthy: "unhealthy",
    unknown: "unknown",
  },
  shapes: {
    circle: "Host",
    triangle: "Other",
    square: "Process",
    pentagon: "Task",
    hexagon: "Container",
    heptagon: "Pod, service or controller",
    octagon: "Controller",
    cloud: "Outside: Internet, service",
    cylinder: "Volume",
    dottedcylinder: "Volume claim",
    dottedtriangle: "Snapshot",
    sheet: "Storage class",
  },
  notObserved: "Not observed",
  isNotObserved: "not observed",
  /** Ways to group. */
  groupings: {
    host: "Host",
    namespace: "Namespace",
    project: "Compose project",
    network: "Network",
    app: "App",
    pod: "Pod",
    container: "Container",
    image: "Image",
    name: "Name",
  },
  /** The box of those without a value. */
  ungrouped: (grouping: string) => `No ${grouping.toLowerCase()}`,
  loose: "Not connected",
  /** Headings of a view's options. */
  optionGroups: {
    system: "Kind",
    stopped: "State",
    pseudo: "Not observed",
    unconnected: "Unconnected",
    storage: "Storage",
    snapshot: "Snapshots",
    namespace: "Namespace",
  },
  nameColumn: "Name",
  network: (name: string) => `network ${name}`,
};
