// The gradient map of a diagnosis, as an element of the page: <gradient-map data-graph="…" data-diagnosis="…">.
//
// It draws the graph that the engine sketched (engine/graph): graph reads it into boxes, folding says which are open,
// wiring which lines that leaves, layout (dagre, in a worker where there is much) places what is in each open box by
// itself, so that opening one moves nothing inside another, and draw makes only what is in sight. The picture that
// stands by itself, render/svg.py, is no second copy of this: it sets the same graph below itself in the order of
// execution, which needs no layout and no browser.
import { Camera } from "./camera.js";
import { Drawing } from "./draw.js";
import { link, list } from "./findings.js";
import { Folding } from "./folding.js";
import { readGraph } from "./graph.js";
import { arranged } from "./laying.js";
import { Marks } from "./marks.js";
import { Minimap } from "./minimap.js";
import { press } from "./navigate.js";
import { tell } from "./panel.js";
import { plan } from "./plan.js";
import { scene } from "./scene.js";
import { Search } from "./search.js";
import { Wiring } from "./wiring.js";

const FAR = 0.42;
const READABLE = 0.72;
/** So far, as a logarithm, the scale may go until it is looked again what is large enough to be drawn. */
const NEARER = 0.25;

export class GradientMap extends HTMLElement {
  async connectedCallback() {
    try {
      this.graph = readGraph(await json(this.dataset.graph));
    } catch (problem) {
      this.excuse(problem.message);
      return;
    }
    this.findings = [...this.querySelectorAll(".map-findings button")].map(({ title, dataset }) => ({ title, ...dataset }));
    this.build();
    this.folding.begin();
    await this.draw();
    this.begin();
    await this.learnParameters();
  }

  /** The norms are in the diagnosis, which may be long: what is drawn does not wait for it. */
  async learnParameters() {
    this.parameters = (await json(this.dataset.diagnosis)).parameters;
    if (this.chosen) tell(this.panel, this, this.chosen);
  }

  parameters = [];

  /** Nothing can be drawn: the table stands instead, and why. */
  excuse(why) {
    const told = this.querySelector(".map-none");
    told.textContent = why;
    told.hidden = false;
    this.hidden = false;
    this.dataset.ready = "none";
  }

  build() {
    this.hidden = false;
    this.classList.add("drawn");
    this.folding = new Folding(this.graph);
    this.stage = this.querySelector(".map-stage");
    this.panel = this.querySelector(".map-panel");
    const world = this.querySelector(".map-world");
    this.drawing = new Drawing(world);
    this.marks = new Marks(this.graph, this.findings, world, this.querySelector(".map-front"));
    this.camera = new Camera(this.stage, world, () => this.moved());
    this.minimap = new Minimap(this.querySelector(".map-mini"), this.camera);
    this.search = new Search(this.querySelector(".map-search"), this);
    this.lit = new Set();
    this.stage.addEventListener("keydown", (event) => press(this, event) && event.preventDefault());
    this.stage.addEventListener("click", (event) => this.clicked(event));
    this.stage.addEventListener("dblclick", (event) => this.boxAt(event) && this.toggle(this.boxAt(event)));
    this.addEventListener("click", (event) => this.button(event));
    list(this);
    link(this);
    new ResizeObserver(() => this.moved()).observe(this.stage);
    const { untold } = this.graph;
    if (untold > 0) this.querySelector(".map-untold").textContent = `and ${untold.toLocaleString("en")} more operations, which are not drawn`;
    const table = document.getElementById("map-table");
    if (table) table.open = false;
  }

  /** How often it was laid out; of several at once only the newest is drawn. */
  layouts = 0;

  /** Lay out what is open and draw it; what is under the eye stays where it is. */
  async draw(still = null) {
    const number = (this.layouts += 1);
    const wiring = new Wiring(this.graph, this.folding);
    this.wait(true);
    const laid = await arranged(plan(this.graph.root, this.folding, wiring));
    if (number !== this.layouts) return;
    this.wait(false);
    const before = still && this.scene?.places.get(still);
    this.wiring = wiring;
    this.scene = scene(laid, this.graph.root, wiring);
    this.camera.world = this.scene;
    const after = before && this.scene.places.get(still);
    if (after) {
      this.camera.pan((before.x - after.x) * this.camera.scale, (before.y - after.y) * this.camera.scale);
    }
    this.marks.show(this.scene, (box) => this.folding.standIn(box));
    this.minimap.show(this.scene);
    this.moved(true);
  }

  wait(waits) {
    this.stage.setAttribute("aria-busy", String(waits));
    this.querySelector(".map-busy").textContent = waits ? `Laying out ${this.folding.shown().length.toLocaleString("en")} boxes…` : "";
  }

  /** Begin where the fault is. */
  begin() {
    this.choose(this.graph.marks.find((mark) => mark.box)?.box ?? this.graph.root);
    this.look();
    this.dataset.ready = "drawn";
    this.atHash();
    addEventListener("hashchange", () => this.atHash());
  }

  /** All of it where that can be read, else what is chosen. */
  look() {
    this.camera.fit();
    if (this.camera.scale >= READABLE) return;
    const chosen = this.scene.places.get(this.active);
    const place = chosen?.around ? chosen : this.scene.boxes.find((each) => !each.open);
    if (place) this.camera.centre(place, 0.9);
  }

