// Draws what of a scene is in sight and large enough to be told apart, and takes away what is not.
import { HEAD, textWidth, wording } from "./plan.js";
import { apart, touch } from "./scene.js";
import { curve, element, icon, severed } from "./shapes.js";

/** The icon of each state, from the page's sprite. What carries only data has none. */
export const ICONS = { flows: "gradient-ok", cut: "gradient-cut", none: "gradient-none", zero: "gradient-zero", "non-finite": "gradient-non-finite", frozen: "gradient-frozen", "not-run": "gradient-not-run" };

/** What is said of each state. */
export const WORDS = {
  flows: "the gradient flows",
  cut: "the gradient is cut here",
  none: "no gradient arrives",
  zero: "the gradient is zero",
  "non-finite": "the gradient is not finite",
  frozen: "frozen",
  "not-run": "backward did not come here",
  data: "carries no gradient",
};

const GAP = 34;

/** In pixels of the screen: the least height of an open box that shows what is in it. */
const OPEN = 28;
/** The least scales at which boxes have names, and lines labels. */
const NAMED = 0.25;
const LABELLED = 0.42;

export class Drawing {
  /** @param {SVGGElement} layer */
  constructor(layer) {
    const [floors, lines, boxes, labels] = ["floors", "lines", "boxes", "labels"].map((name) => layer.appendChild(element("g", { class: name, role: "presentation" })));
    Object.assign(this, { floors, lines, boxes, labels });
    /** @type {Map<string, Element[]>} */
    this.drawn = new Map();
    this.scene = null;
  }

  /**
   * @param {import("./scene.js").Scene} scene
   * @param {import("./scene.js").Rect} sight
   * @param {number} scale
   * @param {(box: import("./graph.js").Box) => boolean} telling  what is drawn however small it is
   */
  show(scene, sight, scale, telling) {
    if (this.scene !== scene) this.clear();
    this.scene = scene;
    const wanted = new Map();
    const seen = (each) => touch(each, sight) && apart(each, scale, OPEN);
    const [named, labelled] = [scale >= NAMED, scale >= LABELLED];
    for (const box of scene.boxes) {
      const open = box.open && box.height * scale >= OPEN;
      if (seen(box) || (telling(box.box) && touch(box, sight))) wanted.set(`${box.key} ${open} ${named}`, () => this.box(box, open, named));
    }
    for (const line of scene.lines) if (seen(line)) wanted.set(`${line.key} ${labelled}`, () => this.line(line, labelled));
    for (const [key, elements] of this.drawn) {
      if (wanted.has(key)) continue;
      for (const each of elements) each.remove();
      this.drawn.delete(key);
    }
    for (const [key, make] of wanted) if (!this.drawn.has(key)) this.drawn.set(key, make());
  }

  clear() {
    for (const elements of this.drawn.values()) for (const each of elements) each.remove();
    this.drawn.clear();
  }

  /** A box; an open one that is too small to show what is in it looks as if it were closed. */
  box(seen, open, named) {
    const { box, x, y, width, height, depth } = seen;
    if (!box.parent) return [];
    const shape = box.kind === "op" || box.kind === "end" ? height / 2 : open ? 10 : 7;
    const names = `box ${box.kind} ${box.times ? box.state : "ahead"}${open ? ` open deep-${Math.min(depth, 4)}` : ""}${box.findings.length ? " found" : ""}`;
    const made = element("g", { class: names, transform: `translate(${x} ${y})`, "data-box": box.id, id: `map-box-${box.id}`, role: "treeitem", "aria-level": depth, "aria-label": spoken(seen), "aria-expanded": box.children.length ? String(seen.open) : null }, [
      element("rect", { class: "body", width, height, rx: shape }),
      ...(named ? (open ? title(box, width) : face(box, width, height)) : []),
    ]);
    (open ? this.floor(depth) : this.boxes).append(made);
    return [made];
  }

  /** An open box lies under all that is deeper, and under every line. */
  floor(depth) {
    while (this.floors.childElementCount <= depth) this.floors.append(element("g", { role: "presentation" }));
    return this.floors.children[depth];
  }

