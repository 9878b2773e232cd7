// The strip of gradient norms: one stop for the Tab key, arrows from bar to bar, and under it what the bar says.
(() => {
  const prepare = (strip) => {
    const bars = [...strip.querySelectorAll("a")];
    const readout = strip.querySelector("[data-readout]");
    const silent = readout.textContent;
    const tell = (bar) => { readout.textContent = bar ? bar.getAttribute("aria-label") : silent; };
    const stop = (bar) => bars.forEach((other) => other.setAttribute("tabindex", other === bar ? "0" : "-1"));

    const step = (from, key) => {
      const to = { ArrowRight: from + 1, ArrowLeft: from - 1, Home: 0, End: bars.length - 1 }[key];
      return to === undefined ? undefined : bars[Math.max(0, Math.min(to, bars.length - 1))];
    };

    bars.forEach((bar, i) => {
      bar.addEventListener("focus", () => { stop(bar); tell(bar); });
      bar.addEventListener("blur", () => tell(null));
      bar.addEventListener("mouseenter", () => tell(bar));
      bar.addEventListener("mouseleave", () => tell(null));
      bar.addEventListener("keydown", (event) => {
        const next = step(i, event.key);
        if (next) {
          event.preventDefault();
          next.focus();
        }
      });
    });
    stop(bars[0]);
  };

  const prepareAll = (root) => root.querySelectorAll("[data-strip]").forEach(prepare);
  document.addEventListener("DOMContentLoaded", () => prepareAll(document));
  document.addEventListener("whygrad:shown", (event) => prepareAll(event.target));
})();