  moved(anew = false) {
    if (!this.scene) return;
    const sight = this.camera.sight();
    this.classList.toggle("far", this.camera.scale < FAR);
    if (anew || !inside(sight, this.drawnFor) || Math.abs(Math.log(this.camera.scale / this.drawnAt)) > NEARER) {
      [this.drawnFor, this.drawnAt] = [this.camera.sight(0.5), this.camera.scale];
      this.drawing.show(this.scene, this.drawnFor, this.drawnAt, (box) => this.tells(box));
      this.paint();
    }
    this.marks.place(this.camera);
    this.minimap.place();
  }

  /** What is drawn however small: a place of a finding, what is chosen, what was searched for. */
  tells(box) {
    return box === this.standing || box.findings.length > 0 || this.isLit(box);
  }

  /** Which box is chosen, and which are found. */
  paint() {
    for (const each of this.stage.querySelectorAll("[data-box]")) {
      const box = this.graph.boxes[Number(each.dataset.box)];
      const chosen = box === this.standing;
      each.classList.toggle("chosen", chosen);
      each.setAttribute("aria-selected", String(chosen));
      each.classList.toggle("lit", this.isLit(box));
    }
    this.classList.toggle("searching", this.lit.size > 0);
    const active = this.standing && this.stage.querySelector(`#map-box-${this.standing.id}`);
    if (active) this.stage.setAttribute("aria-activedescendant", active.id);
    else this.stage.removeAttribute("aria-activedescendant");
  }

  isLit(box) {
    return this.lit.has(box) || (!this.folding.isOpen(box) && this.within.has(box));
  }

  highlight(boxes) {
    this.lit = boxes;
    this.within = new Set([...boxes].map((box) => this.folding.standIn(box)));
    this.moved(true);
  }

  within = new Set();

  get active() {
    return this.standing ?? this.graph.root;
  }

  /** Choose a box and tell of it, without moving. */
  choose(box) {
    this.chosen = box;
    this.standing = this.folding.standIn(box);
    tell(this.panel, this, box);
    this.moved(true);
    const near = box.findings[0];
    for (const each of this.querySelectorAll(".map-findings button")) each.setAttribute("aria-pressed", String(Number(each.dataset.finding) === near));
  }

  select(box) {
    const place = this.scene.places.get(this.folding.standIn(box));
    if (place) this.camera.follow(place);
    this.choose(box);
  }

  /** Open what is around a box, and go there. */
  async reveal(box) {
    if (this.folding.reveal(box)) await this.draw();
    this.choose(box);
    const place = this.scene.places.get(box);
    if (place) this.camera.centre(place);
    if (this.lit.size) this.highlight(this.lit);
  }

  async toggle(box) {
    const changed = this.folding.isOpen(box) ? this.folding.collapse(box) : this.folding.expand(box);
    if (changed) await this.draw(box);
    this.select(box);
  }

  /** Close a box, or what is around it. */
  async leave(box) {
    const open = this.folding.isOpen(box) && box.parent ? box : box.parent;
    if (!open || !open.parent) return;
    this.folding.collapse(open);
    await this.draw(open);
    this.select(open);
  }

  /** The next finding that has a place. */
  step(by) {
    const placed = this.graph.marks.flatMap((mark, number) => (mark.box ? [number] : []));
    if (!placed.length) return;
    const now = placed.indexOf(this.finding ?? -1);
    const next = now < 0 && by < 0 ? placed.length - 1 : now + by;
    this.goTo(placed[(next + placed.length) % placed.length]);
  }

  goTo(number) {
    this.finding = number;
    const box = this.graph.marks[number]?.box;
    return box ? this.reveal(box) : null;
  }

  focus() {
    this.stage.focus();
  }

  boxAt(event) {
    const found = event.target.closest("[data-box]");
    return found ? this.graph.boxes[Number(found.dataset.box)] : null;
  }

  clicked(event) {
    if (this.camera.dragged) return;
    const pin = event.target.closest("[data-finding]");
    const box = this.boxAt(event);
    if (pin) this.goTo(Number(pin.dataset.finding));
    else if (box && event.target.closest(".chevron, .head")) this.toggle(box);
    else if (box) this.choose(box);
  }

  button(event) {
    const { action, finding } = event.target.closest("button")?.dataset ?? {};
    if (finding !== undefined) this.goTo(Number(finding));
    if (action === "fit") this.camera.fit();
    if (action === "closer") this.camera.closer();
    if (action === "farther") this.camera.farther();
    if (action === "open") this.folding.expandAll();
    if (action === "close") this.folding.collapseAll();
    if (action === "open" || action === "close") this.redraw();
  }

  async redraw() {
    await this.draw();
    this.choose(this.chosen);
    this.look();
  }

  atHash() {
    const [, number] = location.hash.match(/^#map-finding-(\d{1,4})$/) ?? [];
    if (number === undefined) return;
    this.scrollIntoView({ block: "start" });
    this.goTo(Number(number));
  }
}

const inside = (a, b) => a.x >= b.x && a.y >= b.y && a.x + a.width <= b.x + b.width && a.y + a.height <= b.y + b.height;

async function json(address) {
  const answer = await fetch(address); // which takes anything, and is given JSON: as the page has asked for it already
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.detail ?? answer.statusText);
  return told;
}

customElements.define("gradient-map", GradientMap);
