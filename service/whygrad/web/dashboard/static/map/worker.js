// Lays out large plans without holding up the page.
import { arrange } from "./layout.js";

const known = new Map();

addEventListener("message", ({ data: { number, plan } }) => {
  try {
    postMessage({ number, laid: arrange(plan, known) });
  } catch (error) {
    postMessage({ number, problem: String(error) });
  }
});
