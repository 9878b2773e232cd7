// The graph of a diagnosis, read from its columns into boxes: modules that hold modules and operations.

/**
 * @typedef {"cut"|"non-finite"|"none"|"zero"|"flows"|"not-run"|"frozen"|"data"} State
 *
 * @typedef {object} Box
 * @property {number} id
 * @property {"program"|"module"|"layer"|"op"|"end"|"run"} kind  a layer is a module that one operation stands for, a run some neighbours
 * @property {string} name
 * @property {string} type      the type of a module, the name of an operation
 * @property {string} path      dotted path of the module it is, or is in
 * @property {string} op        the operation that it is, or the only one in it
 * @property {string} label     what the program calls its result
 * @property {Box|null} parent
 * @property {Box[]} children
 * @property {number[]} ops     the operations in it, in order
 * @property {State} state
 * @property {number} times
 * @property {number} call      which call of its module, of those around it
 * @property {number[]} findings  those whose place is in it
 *
 * @typedef {object} Edge
 * @property {number} from  an operation
 * @property {number} to    an operation
 * @property {string} role
 * @property {number[]|null} shape
 * @property {string} dtype
 * @property {State} state
 *
 * @typedef {object} Mark    where a finding stands
 * @property {Box|null} box
 * @property {{label: string, box: Box}[]} related
 * @property {{given: number, taken: number, of: string, role: string, against: string|null}|null} sizes
 *
 * @typedef {object} Graph
 * @property {Box} root
 * @property {Box[]} boxes
 * @property {Box[]} leaf       for each operation the box that is nearest to it
 * @property {Edge[]} edges
 * @property {Mark[]} marks
 * @property {Box|null} stopped
 * @property {number} untold    operations that were too many to be listed
 */

/** What is shown of several at once: the first that is there, as the engine ranks them (engine/states.py). */
export const WORST = ["non-finite", "cut", "none", "zero", "flows", "not-run", "frozen", "data"];

/** More boxes than this in one module are put into runs. */
export const MOST_CHILDREN = 48;

/** @param {Iterable<State>} states @returns {State} */
export function worst(states) {
  let found = WORST.length - 1;
  for (const state of states) found = Math.min(found, WORST.indexOf(state));
  return /** @type {State} */ (WORST[found]);
}

/** @param {any} data what the service answers @returns {Graph} */
export function readGraph(data) {
  const reader = new Reader(data);
  return {
    root: reader.root,
    boxes: reader.boxes,
    leaf: reader.leaf,
    edges: reader.edges(),
    marks: data.findings.map((/** @type {any} */ found) => reader.mark(found)),
    stopped: data.stopped === null ? null : reader.leaf[data.stopped],
    untold: data.ops_total - data.ops.name.length,
  };
}

class Reader {
  constructor(data) {
    this.data = data;
    /** @type {Box[]} */
    this.boxes = [];
    this.read = new Set(data.edges.from);
    this.scopes = this.readScopes();
    this.root = this.scopes[0];
    this.leaf = this.readOperations();
    this.inOrder(this.root);
    this.settle(this.root);
    data.findings.forEach((found, number) => this.pin(found, number));
  }

  readScopes() {
    const { name, type, parent } = this.data.scopes;
    const texts = this.data.texts;
    /** @type {Box[]} */
    const scopes = [];
    const calls = new Map();
    name.forEach((text, place) => {
      const around = place ? scopes[parent[place]] : null;
      const path = around?.path ? `${around.path}.${texts[text]}` : texts[text];
      const box = this.box(place ? "module" : "program", texts[text], around);
      const here = `${parent[place]} ${path}`;
      const call = (calls.get(here) ?? 0) + 1;
      calls.set(here, call);
      scopes.push(Object.assign(box, { type: texts[type[place]], path, call }));
    });
    return scopes;
  }

