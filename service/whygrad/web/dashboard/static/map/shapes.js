// Elements of SVG, and the paths of lines.

const NAMESPACE = "http://www.w3.org/2000/svg";

/** @param {string} name @param {Record<string, any>} attributes @param {(Node|string)[]} content @returns {SVGElement} */
export function element(name, attributes = {}, content = []) {
  const made = document.createElementNS(NAMESPACE, name);
  for (const [key, value] of Object.entries(attributes)) if (value !== null && value !== undefined) made.setAttribute(key, value);
  made.append(...content);
  return made;
}

/** An icon of the page's sprite. */
export function icon(name, x, y, size = 14) {
  return element("use", { class: "glyph", href: `#icon-${name}`, x, y, width: size, height: size });
}

const middle = (a, b) => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
const at = ({ x, y }) => `${x.toFixed(1)} ${y.toFixed(1)}`;

/** A path through points, bent instead of broken. */
export function curve(points) {
  if (points.length < 3) return `M${points.map(at).join("L")}`;
  const bends = points.slice(1, -1).map((point, place) => {
    const next = points[place + 2];
    return `Q${at(point)} ${at(place === points.length - 3 ? next : middle(point, next))}`;
  });
  return `M${at(points[0])}${bends.join("")}`;
}

/** The points of a line before and after a gap in its middle. */
export function severed(points, gap) {
  const lengths = points.slice(1).map((point, place) => Math.hypot(point.x - points[place].x, point.y - points[place].y));
  const whole = lengths.reduce((sum, length) => sum + length, 0);
  const reach = Math.min(gap, whole * 0.6) / 2;
  return { before: piece(points, lengths, 0, whole / 2 - reach), after: piece(points, lengths, whole / 2 + reach, whole), middle: along(points, lengths, whole / 2) };
}

/** The point so far along a line, and its direction in degrees. */
function along(points, lengths, distance) {
  let left = distance;
  for (let place = 0; place < lengths.length; place += 1) {
    if (left <= lengths[place] || place === lengths.length - 1) {
      const [a, b] = [points[place], points[place + 1]];
      const share = lengths[place] ? left / lengths[place] : 0;
      return { x: a.x + (b.x - a.x) * share, y: a.y + (b.y - a.y) * share, turn: (Math.atan2(b.y - a.y, b.x - a.x) * 180) / Math.PI };
    }
    left -= lengths[place];
  }
  return { ...points[0], turn: 90 };
}

function piece(points, lengths, from, to) {
  let passed = 0;
  const kept = [along(points, lengths, from)];
  lengths.forEach((length, place) => {
    passed += length;
    if (passed > from && passed < to) kept.push(points[place + 1]);
  });
  return [...kept, along(points, lengths, to)];
}
