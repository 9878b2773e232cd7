// A file is dropped anywhere on the page, or chosen: it is sent once, by its hash, and what it takes is looked up, or run
// at once on the shapes that were typed before.
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
    if (share === undefined) part("progress").removeAttribute("value");
    else part("progress").value = share;
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

  const sent = (file, loaded, total) => (loaded < total ? [`Sending ${file.name}: ${Math.floor((100 * loaded) / total)} %`, loaded / total] : [`Storing ${file.name}`]);

  const send = (file, path) => new Promise((resolve, reject) => {
    const sending = new XMLHttpRequest();
    sending.open("PUT", path);
    sending.setRequestHeader("Content-Type", "application/octet-stream");
    sending.upload.onprogress = ({ loaded, total }) => show(...sent(file, loaded, total));
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
    if (!form().hasAttribute("data-known")) throw new Error("What it takes could not be shown. Choose it again.");
  };

  /** Run what is stored, on the shapes that were typed; the file itself is not sent again. */
  const run = (sha256, file) => {
    input().disabled = true;
    for (const [name, value] of Object.entries({ model_id: sha256, name: file.name })) form().append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    show(`Starting the structure pass of ${file.name}`);
    form().requestSubmit(part("button.main"));
  };

  /** Whether a file was taken: another one is not, before this one has come to its end. */
  const underWay = () => !part(".progress").hidden;

  /** Why a file is not worth reading, or "". */
  const unfit = ({ size }) => {
    const most = Number(input().dataset.most);
    if (size > most) return `The file has ${size.toLocaleString("en")} bytes, more than the limit of ${most.toLocaleString("en")}.`;
    return size ? "" : "The file is empty.";
  };

  /** The form is about another program: an empty one takes its place, where the service gives one. */
  const empty = async () => {
    await htmx.ajax("GET", "/", { target: "#run", select: "#run", swap: "outerHTML" });
    if (input()) history.replaceState(null, "", "/");
  };

  const take = async (files) => {
    if (!input() || underWay()) return;
    input().files = files;
    const [file] = files;
    part("[data-wrong]").hidden = true;
    const wrong = unfit(file);
    if (wrong) {
      refuse(wrong);
      return;
    }
    if (!crypto.subtle) {
      show(`Sending ${file.name}`);
      form().requestSubmit(part("[name=look]"));
      return;
    }
    try {
      show(`Reading ${file.name}`);
      const sha256 = await hash(file);
      const known = await fetch(`/models/${sha256}`, { method: "HEAD" });
      if (!known.ok) await send(file, `/models/${sha256}`);
      if (document.getElementById("shapes").value.trim()) {
        run(sha256, file);
        return;
      }
      show(`Looking at what ${file.name} takes`);
      await ask(sha256, file);
      if (form().hasAttribute("data-ready")) form().requestSubmit();
      else form().querySelector("fieldset input, #shapes")?.focus();
    } catch (error) {
      refuse(error.message);
    }
  };

  const watch = () => {
    addEventListener("dragover", (event) => {
      if (![...event.dataTransfer.types].includes("Files")) return;
      event.preventDefault();
      document.body.classList.add("dropping");
    });
    for (const name of ["dragleave", "drop"]) addEventListener(name, () => document.body.classList.remove("dropping"));
    addEventListener("drop", async (event) => {
      const files = event.dataTransfer?.files;
      if (!files?.length) return;
      event.preventDefault();
      if (!input()) await empty();
      take(files);
    });
    addEventListener("change", (event) => {
      if (event.target.id === "model" && event.target.files[0]) take(event.target.files);
    });
    addEventListener("submit", (event) => {
      if (event.target !== form()) return;
      const button = part("button.main");
      button.disabled = true;
      button.textContent = "Running…";
    });
    addEventListener("pageshow", (event) => {
      if (event.persisted && input()) part(".progress").hidden = true;
      const button = form().querySelector("button.main");
      button.disabled = false;
      button.textContent = "Find out why";
      if (input()?.disabled) location.replace("/"); // gone back to, after it was run
    });
  };

  document.addEventListener("DOMContentLoaded", watch);
})();
