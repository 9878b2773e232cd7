// A diagnosis that is not finished: the page is asked for anew whenever the service tells of progress. Where it cannot
// be told (too many streams, a proxy that holds them back), the page asks every two seconds.
(() => {
  const PAUSE = 2000;
  const page = () => document.getElementById("diagnosis");
  let asking = false;
  let again = false;

  const renew = async () => {
    again = true;
    if (asking) return;
    asking = true;
    while (again && page().dataset.events) {
      again = false;
      await htmx.ajax("GET", location.pathname, { target: "#diagnosis", select: "#diagnosis", swap: "outerHTML" });
      page().dispatchEvent(new CustomEvent("whygrad:shown", { bubbles: true }));
    }
    asking = false;
  };

  const poll = async () => {
    await renew();
    if (page().dataset.events) setTimeout(poll, PAUSE);
  };

  const listen = () => {
    const stream = new EventSource(page().dataset.events);
    stream.addEventListener("progress", renew);
    stream.addEventListener("end", () => {
      stream.close();
      poll();
    });
    stream.addEventListener("error", () => {
      if (stream.readyState === EventSource.CLOSED) poll();
    });
  };

  document.addEventListener("DOMContentLoaded", listen);
})();
