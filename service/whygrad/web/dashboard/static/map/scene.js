// All that is to be seen, at its place in the whole drawing.
import { boxKey } from "./wiring.js";
import { labelOf } from "./plan.js";

/**
 * @typedef {{x: number, y: number, width: number, height: number}} Rect
 * @typedef {Rect & {key: string, box: import("./graph.js").Box, open: boolean, depth: number, around: Seen|null}} Seen
 * @typedef {Rect & {key: string, around: Seen, wire: import("./wiring.js").Wire, points: {x: number, y: number}[], label: {x: number, y: number, text: string}|null}} Line
 * @typedef {{boxes: Seen[], lines: Line[], places: Map<import("./graph.js").Box, Seen>, width: number, height: number}} Scene
 */

/** @param {import("./layout.js").Laid} laid of the whole program @returns {Scene} */
export function scene(laid, root, wiring) {
  const found = { boxes: [], lines: [], places: new Map(), width: laid.width, height: laid.height };
  add(found, root, laid, { x: 0, y: 0 }, null, wiring);
  return found;
}

function add(found, box, laid, at, around, wiring) {
  const depth = around ? around.depth + 1 : 0;
  const seen = { key: boxKey(box), box, open: laid.children.length > 0, depth, around, ...at, width: laid.width, height: laid.height };
  found.boxes.push(seen);
  found.places.set(box, seen);
  if (!seen.open) return;
  const wires = wiring.inside(box);
  laid.wires.forEach((line, place) => found.lines.push({ ...lineOf(wires[place], line, at), key: `line ${box.id}/${place}`, around: seen }));
  box.children.forEach((child, place) => {
    const { x, y, laid: inner } = laid.children[place];
    add(found, child, inner, { x: at.x + x, y: at.y + y }, seen, wiring);
  });
}

function lineOf(wire, { points, label }, at) {
  const moved = points.map((point) => ({ x: point.x + at.x, y: point.y + at.y }));
  const told = label && { x: label.x + at.x, y: label.y + at.y, text: labelOf(wire) };
  return { wire, points: moved, label: told, ...extent(moved) };
}

function extent(points) {
  const xs = points.map((point) => point.x);
  const ys = points.map((point) => point.y);
  const [x, y] = [Math.min(...xs) - 40, Math.min(...ys) - 12];
  return { x, y, width: Math.max(...xs) + 40 - x, height: Math.max(...ys) + 12 - y };
}

/** Whether a box, or a line, is in one that is tall enough for what is in it to be told apart. @param {Seen|Line} seen */
export const apart = ({ around }, scale, least) => !around || around.height * scale >= least;

/** Whether two rectangles share a point. @param {Rect} a @param {Rect} b */
export function touch(a, b) {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}
