// What a script asked for and was refused is said at the foot of the page; what stood there before stays, and whatever
// asks again by itself goes on. The next answer takes the words away.
(() => {
  const SIGNED_OUT = 401;
  const told = () => document.getElementById("refused");

  /** Said once for as long as it is so: a page that asks every few seconds does not repeat it. */
  const say = (why, status) => {
    const [text, link] = [told().querySelector("span"), told().querySelector("a")];
    if (text.textContent !== why) text.textContent = why;
    link.hidden = status !== SIGNED_OUT;
    link.href = `/sign-in?${new URLSearchParams({ next: location.pathname + location.search })}`;
    told().hidden = false;
  };

  /** What the page of a problem says; what stands before the service may answer with a page of its own. */
  const reason = ({ text, response }) => {
    const page = new DOMParser().parseFromString(text, "text/html");
    return page.querySelector("[data-problem]")?.dataset.problem ?? `The service answered with ${response.status}. Try again in a moment.`;
  };

  document.addEventListener("htmx:response:error", ({ detail: { ctx } }) => say(reason(ctx), ctx.response.status));
  document.addEventListener("htmx:error", ({ detail: { ctx } }) => ctx && say("The service did not answer. Try again in a moment."));
  document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
    if (ctx.response.status < 400) told().hidden = true;
  });
})();
