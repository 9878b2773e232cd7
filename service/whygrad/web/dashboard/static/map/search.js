// Finds boxes by name, operation, variable, `shape:1,64` and `state:cut`.
import { wording } from "./plan.js";
import { shapeText } from "./wiring.js";

export const MOST_SHOWN = 50;

/** @typedef {import("./graph.js").Box} Box */

/** The boxes that a question means, in order. @param {import("./graph.js").Graph} graph @param {string} question @returns {Box[]} */
export function find(graph, question) {
  const words = question.trim().toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return [];
  const found = words.map((word) => matching(graph, word)).reduce((all, some) => new Set([...all].filter((box) => some.has(box))));
  return graph.boxes.filter((box) => box.parent && found.has(box));
}

function matching(graph, word) {
  const [, kind, text] = word.match(/^(shape|state):(.*)$/) ?? [null, null, word];
  if (kind === "shape") return byShape(graph, text);
  if (kind === "state") return new Set(graph.boxes.filter((box) => !box.children.length && box.state.startsWith(text)));
  const named = (box) => `${box.path} ${box.name} ${box.label} ${box.op} ${box.type}`.toLowerCase();
  return new Set(graph.boxes.filter((box) => box.kind !== "run" && named(box).includes(text) && isIt(box, text)));
}

/** Not everything in a module is called as it is: its own name, or that of what it holds itself. */
function isIt(box, text) {
  const own = box.kind === "op" ? [box.name, box.op, box.label] : [box.name, box.path, box.type, box.op, box.label];
  return own.some((each) => each.toLowerCase().includes(text));
}

/** Those that read or give a tensor with these sizes, one after the other; `*` is any. */
function byShape(graph, text) {
  const wanted = text.split(/[,x×]/).filter((size) => size !== "");
  const found = new Set();
  for (const edge of graph.edges) {
    if (edge.shape && wanted.length && has(edge.shape, wanted)) for (const op of [edge.from, edge.to]) found.add(graph.leaf[op]);
  }
  return found;
}

function has(shape, wanted) {
  for (let at = 0; at + wanted.length <= shape.length; at += 1) {
    if (wanted.every((size, place) => size === "*" || Number(size) === shape[at + place])) return true;
  }
  return false;
}

/** The field of the map: what is written there is found, shown and gone to. */
export class Search {
  /** @param {HTMLElement} form @param {import("./map.js").GradientMap} map */
  constructor(form, map) {
    this.map = map;
    this.input = form.querySelector("input");
    this.list = form.querySelector("[role=listbox]");
    this.told = form.querySelector("[role=status]");
    /** @type {Box[]} */
    this.found = [];
    this.chosen = -1;
    this.input.addEventListener("input", () => this.ask());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => setTimeout(() => this.close(), 150));
    this.list.addEventListener("pointerdown", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.go(Number(option.dataset.place));
    });
  }

  focus() {
    this.input.focus();
    this.input.select();
  }

  ask() {
    const question = this.input.value;
    this.found = find(this.map.graph, question);
    this.chosen = -1;
    const many = this.found.length === 1 ? "1 place" : `${this.found.length} places`;
    this.told.textContent = question.trim() ? many : "";
    this.list.replaceChildren(...this.found.slice(0, MOST_SHOWN).map((box, place) => this.option(box, place)));
    this.list.hidden = !this.found.length;
    this.input.setAttribute("aria-expanded", String(!this.list.hidden));
    this.map.highlight(new Set(this.found));
  }

  option(box, place) {
    const { title, detail } = wording(box);
    const option = document.createElement("li");
    Object.assign(option, { id: `map-found-${place}`, role: "option" });
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    option.dataset.place = String(place);
    const name = document.createElement("strong");
    name.textContent = title;
    const where = document.createElement("span");
    where.textContent = [detail, box.kind === "op" ? box.path : box.parent?.path, shapesAt(this.map.graph, box)].filter(Boolean).join(" · ");
    option.append(name, where);
    return option;
  }

  key(event) {
    if (event.key === "Escape") {
      this.input.value = "";
      this.ask();
      this.map.focus();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      this.choose(this.chosen + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (this.found.length) this.go(Math.max(0, this.chosen));
    }
  }

  choose(place) {
    const options = [...this.list.children];
    if (!options.length) return;
    this.chosen = (place + options.length) % options.length;
    options.forEach((option, at) => option.setAttribute("aria-selected", String(at === this.chosen)));
    options[this.chosen].scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", options[this.chosen].id);
  }

  go(place) {
    this.map.reveal(this.found[place]);
    this.close();
    this.map.focus();
  }

  close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}

function shapesAt(graph, box) {
  const given = graph.edges.find((edge) => box.ops.length === 1 && edge.from === box.ops[0] && edge.shape);
  return given ? shapeText(given.shape) : "";
}
