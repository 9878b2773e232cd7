// Has a plan laid out: here where it is small, in a worker where it would hold up the page.
import { arrange } from "./layout.js";

/** So many boxes are laid out here. */
export const MOST_HERE = 300;

const known = new Map();
const waiting = new Map();
let worker = null;
let number = 0;

/** @param {import("./layout.js").Plan} plan @returns {Promise<import("./layout.js").Laid>} */
export async function arranged(plan) {
  if (known.has(plan.signature) || size(plan) <= MOST_HERE) return arrange(plan, known);
  const laid = await elsewhere(plan).catch(() => arrange(plan, known)); // slower, and seen all the same
  known.set(plan.signature, laid);
  return laid;
}

/** The boxes that are not laid out yet; of those that are alike one counts. */
function size(plan, counted = new Set()) {
  if (known.has(plan.signature) || counted.has(plan.signature)) return 0;
  counted.add(plan.signature);
  return plan.children.reduce((sum, child) => sum + 1 + size(child, counted), 0);
}

function elsewhere(plan) {
  worker ??= start();
  number += 1;
  worker.postMessage({ number, plan });
  return new Promise((resolve, reject) => waiting.set(number, { resolve, reject }));
}

function start() {
  const started = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  started.addEventListener("message", ({ data }) => {
    const { resolve, reject } = waiting.get(data.number);
    waiting.delete(data.number);
    if (data.problem) reject(new Error(data.problem));
    else resolve(data.laid);
  });
  started.addEventListener("error", (event) => {
    for (const { reject } of waiting.values()) reject(new Error(event.message));
    waiting.clear();
  });
  return started;
}
