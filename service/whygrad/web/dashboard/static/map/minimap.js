// All of the drawing, small: where one is, and where the faults are.
import { apart } from "./scene.js";
import { element } from "./shapes.js";

const WIDTH = 150;
const HEIGHT = 190;
/** Pixels of the least box that shows what is in it. */
const LEAST = 3;
const TELLING = new Set(["cut", "none", "zero", "non-finite"]);

const telling = ({ box, open }) => !open && (TELLING.has(box.state) || box.findings.length > 0);

export class Minimap {
  /** @param {SVGSVGElement} svg @param {import("./camera.js").Camera} camera */
  constructor(svg, camera) {
    Object.assign(this, { svg, camera, scale: 1 });
    this.boxes = svg.appendChild(element("g"));
    this.frame = svg.appendChild(element("rect", { class: "frame" }));
    const go = (event) => {
      if (event.buttons) this.go(event);
    };
    svg.addEventListener("pointerdown", go);
    svg.addEventListener("pointermove", go);
  }

  /** @param {import("./scene.js").Scene} scene */
  show(scene) {
    this.scale = Math.min(WIDTH / scene.width, HEIGHT / scene.height);
    const size = { width: Math.max(24, scene.width * this.scale), height: Math.max(24, scene.height * this.scale) };
    for (const [key, value] of Object.entries(size)) this.svg.setAttribute(key, value.toFixed(0));
    const drawn = scene.boxes.filter((each) => each.box.parent && (telling(each) || (apart(each, this.scale, LEAST) && (each.depth === 1 || !this.shows(each)))));
    this.boxes.replaceChildren(...drawn.map((each) => this.box(each)));
    this.place();
  }

  /** Whether what is in a box is drawn instead of it. */
  shows(seen) {
    return seen.open && seen.height * this.scale >= LEAST;
  }

  box(seen) {
    const { x, y, width, height, box } = seen;
    const calm = this.shows(seen) ? "open" : "calm";
    const state = telling(seen) ? (box.findings.length ? "found" : box.state) : calm;
    const least = state === "found" ? 4 : 1;
    return element("rect", { class: state, x: x * this.scale, y: y * this.scale, width: Math.max(least, width * this.scale), height: Math.max(least, height * this.scale) });
  }

  place() {
    const sight = this.camera.sight();
    for (const key of ["x", "y", "width", "height"]) this.frame.setAttribute(key, (sight[key] * this.scale).toFixed(1));
  }

  go(event) {
    const box = this.svg.getBoundingClientRect();
    const at = { x: (event.clientX - box.left) / this.scale, y: (event.clientY - box.top) / this.scale, width: 0, height: 0 };
    this.camera.centre(at, this.camera.scale);
  }
}
