// A link to a finding opens it where it is folded, however often it is followed.
(() => {
  const open = (hash) => {
    const folded = /^#finding-\d+$/.test(hash) && document.querySelector(`details${hash}`);
    if (!folded || folded.open) return;
    folded.open = true;
    folded.scrollIntoView();
  };

  addEventListener("hashchange", () => open(location.hash));
  document.addEventListener("DOMContentLoaded", () => open(location.hash));
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href*='#finding-']");
    if (link?.pathname === location.pathname) open(link.hash);
  });
})();
