// Light, dark, or as the system has it; what was chosen is remembered in this browser. Loaded before the page is drawn.
(() => {
  const CHOICES = ["system", "light", "dark"];
  const root = document.documentElement;

  const chosen = () => {
    try {
      return CHOICES.includes(localStorage.theme) ? localStorage.theme : "system";
    } catch {
      return root.dataset.theme || "system"; // no storage: for as long as the page stands
    }
  };

  const choose = (theme) => {
    root.dataset.theme = theme;
    try {
      localStorage.theme = theme;
    } catch {
      // nothing to remember it in
    }
  };

  const describe = (button) => {
    const theme = chosen();
    button.querySelector("use").setAttribute("href", theme === "system" ? "#icon-theme" : `#icon-theme-${theme}`);
    button.querySelector("span").textContent = `Colours: ${theme === "system" ? "as the system has them" : theme}`;
    button.title = button.textContent;
  };

  root.dataset.theme = chosen();
  addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("theme");
    button.hidden = false;
    describe(button);
    button.addEventListener("click", () => {
      choose(CHOICES[(CHOICES.indexOf(chosen()) + 1) % CHOICES.length]);
      describe(button);
    });
  });
})();
