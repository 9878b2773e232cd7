// Where boxes stand inside an open box. Each open box is laid out by itself, what is in it before: so opening one
// moves nothing inside the others. Runs in the page, and in a worker where there is much to do.
import dagre from "../vendor/dagre-3.1.3.esm.js";

/**
 * @typedef {object} Plan        a box with all that is open in it
 * @property {number} signature   two plans that are alike have the same
 * @property {number} width      of a closed box
 * @property {number} height
 * @property {number} head       the height of the title of an open one
 * @property {Plan[]} children
 * @property {PlannedWire[]} wires
 * @property {string[]} ports    the tensors that pass the border, `in 12` or `out 12`
 *
 * @typedef {object} PlannedWire
 * @property {string} from    `box 3`, the child at that place, or `in 0`, the port at that place
 * @property {string} to      `box 3`, or `out 0`
 * @property {number} leaves  the port of the child that it comes from, and of the one that it goes to: -1 where the
 * @property {number} enters    child is closed
 * @property {number} width   of its label
 * @property {number} height
 *
 * @typedef {object} Laid        where things are, from the upper left corner of the box
 * @property {number} width
 * @property {number} height
 * @property {{x: number, y: number, laid: Laid}[]} children   as the plan has them
 * @property {{points: {x: number, y: number}[], label: {x: number, y: number}|null}[]} wires
 * @property {number[]} ports    where tensors pass the border, from the left
 */

const MARGIN = 18;
const TOP = "top";
const BOTTOM = "bottom";

/** @param {Plan} plan @param {Map<number, Laid>} known @returns {Laid} */
export function arrange(plan, known = new Map()) {
  const kept = known.get(plan.signature);
  if (kept) return kept;
  const laid = plan.children.length ? inside(plan, known) : closed(plan);
  known.set(plan.signature, laid);
  return laid;
}

const closed = ({ width, height }) => ({ width, height, children: [], wires: [], ports: [] });

function inside(plan, known) {
  const laid = plan.children.map((child) => arrange(child, known));
  const graph = new dagre.graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: "TB", nodesep: 22, edgesep: 14, ranksep: 30, marginx: 0, marginy: 0, ranker: "network-simplex" });
  graph.setDefaultEdgeLabel(() => ({}));
  laid.forEach(({ width, height }, place) => graph.setNode(`box ${place}`, { width, height }));
  const ports = plan.ports.map((port, place) => `${port.startsWith("in ") ? "in" : "out"} ${place}`);
  pinToBorders(graph, ports);
  plan.wires.forEach((wire, place) => {
    const label = wire.width ? { width: wire.width, height: wire.height, labelpos: "c" } : {};
    graph.setEdge(wire.from, wire.to, { ...label, minlen: 1 }, String(place));
  });
  dagre.layout(graph);
  return placed(plan, graph, laid, ports);
}

/** What comes in begins at the upper border, what goes out ends at the lower one. */
function pinToBorders(graph, ports) {
  if (!ports.length) return;
  graph.setNode(TOP, { width: 1, height: 1 });
  graph.setNode(BOTTOM, { width: 1, height: 1 });
  for (const port of ports) {
    graph.setNode(port, { width: 12, height: 0 });
    if (port.startsWith("in ")) graph.setEdge(TOP, port, { weight: 50, minlen: 1 }, "pin");
    else graph.setEdge(port, BOTTOM, { weight: 50, minlen: 1 }, "pin");
  }
}

function placed(plan, graph, laid, ports) {
  const box = bounds(graph, laid);
  const width = Math.max(plan.width, box.right - box.left + 2 * MARGIN);
  const shift = { x: MARGIN - box.left + (width - (box.right - box.left + 2 * MARGIN)) / 2, y: plan.head + MARGIN - box.top };
  const height = plan.head + box.bottom - box.top + 2 * MARGIN;
  const children = laid.map((inner, place) => {
    const { x, y } = graph.node(`box ${place}`);
    return { x: x - inner.width / 2 + shift.x, y: y - inner.height / 2 + shift.y, laid: inner };
  });
  const portX = Object.fromEntries(ports.map((port) => [port, graph.node(port).x + shift.x]));
  const wires = plan.wires.map((wire, place) => {
    const { points, x, y } = graph.edge(wire.from, wire.to, String(place));
    const moved = points.map((point) => ({ x: point.x + shift.x, y: point.y + shift.y }));
    meetBorders(moved, wire, portX, { top: plan.head, bottom: height });
    meetPorts(moved, wire, children);
    return { points: moved, label: wire.width ? { x: x + shift.x, y: y + shift.y } : null };
  });
  return { width, height, children, wires, ports: Object.values(portX) };
}

/** A line through the border begins, or ends, at it. */
function meetBorders(points, wire, portX, { top, bottom }) {
  if (wire.from in portX) points.unshift({ x: portX[wire.from], y: top });
  if (wire.to in portX) points.push({ x: portX[wire.to], y: bottom });
}

/** A line to an open box ends where the tensor goes on inside. */
function meetPorts(points, { from, to, leaves, enters }, children) {
  const child = (key) => children[Number(key.split(" ")[1])];
  if (leaves >= 0) points[0] = { x: child(from).x + child(from).laid.ports[leaves], y: child(from).y + child(from).laid.height };
  if (enters >= 0) points[points.length - 1] = { x: child(to).x + child(to).laid.ports[enters], y: child(to).y };
}

function bounds(graph, laid) {
  const box = { left: Infinity, right: -Infinity, top: Infinity, bottom: -Infinity };
  const include = (x, y, width, height) => {
    box.left = Math.min(box.left, x - width / 2);
    box.right = Math.max(box.right, x + width / 2);
    box.top = Math.min(box.top, y - height / 2);
    box.bottom = Math.max(box.bottom, y + height / 2);
  };
  laid.forEach(({ width, height }, place) => include(graph.node(`box ${place}`).x, graph.node(`box ${place}`).y, width, height));
  for (const edge of graph.edges()) {
    if (edge.v === TOP || edge.w === BOTTOM) continue;
    const { points = [], x, y, width } = graph.edge(edge);
    for (const point of points) include(point.x, point.y, 0, 0);
    if (width) include(x, y, width, 0);
  }
  return box;
}
