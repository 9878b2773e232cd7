// The findings of the page and their places in the map, each led to from the other.

const MOST_LISTED = 12;

/** @typedef {import("./map.js").GradientMap} Map */

/** Show the buttons of the first findings that have a place. @param {Map} map */
export function list(map) {
  [...map.querySelectorAll(".map-findings button")].slice(0, MOST_LISTED).forEach((button, number) => {
    button.hidden = !map.graph.marks[number]?.box;
  });
}

/** Lead from each finding of the page to its place. @param {Map} map */
export function link(map) {
  map.graph.marks.forEach((mark, number) => {
    const card = document.getElementById(`finding-${number}`);
    if (!mark.box || !card || card.querySelector(".to-map")) return;
    const link = Object.assign(document.createElement("a"), { href: `#map-finding-${number}`, className: "to-map", textContent: "Show in the map" });
    link.addEventListener("click", () => location.hash === link.hash && map.atHash()); // no other one to be told of
    (card.querySelector(".place .where") ?? card.querySelector(".history")).append(link);
  });
}
