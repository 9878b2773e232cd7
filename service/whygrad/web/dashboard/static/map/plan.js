// How large everything is: what the layout is to be made of.
import { boxKey, shapesOf } from "./wiring.js";

/** @typedef {import("./graph.js").Box} Box */

const LINE = 15;
export const HEAD = 34;
const PAD = 12;
const family = (name) => getComputedStyle(document.documentElement).getPropertyValue(name);
const FONT = { name: `600 13px ${family("--text")}`, small: `11px ${family("--text")}`, mono: `11px ${family("--mono")}`, op: `500 11.5px ${family("--mono")}` };
const LONGEST = 34;

const canvas = document.createElement("canvas").getContext("2d");
const widths = new Map();

/** The width of a text in one of the map's fonts. */
export function textWidth(text, font) {
  const key = `${font} ${text}`;
  if (!widths.has(key)) {
    canvas.font = FONT[font];
    widths.set(key, canvas.measureText(text).width);
  }
  return widths.get(key);
}

export const short = (text, most = LONGEST) => (text.length > most ? `${text.slice(0, most / 2 - 1)}…${text.slice(1 - most / 2)}` : text);

/** @param {Box} box @returns {{title: string, detail: string, mono: boolean}} what is written on a box */
export function wording(box) {
  const again = box.call > 1 ? ` (call ${box.call})` : "";
  const often = box.times > 1 ? `×${box.times}` : "";
  switch (box.kind) {
    case "program":
      return { title: short(box.type || "program"), detail: "", mono: false };
    case "op":
      return { title: short(box.name), detail: often, mono: true };
    case "end":
      return { title: short(box.label && !/^\d+$/.test(box.label) ? box.label : box.name), detail: box.label && !/^\d+$/.test(box.label) ? box.name : box.label && box.label !== "0" ? box.label : "", mono: false };
    case "run":
      return { title: short(box.name), detail: `${box.ops.length} operations`, mono: false };
    case "layer":
      return { title: short(box.name) + again, detail: short([box.type, often, box.ops.length ? "" : "never runs"].filter(Boolean).join(" · ")), mono: false };
    default:
      return { title: short(box.name) + again, detail: short(box.type), mono: false };
  }
}

/** @param {import("./wiring.js").Wire} wire @returns {string} the shapes on a line, as far as there is room for them */
export function labelOf(wire) {
  const shapes = shapesOf(wire);
  if (!shapes.length) return wire.edges.some((edge) => edge.role === "number") ? "number" : "";
  return shapes.length > 1 ? `${short(shapes[0], 22)} +${shapes.length - 1}` : short(shapes[0], 26);
}

/**
 * The plan of a box, with those inside it where it is open. Nothing in it is called by what it is in the program, so
 * that the blocks of a deep one, which are alike, are laid out once.
 * @returns {import("./layout.js").Plan}
 */
export function plan(box, folding, wiring) {
  if (!folding.isOpen(box)) return signed({ ...sizeOf(box), head: 0, children: [], wires: [], ports: [] });
  const children = box.children.map((child) => plan(child, folding, wiring));
  const places = new Map(box.children.map((child, place) => [boxKey(child), place]));
  const wires = wiring.inside(box);
  const ports = [...new Set(wires.flatMap(({ from, to }) => [from, to]).filter((key) => !places.has(key)))];
  const sized = wires.map((wire) => wireOf(wire, places, ports, children));
  return signed({ width: titleWidth(box), height: 0, head: box.parent ? HEAD : 0, children, wires: sized, ports });
}

const known = new Map();

/** The plan with a number that those have in common which are alike. */
function signed(plan) {
  const inside = plan.children.map((child) => child.signature);
  const told = JSON.stringify([plan.width, plan.height, plan.head, inside, plan.wires, plan.ports.map(way)]);
  if (!known.has(told)) known.set(told, known.size);
  return { ...plan, signature: known.get(told) };
}

/** Whether a tensor passes the border inwards or outwards. */
const way = (port) => port.slice(0, port.indexOf(" "));

function wireOf(wire, places, ports, children) {
  const named = (key) => (places.has(key) ? `box ${places.get(key)}` : `${way(key)} ${ports.indexOf(key)}`);
  const label = places.has(wire.from) && places.has(wire.to) ? labelOf(wire) : "";
  const size = label ? { width: textWidth(label, "mono") + 10, height: LINE + 3 } : { width: 0, height: 0 };
  const tensor = wire.edges[0].from;
  const leaves = children[places.get(wire.from)]?.ports.indexOf(`out ${tensor}`) ?? -1;
  const enters = children[places.get(wire.to)]?.ports.indexOf(`in ${tensor}`) ?? -1;
  return { from: named(wire.from), to: named(wire.to), leaves, enters, ...size };
}

/** The width of the title of an open box, with its chevron and its icon. */
function titleWidth(box) {
  const { title, detail } = wording(box);
  return box.parent ? Math.ceil(30 + textWidth(title, "name") + 8 + textWidth(detail, "small") + 40) : 0;
}

/** The size of a closed box. */
function sizeOf(box) {
  const { title, detail, mono } = wording(box);
  const text = Math.max(textWidth(title, "name"), textWidth(detail, "small"));
  const glyph = box.times && box.state !== "data" ? 18 : 0;
  const beside = 8 + glyph + (box.children.length ? 18 : 0);
  if (box.kind === "op" || box.kind === "end") {
    const width = textWidth(title, mono ? "op" : "name") + (detail ? textWidth(detail, "small") + 8 : 0);
    return { width: Math.ceil(width + 2 * PAD + glyph), height: 28 };
  }
  return { width: Math.ceil(text + 2 * PAD + beside), height: detail ? 44 : 32 };
}