  line({ wire, points, label }, labelled) {
    const through = !wire.from.startsWith("box ") || !wire.to.startsWith("box ");
    const gap = wire.state === "cut" && !through ? severed(points, GAP) : null;
    const made = gap ? this.cut(gap) : [this.plain(wire, points)];
    this.lines.append(...made);
    if (labelled && label?.text) {
      const text = this.label(wire, label.text, gap ? beside(gap.middle, label.text) : label);
      this.labels.append(text);
      made.push(text);
    }
    return made;
  }

  /** Where nothing ran yet, no shape is known either. */
  plain(wire, points) {
    const ahead = wire.state === "not-run" && wire.edges.every((edge) => !edge.shape);
    return element("path", { class: `line ${ahead ? "ahead" : wire.state}`, d: curve(points), "marker-end": `url(#map-tip-${wire.state})` });
  }

  /** The tensor goes on, the gradient does not come back. */
  cut({ before, after, middle }) {
    return [
      element("path", { class: "line cut", d: curve(before) }),
      element("path", { class: "line cut", d: curve(after), "marker-end": "url(#map-tip-cut)" }),
      element("g", { class: "scissors", transform: `translate(${middle.x} ${middle.y})` }, [
        element("circle", { r: 12 }),
        element("path", { d: "M-7 -3H-2M2 3H7M-4.5 5.5L4.5 -5.5" }),
      ]),
    ];
  }

  label(wire, text, { x, y }) {
    const width = labelWidth(text);
    return element("g", { class: `label ${wire.state}`, transform: `translate(${x} ${y})` }, [
      element("rect", { x: -width / 2, y: -8.5, width, height: 17, rx: 4 }),
      element("text", { "text-anchor": "middle", y: 3.8 }, [text]),
    ]);
  }
}

const labelWidth = (text) => textWidth(text, "mono") + 8;

/** To the right of the scissors. */
const beside = ({ x, y }, text) => ({ x: x + 18 + labelWidth(text) / 2, y });

/** The title of an open box. */
function title(box, width) {
  const { title: name, detail } = wording(box);
  const glyph = box.times ? ICONS[box.state] : null;
  return [
    element("rect", { class: "head", width, height: HEAD - 4, rx: 10 }),
    element("path", { class: "chevron", d: "M13 12.5l4.5 5 4.5-5" }),
    element("text", { class: "title", x: 30, y: 20 }, [`${name} `, element("tspan", { class: "detail", dx: 4 }, [detail])]),
    ...(glyph && box.state !== "flows" ? [icon(glyph, width - 26, 9)] : []),
  ];
}

/** What is written on a closed box. */
function face(box, width, height) {
  const { title: name, detail, mono } = wording(box);
  const glyph = box.times ? ICONS[box.state] : null;
  const slim = height < 40;
  const middle = slim ? height / 2 + 4.5 : 18;
  const found = [element("text", { class: mono ? "title mono" : "title", x: 12, y: middle }, slim && detail ? [`${name} `, element("tspan", { class: "detail", dx: 2 }, [detail])] : [detail ? `${name} ` : name])];
  if (detail && !slim) found.push(element("text", { class: "detail", x: 12, y: 34 }, [detail]));
  const right = width - (box.children.length ? 40 : 24);
  if (glyph) found.push(icon(glyph, right, height / 2 - 7));
  if (box.children.length) found.push(element("path", { class: "chevron", d: `M${width - 19} ${height / 2 - 4.5}l5 4.5-5 4.5` }));
  return found;
}

/** @param {import("./scene.js").Seen} seen @returns {string} what a screen reader says */
function spoken({ box }) {
  const { title: name, detail } = wording(box);
  const findings = box.findings.length ? `, ${box.findings.length} finding${box.findings.length > 1 ? "s" : ""}` : "";
  return `${name} ${detail}, ${box.times ? WORDS[box.state] : "was not run"}${findings}`.replace(/ ,/g, ",");
}