  readOperations() {
    const { node, name, label, scope, gradient, times } = this.data.ops;
    const { texts, states } = this.data;
    return name.map((text, place) => {
      const around = this.scopes[scope[place]];
      const box = this.box(node[place] === null ? "end" : "op", texts[text].replace(/^aten::/, ""), around);
      const told = { type: texts[text], op: texts[text], path: around.path, label: texts[label[place]], ops: [place] };
      return Object.assign(box, told, { state: states[gradient[place]], times: times[place] });
    });
  }

  box(kind, name, parent) {
    const box = { id: this.boxes.length, kind, name, type: "", path: "", op: "", label: "", parent, children: [], ops: [], state: "data", times: 1, call: 1, findings: [] };
    parent?.children.push(box);
    this.boxes.push(box);
    return box;
  }

  /** Put the operations of each box, and its children, in the order of execution. */
  inOrder(box) {
    for (const child of box.children) this.inOrder(child);
    box.children.sort((a, b) => (a.ops[0] ?? Infinity) - (b.ops[0] ?? Infinity));
    if (box.children.length) {
      box.ops = box.children.flatMap((child) => child.ops).sort((a, b) => a - b);
      box.state = worst(box.children.map((child) => child.state));
      box.times = Math.max(...box.children.map((child) => child.times));
    }
  }

  /** A module of one operation is one box, whatever it counts besides, and a crowd is put into runs. */
  settle(box) {
    for (const child of box.children) this.settle(child);
    const telling = box.children.filter((child) => !this.isAside(child));
    if (box.kind === "module" && box.children.every((child) => child.kind === "op") && telling.length < 2) {
      box.kind = "layer";
      const [told] = [...telling, ...box.children];
      if (told) Object.assign(box, { label: told.label, op: told.type });
      for (const op of box.ops) this.leaf[op] = box;
      for (const child of box.children) child.parent = null;
      box.children = [];
    }
    while (box.children.length > MOST_CHILDREN) this.bundle(box);
  }

  /** What nothing reads and no gradient passes, such as the batches that a normalisation counts. */
  isAside(box) {
    return box.state === "data" && !box.ops.some((op) => this.read.has(op));
  }

  /** Put neighbours into runs; the ends of the program stay beside them. */
  bundle(box) {
    const ends = box.children.filter((child) => child.kind === "end").slice(0, MOST_CHILDREN / 2);
    const others = box.children.filter((child) => child.kind !== "end");
    const size = Math.max(24, Math.min(MOST_CHILDREN, Math.ceil(others.length / MOST_CHILDREN)));
    box.children = ends;
    for (let at = 0; at < others.length; at += size) this.run(box, others.slice(at, at + size));
    box.children.sort((a, b) => (a.ops[0] ?? Infinity) - (b.ops[0] ?? Infinity));
  }

  run(parent, members) {
    const run = this.box("run", `${members[0].name} … ${members[members.length - 1].name}`, parent);
    for (const member of members) member.parent = run;
    Object.assign(run, { path: parent.path, children: members });
    this.inOrder(run);
  }

  edges() {
    const { from, to, role, tensor, gradient } = this.data.edges;
    const { tensors, texts, states } = this.data;
    return from.map((source, place) => {
      const told = tensor[place] === null ? null : tensors[tensor[place]];
      return { from: source, to: to[place], role: texts[role[place]], shape: told && told.shape, dtype: told ? told.dtype : "", state: states[gradient[place]] };
    });
  }

  mark(found) {
    const box = this.placeOf(found);
    const related = found.related.map(({ label, op }) => ({ label: this.data.texts[label], box: this.leaf[op] }));
    return { box, related: related.filter((each) => each.box !== box), sizes: found.sizes };
  }

  placeOf(found) {
    if (found.op !== null) return this.leaf[found.op];
    return found.scope ? this.scopes[found.scope] : null;
  }

  pin(found, number) {
    for (let box = this.placeOf(found); box; box = box.parent) box.findings.push(number);
  }
}

/** @param {Box} box @returns {Box[]} the boxes around it, the nearest first */
export function around(box) {
  const found = [];
  for (let each = box.parent; each; each = each.parent) found.push(each);
  return found;
}
