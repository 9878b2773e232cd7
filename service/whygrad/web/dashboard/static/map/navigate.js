// The keyboard: from box to box along the lines, in and out, to the findings.

/** @typedef {import("./scene.js").Seen} Seen */

/** @param {import("./map.js").GradientMap} map @param {KeyboardEvent} event @returns {boolean} whether the key was meant */
export function press(map, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const seen = map.scene.places.get(map.active);
  const go = (found) => {
    if (found) map.select(found.box);
    return true;
  };
  switch (event.key) {
    case "ArrowUp":
      return go(along(map.scene, seen, "up"));
    case "ArrowDown":
      return go(along(map.scene, seen, "down"));
    case "ArrowLeft":
      return go(beside(map.scene, seen, -1));
    case "ArrowRight":
      return go(beside(map.scene, seen, 1));
    case "Enter":
    case " ":
      if (seen?.open) return go(map.scene.places.get(seen.box.children[0]));
      map.toggle(map.active);
      return true;
    case "Escape":
      map.leave(map.active);
      return true;
    case "Home":
      return go(map.scene.boxes.find((each) => !each.open));
    case "End":
      return go([...map.scene.boxes].reverse().find((each) => !each.open));
    case "n":
      map.step(1);
      return true;
    case "p":
      map.step(-1);
      return true;
    case "/":
      map.search.focus();
      return true;
    case "+":
    case "=":
      map.camera.closer();
      return true;
    case "-":
      map.camera.farther();
      return true;
    case "f":
    case "0":
      map.camera.fit();
      return true;
  }
  return false;
}

const centre = (seen) => ({ x: seen.x + seen.width / 2, y: seen.y + seen.height / 2 });

/** The nearest box that a line leads to; where none does, the nearest one that way. */
function along(scene, seen, way) {
  if (!seen) return scene.boxes.find((each) => !each.open);
  const keys = new Set();
  for (const { wire } of scene.lines) {
    if (way === "down" && wire.from === seen.key) keys.add(wire.to);
    if (way === "up" && wire.to === seen.key) keys.add(wire.from);
  }
  const linked = scene.boxes.filter((each) => keys.has(each.key) && each !== seen);
  return nearest(linked, seen) ?? nearest(scene.boxes.filter((each) => each.box.parent && beyond(each, seen, way)), seen);
}

function beyond(each, seen, way) {
  return way === "down" ? each.y >= seen.y + seen.height : each.y + each.height <= seen.y;
}

/** The nearest box to the left or the right that is about as high. */
function beside(scene, seen, sign) {
  if (!seen) return null;
  const level = scene.boxes.filter((each) => each.box.parent && sign * (centre(each).x - centre(seen).x) > 4 && each.y < seen.y + seen.height && seen.y < each.y + each.height && !holds(each, seen));
  return nearest(level, seen);
}

const holds = (outer, inner) => outer.open && outer.x <= inner.x && outer.x + outer.width >= inner.x + inner.width && outer.y <= inner.y;

function nearest(found, seen) {
  const from = centre(seen);
  let best = null;
  let least = Infinity;
  for (const each of found) {
    const to = centre(each);
    const distance = Math.hypot(to.x - from.x, to.y - from.y);
    if (distance < least) [best, least] = [each, distance];
  }
  return best;
}
