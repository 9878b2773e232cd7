// What goes between the boxes of one open box, and through its border.
import { WORST, worst } from "./graph.js";

/**
 * @typedef {import("./graph.js").Box} Box
 * @typedef {import("./graph.js").Edge} Edge
 *
 * @typedef {object} Wire   edges that are drawn as one line
 * @property {string} from  a box, `box 5`, or a tensor that comes through the border, `in 12` (12 made it)
 * @property {string} to    a box, or a tensor that leaves, `out 12`
 * @property {Edge[]} edges
 * @property {import("./graph.js").State} state
 */

export const boxKey = (box) => `box ${box.id}`;
const entry = (op) => `in ${op}`;
const exit = (op) => `out ${op}`;

/** Sorts the edges of a graph by the open boxes in which a piece of them is drawn. */
export class Wiring {
  /** @param {import("./graph.js").Graph} graph @param {import("./folding.js").Folding} folding */
  constructor(graph, folding) {
    this.graph = graph;
    this.folding = folding;
    /** @type {Map<Box, Map<string, Wire>>} */
    this.wires = new Map();
    for (const edge of graph.edges) this.add(edge);
  }

  /** @param {Box} box an open one @returns {Wire[]} */
  inside(box) {
    const here = new Set(box.children.map(boxKey));
    const drawn = (key) => !key.startsWith("box ") || here.has(key);
    return [...(this.wires.get(box)?.values() ?? [])].filter(({ from, to }) => drawn(from) && drawn(to));
  }

  add(edge) {
    const from = this.way(this.graph.leaf[edge.from]);
    const to = this.way(this.graph.leaf[edge.to]);
    let shared = 0;
    while (shared < from.length && shared < to.length && from[shared] === to[shared]) shared += 1;
    if (shared === from.length && shared === to.length && !this.loops(edge, from)) return;
    const around = from[Math.min(shared, from.length, to.length) - 1];
    const [a, b] = [from[shared], to[shared]];
    if (!a || !b) return this.note(from[from.length - 2], boxKey(from[from.length - 1]), boxKey(from[from.length - 1]), edge);
    const open = this.folding.isOpen(a) || this.folding.isOpen(b);
    this.note(around, boxKey(a), boxKey(b), edge, open ? ` ${edge.from}` : "");
    for (let at = shared; at < from.length - 1; at += 1) this.note(from[at], boxKey(from[at + 1]), exit(edge.from), edge);
    for (let at = shared; at < to.length - 1; at += 1) this.note(to[at], entry(edge.from), boxKey(to[at + 1]), edge);
  }

  /** An operation that reads what it gave in the round before; what loops inside a closed box is not seen. */
  loops(edge, way) {
    return edge.from === edge.to && way[way.length - 1] === this.graph.leaf[edge.from] && way.length > 1;
  }

  /** The boxes from the program down to what stands for a box. */
  way(box) {
    const way = [];
    for (let each = this.folding.standIn(box); each; each = each.parent) way.push(each);
    return way.reverse();
  }

  note(around, from, to, edge, apart = "") {
    if (!this.wires.has(around)) this.wires.set(around, new Map());
    const wires = this.wires.get(around);
    const key = `${from}>${to}${apart}`;
    if (!wires.has(key)) wires.set(key, { from, to, edges: [], state: edge.state });
    const wire = wires.get(key);
    wire.edges.push(edge);
    wire.state = worst([wire.state, edge.state]);
  }
}

/** The shapes of a wire, each once: of those that a gradient belongs to first. @param {Wire} wire */
export function shapesOf(wire) {
  const edges = [...wire.edges].sort((a, b) => WORST.indexOf(a.state) - WORST.indexOf(b.state));
  return [...new Set(edges.map((edge) => shapeText(edge.shape)).filter(Boolean))];
}

/** `2×64×56×56`; a number taken out of a tensor has no shape. */
export function shapeText(shape) {
  if (!shape) return "";
  return shape.length ? shape.join("×") : "scalar";
}
