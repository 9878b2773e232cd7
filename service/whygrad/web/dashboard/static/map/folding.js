// Which boxes are open. A box is seen where all around it are open.
import { around } from "./graph.js";

/** So many boxes are shown at first, and more only where a finding stands deeper. */
export const AT_FIRST = 40;

/** @typedef {import("./graph.js").Box} Box */

export class Folding {
  /** @param {import("./graph.js").Graph} graph */
  constructor(graph) {
    this.graph = graph;
    /** @type {Set<Box>} */
    this.open = new Set([graph.root]);
  }

  /** Open the first levels, each as a whole, and the way to every place that a finding speaks of. */
  begin() {
    for (const mark of this.graph.marks.slice(0, 20)) {
      for (const box of [mark.box, ...mark.related.map((each) => each.box)]) if (box) this.reveal(box);
    }
    if (this.graph.stopped) this.reveal(this.graph.stopped);
    let level = [...this.open];
    let shown = this.shown().length;
    while (level.length) {
      level = level.flatMap((box) => box.children).filter((child) => child.children.length);
      const closed = level.filter((box) => !this.open.has(box));
      shown += closed.reduce((more, box) => more + box.children.length - 1, 0);
      if (shown > AT_FIRST) return;
      for (const box of closed) this.open.add(box);
    }
  }

  isOpen(box) {
    return this.open.has(box);
  }

  /** @returns {boolean} whether anything changed */
  expand(box) {
    if (!box.children.length || this.open.has(box)) return false;
    this.open.add(box);
    const only = box.children.length === 1 ? box.children[0] : null;
    if (only) this.expand(only);
    return true;
  }

  collapse(box) {
    return box !== this.graph.root && this.open.delete(box);
  }

  /** Open all that is around a box. */
  reveal(box) {
    let changed = false;
    for (const each of around(box)) {
      changed = changed || !this.open.has(each);
      this.open.add(each);
    }
    return changed;
  }

  expandAll() {
    for (const box of this.graph.boxes) if (box.children.length) this.open.add(box);
  }

  collapseAll() {
    this.open = new Set([this.graph.root]);
  }

  /** What stands for a box: itself, or the outermost closed one around it. */
  standIn(box) {
    const closed = around(box).filter((each) => !this.open.has(each));
    return closed.length ? closed[closed.length - 1] : box;
  }

  /** @returns {Box[]} the boxes that are seen and hold no other, in order */
  shown(box = this.graph.root) {
    return this.open.has(box) ? box.children.flatMap((child) => this.shown(child)) : [box];
  }
}
