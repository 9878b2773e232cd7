// The findings in the drawing: a pin at each place, both sides of a fault joined, two sizes that differ.
import { curve, element, icon } from "./shapes.js";
import { textWidth } from "./plan.js";

const PIN = 11;

export class Marks {
  /**
   * @param {import("./graph.js").Graph} graph
   * @param {{code: string, severity: string}[]} findings  in the order of the diagnosis
   * @param {SVGGElement} layer  moves with the drawing
   * @param {SVGGElement} front  stays as large as it is, however close one looks
   */
  constructor(graph, findings, layer, front) {
    Object.assign(this, { graph, findings, front });
    this.layer = layer.appendChild(element("g", { class: "marks" }));
    /** @type {{x: number, y: number, pin: SVGElement}[]} */
    this.pins = [];
  }

  /** @param {import("./scene.js").Scene} scene @param {(box: import("./graph.js").Box) => import("./graph.js").Box} standIn */
  show(scene, standIn) {
    this.layer.replaceChildren();
    this.front.replaceChildren();
    this.pins = [];
    const taken = new Map();
    this.graph.marks.forEach((mark, number) => {
      const seen = mark.box && scene.places.get(standIn(mark.box));
      if (!seen || !seen.box.parent) return;
      this.join(mark, seen, scene, standIn);
      if (mark.sizes && !seen.open) this.sizes(mark.sizes, seen);
      const beside = taken.get(seen) ?? 0;
      taken.set(seen, beside + 1);
      if (beside < 4) this.pin(number, seen, beside);
    });
    if (this.graph.stopped) this.stopped(scene.places.get(standIn(this.graph.stopped)));
  }

  pin(number, seen, beside) {
    const severity = this.findings[number]?.severity ?? "note";
    const pin = element("g", { class: `pin ${severity}`, "data-finding": number }, [
      element("circle", { r: PIN }),
      element("text", { "text-anchor": "middle", y: 4 }, [String(number + 1)]),
    ]);
    this.front.append(pin);
    this.pins.push({ x: seen.x + seen.width - 4 - beside * 24, y: seen.y, pin });
  }

  /** Pins stand where their boxes are, and as large as ever. @param {import("./camera.js").Camera} camera */
  place(camera) {
    for (const { x, y, pin } of this.pins) pin.setAttribute("transform", `translate(${x * camera.scale + camera.x} ${y * camera.scale + camera.y})`);
  }

  join(mark, seen, scene, standIn) {
    for (const { label, box } of mark.related) {
      const other = scene.places.get(standIn(box));
      if (!other || other === seen) continue;
      const left = this.freer(scene, [other, seen]);
      const [a, b] = [other, seen].map((each) => ({ x: left ? each.x : each.x + each.width, y: each.y + each.height / 2 }));
      const aside = left ? Math.min(a.x, b.x) - 56 : Math.max(a.x, b.x) + 56;
      const points = [a, { x: aside, y: a.y }, { x: aside, y: b.y }, b];
      this.layer.append(
        element("path", { class: "joint under", d: curve(points) }),
        element("path", { class: "joint", d: curve(points) }),
        element("circle", { class: "joint-end", cx: a.x, cy: a.y, r: 4 }),
        element("circle", { class: "joint-end", cx: b.x, cy: b.y, r: 4 }),
        this.tag(label, left ? a.x - textWidth(label, "small") - 34 : a.x + 12, a.y - 12),
      );
    }
  }

  /** Whether fewer boxes stand to the left of both than to the right. */
  freer(scene, ends) {
    const beside = (sign) => scene.boxes.filter((each) => !each.open && ends.some((end) => each.y < end.y + end.height && end.y < each.y + each.height && sign * (each.x - end.x) > 0)).length;
    return beside(-1) < beside(1);
  }

  tag(text, x, y) {
    const width = textWidth(text, "small") * 1.1 + 16;
    return element("g", { class: "tag", transform: `translate(${x} ${y})` }, [element("rect", { y: -10, width, height: 19, rx: 9.5 }), element("text", { x: 7, y: 3.5 }, [text])]);
  }

  /** `4 ≠ 5 features`: what comes stands on the line, what is taken in the box. */
  sizes({ given, taken, of }, seen) {
    const words = of === "index" ? [`index ${given}`, "∉", `${taken} rows`] : [String(given), "≠", `${taken} ${of}`];
    const widths = words.map((word) => textWidth(word, "name") + (word.length > 1 ? 16 : 8));
    const whole = widths.reduce((sum, width) => sum + width, 0);
    let x = seen.x + seen.width / 2 - whole / 2;
    const badge = element("g", { class: "sizes" }, [element("rect", { x, y: seen.y - 33, width: whole, height: 24, rx: 12 })]);
    words.forEach((word, place) => {
      badge.append(element("text", { class: ["given", "unlike", "taken"][place], x: x + widths[place] / 2, y: seen.y - 16.5, "text-anchor": "middle" }, [word]));
      x += widths[place];
    });
    this.layer.append(badge);
  }

  stopped(seen) {
    if (!seen || seen.open) return;
    const text = "stopped here";
    const width = textWidth(text, "small") * 1.1 + 36;
    this.layer.append(
      element("g", { class: "stopped", transform: `translate(${seen.x + seen.width / 2 - width / 2} ${seen.y + seen.height + 5})` }, [
        element("rect", { width, height: 20, rx: 10 }),
        icon("error", 7, 3.5, 13),
        element("text", { x: 25, y: 14 }, [text]),
      ]),
    );
  }
}
