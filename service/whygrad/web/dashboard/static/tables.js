// Tables that are sorted by a click on a head, and narrowed by a text and by states. Without this they stand as they are.
(() => {
  const SVG = "http://www.w3.org/2000/svg";

  const icon = (name) => {
    const [drawing, use] = [document.createElementNS(SVG, "svg"), document.createElementNS(SVG, "use")];
    drawing.setAttribute("class", "icon");
    drawing.setAttribute("aria-hidden", "true");
    use.setAttribute("href", `#icon-${name}`);
    drawing.append(use);
    return drawing;
  };

  const cell = (row, column) => row.children[column];

  const VALUES = {
    number: (td) => (td.dataset.value === "" ? -Infinity : Number(td.dataset.value ?? td.textContent)),
    shape: (td) => td.textContent.split(",").reduce((product, size) => product * Number(size.replace(/\D/g, "") || 1), 1),
    text: (td) => td.textContent.trim(),
  };

  const compare = (a, b) => (typeof a === "string" ? a.localeCompare(b, undefined, { numeric: true }) : a < b ? -1 : a > b ? 1 : 0);

  const sort = (table, column, value, descending) => {
    const body = table.tBodies[0];
    const keyed = [...body.rows].map((row) => [value(cell(row, column)), row]);
    keyed.sort(([a], [b]) => (descending ? compare(b, a) : compare(a, b)));
    body.append(...keyed.map(([, row]) => row));
  };

  const sortable = (table) => {
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.append(...head.childNodes);
      button.append(icon("sort"));
      head.append(button);
      button.addEventListener("click", () => {
        const kind = head.dataset.sort ?? "text";
        const descending = head.ariaSort ? head.ariaSort === "ascending" : kind !== "text";
        for (const other of table.tHead.rows[0].cells) other.ariaSort = null;
        head.ariaSort = descending ? "descending" : "ascending";
        sort(table, column, VALUES[kind], descending);
      });
    });
  };

  const filterable = (bar) => {
    const table = document.getElementById(bar.dataset.filters);
    const search = bar.querySelector("input");
    const chips = [...bar.querySelectorAll("[data-state]")];
    const told = bar.querySelector("output");
    const texts = new Map([...table.tBodies[0].rows].map((row) => [row, row.textContent.toLowerCase()]));
    const narrow = () => {
      const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      const states = chips.filter((chip) => chip.ariaPressed === "true").map((chip) => chip.dataset.state);
      let shown = 0;
      for (const [row, text] of texts) {
        const fits = (!states.length || states.includes(row.dataset.state)) && words.every((word) => text.includes(word));
        row.hidden = !fits;
        shown += fits;
      }
      told.textContent = shown === texts.size ? "" : `${shown} of ${texts.size}`;
    };
    search.addEventListener("input", narrow);
    for (const chip of chips) {
      chip.addEventListener("click", () => {
        chip.ariaPressed = String(chip.ariaPressed !== "true");
        narrow();
      });
    }
    bar.hidden = false;
  };

  const prepare = (root) => {
    root.querySelectorAll("table[data-sortable]").forEach(sortable);
    root.querySelectorAll("[data-filters]").forEach(filterable);
  };

  document.addEventListener("DOMContentLoaded", () => prepare(document));
  document.addEventListener("whygrad:shown", (event) => prepare(event.target));
})();
