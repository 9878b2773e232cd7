// What is told of the box that is chosen: what it takes and gives, its parameters, its line, its findings.
import { ICONS, WORDS } from "./draw.js";
import { wording } from "./plan.js";
import { shapeText } from "./wiring.js";

const MOST_ROWS = 12;
const GRADIENTS = { ok: "flows", none: "none", zero: "zero", "non-finite": "non-finite", frozen: "frozen", "not-run": "not-run" };

/** @param {HTMLElement} panel @param {import("./map.js").GradientMap} map @param {import("./graph.js").Box|null} box */
export function tell(panel, map, box) {
  panel.replaceChildren();
  if (!box) return;
  const { title } = wording(box);
  panel.append(
    html("h3", { class: box.kind === "op" ? "mono" : "" }, [title]),
    html("p", { class: "faint" }, [kindOf(box)]),
    html("p", { class: `gradient ${GRADIENT_CLASS[box.state] ?? "not-run"}` }, [glyph(box.state), box.times ? WORDS[box.state] : "was not run"]),
    ...findings(map, box),
    ...tensors("Takes", map.graph, box, "to"),
    ...tensors("Gives", map.graph, box, "from"),
    ...parameters(map, box),
    ...actions(map, box),
  );
}

const GRADIENT_CLASS = { flows: "ok", cut: "cut", none: "none", zero: "zero", "non-finite": "non-finite", frozen: "frozen", "not-run": "not-run", data: "not-run" };

function kindOf(box) {
  const often = box.times > 1 ? `, ran ${box.times} times` : "";
  const call = box.call > 1 ? `, call ${box.call}` : "";
  if (box.kind === "op") return `${box.type}${box.path ? ` in ${box.path}` : ""}${often}`;
  if (box.kind === "program") return "the whole program";
  if (box.kind === "run") return `${box.ops.length} operations of ${box.path || "the program"}`;
  if (box.kind === "end") return { input: "an input", output: "an output", loss: "the loss" }[box.name] ?? "";
  return [box.type, box.path && box.path !== box.name ? box.path : ""].filter(Boolean).join(" · ") + call + often;
}

function findings(map, box) {
  return box.findings.map((number) => {
    const { code, title, severity, line } = map.findings[number] ?? {};
    const link = html("a", { href: `#finding-${number}`, class: "told" }, [html("code", {}, [code]), " ", title]);
    return html("div", { class: `at ${severity}` }, [link, ...(line ? [html("p", { class: "faint mono" }, [line])] : [])]);
  });
}

/** The tensors that pass the border of a box. */
function tensors(heading, graph, box, side) {
  const own = new Set(box.ops);
  const other = side === "to" ? "from" : "to";
  const through = graph.edges.filter((edge) => own.has(edge[side]) && !own.has(edge[other]));
  const rows = new Map();
  for (const edge of through) {
    const key = `${edge.from} ${side === "to" && box.ops.length === 1 ? edge.role : ""}`;
    if (!rows.has(key)) rows.set(key, edge);
  }
  if (!rows.size) return [];
  const items = [...rows.values()].slice(0, MOST_ROWS).map((edge) => {
    const name = side === "to" && box.ops.length === 1 && edge.role ? `${edge.role} ` : "";
    return html("li", {}, [glyph(edge.state), html("span", { class: "mono" }, [`${name}${shapeText(edge.shape) || (edge.role === "number" ? "number" : "not run")}`]), html("span", { class: "faint" }, [edge.dtype])]);
  });
  return [html("h4", {}, [heading]), html("ul", { class: "tensors" }, items), ...more(rows.size)];
}

function more(count, most = MOST_ROWS) {
  return count > most ? [html("p", { class: "faint" }, [`and ${count - most} more`])] : [];
}

/** As the table of parameters has them. */
function threeDigits(norm) {
  const plain = norm === 0 || (Math.abs(norm) >= 1e-4 && Math.abs(norm) < 1e6);
  return plain ? String(Number(norm.toPrecision(3))) : norm.toExponential(2).replace(/e([+-])(\d)$/, "e$10$2");
}

function parameters(map, box) {
  if (!["layer", "module", "program"].includes(box.kind)) return [];
  const inside = map.parameters.filter(({ name }) => !box.path || name.startsWith(`${box.path}.`));
  if (!inside.length) return [];
  const items = inside.slice(0, MOST_ROWS).map(({ name, shape, gradient, norm }) => {
    const short = box.path ? name.slice(box.path.length + 1) : name;
    const told = norm === null || norm === undefined ? "" : threeDigits(norm);
    return html("li", {}, [glyph(GRADIENTS[gradient]), html("span", { class: "mono" }, [short]), html("span", { class: "faint" }, [shapeText(shape)]), html("span", { class: "faint norm" }, [told])]);
  });
  return [html("h4", {}, ["Parameters"]), html("ul", { class: "tensors" }, items), ...more(inside.length)];
}

function actions(map, box) {
  if (!box.children.length || !box.parent) return [];
  const open = map.folding.isOpen(box);
  const button = html("button", { type: "button" }, [open ? "Close" : "Open"]);
  button.addEventListener("click", () => map.toggle(box));
  return [button];
}

/** The icon of a state from the page's sprite. */
function glyph(state) {
  const name = ICONS[state];
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", `icon state-${state}`);
  svg.setAttribute("aria-hidden", "true");
  if (name) {
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `#icon-${name}`);
    svg.append(use);
  }
  return svg;
}

/** An element of the page; its content is text, never markup. */
function html(name, attributes, content) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value) made.setAttribute(key, value);
  made.append(...content.filter((each) => each !== undefined && each !== null));
  return made;
}
