// A file is dropped anywhere on the page, or chosen: it is sent once, by its hash, while its arguments are looked up.
// Where the browser has no hashes (a page that came without TLS from another machine), the form itself sends it.
(() => {
  const form = () => document.getElementById("run");
  const input = () => document.getElementById("model");
  const part = (selector) => form().querySelector(selector);

  const hash = async (file) => {
    const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
    return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  };

  const show = (text, share) => {
    part(".progress").hidden = false;
    part("progress").value = share;
    part(".progress output").textContent = text;
  };

  const refuse = (text) => {
    part(".progress").hidden = true;
    const wrong = part("[data-wrong]");
    wrong.hidden = false;
    wrong.textContent = text;
  };

  const detail = (answer) => {
    try {
      return JSON.parse(answer).detail;
    } catch {
      return "The service did not answer. Try again in a moment.";
    }
  };

  const send = (file, path) => new Promise((resolve, reject) => {
    const sending = new XMLHttpRequest();
    sending.open("PUT", path);
    sending.setRequestHeader("Content-Type", "application/octet-stream");
    sending.upload.onprogress = ({ loaded, total }) => show(`${Math.round((100 * loaded) / total)} % of ${file.name}`, loaded / total);
    sending.onload = () => (sending.status < 300 ? resolve() : reject(new Error(detail(sending.responseText))));
    sending.onerror = () => reject(new Error(detail("")));
    sending.send(file);
  });

  const ask = async (sha256, file) => {
    const query = new URLSearchParams({ model: sha256, name: file.name, shapes: document.getElementById("shapes")?.value ?? "" });
    const options = Object.fromEntries([...form().querySelectorAll(".options [name]")].map((field) => [field.name, field.value]));
    do {
      await htmx.ajax("GET", `/?${query}`, { target: "#run", select: "#run", swap: "outerHTML" });
    } while (form().hasAttribute("data-unread")); // each asks for as long as the service waits for a worker
    for (const field of form().querySelectorAll(".options [name]")) field.value = options[field.name];
    if (!form().hasAttribute("data-known")) throw new Error("The program could not be read. Send it again.");
  };

  const take = async (file) => {
    if (!input()) return;
    part("[data-wrong]").hidden = true;
    if (!file.size) {
      refuse("The file is empty.");
      return;
    }
    if (!crypto.subtle) {
      show(`Sending ${file.name}`, 0);
      form().requestSubmit(part("[name=look]"));
      return;
    }
    try {
      show(`Reading ${file.name}`, 0);
      const sha256 = await hash(file);
      const known = await fetch(`/models/${sha256}`, { method: "HEAD" });
      if (!known.ok) await send(file, `/models/${sha256}`);
      show(`Looking at what ${file.name} takes`, 1);
      await ask(sha256, file);
      if (form().hasAttribute("data-ready")) form().requestSubmit();
      else form().querySelector("fieldset input, #shapes")?.focus();
    } catch (error) {
      refuse(error.message);
    }
  };

  const watch = () => {
    const dropped = (event) => [...(event.dataTransfer?.files ?? [])][0];
    addEventListener("dragover", (event) => {
      if (![...event.dataTransfer.types].includes("Files")) return;
      event.preventDefault();
      document.body.classList.add("dropping");
    });
    for (const name of ["dragleave", "drop"]) addEventListener(name, () => document.body.classList.remove("dropping"));
    addEventListener("drop", (event) => {
      const file = dropped(event);
      if (!file) return;
      event.preventDefault();
      if (!input()) {
        location.assign("/"); // the form is about another program: the file has to be dropped on an empty one
        return;
      }
      input().files = event.dataTransfer.files;
      take(file);
    });
    addEventListener("change", (event) => {
      if (event.target.id === "model" && event.target.files[0]) take(event.target.files[0]);
    });
    addEventListener("submit", (event) => {
      const button = event.target.querySelector("button.main");
      button.disabled = true;
      button.textContent = "Running…";
    });
    addEventListener("pageshow", () => {
      const button = form().querySelector("button.main");
      button.disabled = false;
      button.textContent = "Find out why";
    });
  };

  document.addEventListener("DOMContentLoaded", watch);
})();
