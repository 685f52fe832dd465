// The board: says when its live part has lost the server, and when it is back; and prints. Nothing else needs a script.
(() => {
  "use strict";
  const hint = document.querySelector("[data-live-hint]");
  let timer = 0;
  const lost = () => {
    // a stream that ends in good order is back before anybody needs to know
    if (timer || !hint) return;
    timer = setTimeout(() => {
      hint.textContent = hint.dataset.lost;
      hint.classList.add("lost");
    }, 1500);
  };
  const back = () => {
    clearTimeout(timer);
    timer = 0;
    if (hint?.classList.contains("lost")) {
      hint.classList.remove("lost");
      hint.textContent = hint.dataset.back;
    }
  };
  document.addEventListener("htmx:sse:error", (event) => {
    // the session has ended: the page itself leads to the sign-in
    if (event.detail?.status === 401) location.reload();
    lost();
  });
  document.addEventListener("htmx:sse:close", lost);
  document.addEventListener("htmx:sse:before:connection", (event) => {
    if (event.detail?.connection?.attempt > 0) lost();
  });
  document.addEventListener("htmx:sse:after:connection", back);
  // htmx goes on by itself with a stream that broke, not with one that never began
  const live = document.querySelector("[hx-sse\\:connect]");
  let streaming = false;
  document.addEventListener("htmx:sse:close", () => { streaming = false; });
  document.addEventListener("htmx:sse:after:connection", () => { streaming = true; });
  document.addEventListener("htmx:before:response", (event) => {
    const { sourceElement, response } = event.detail.ctx;
    // whatever stands in front of the server may answer in its place
    if (sourceElement !== live || response.raw.headers.get("Content-Type")?.includes("text/event-stream")) return;
    event.preventDefault();
    if (response.status === 401) location.reload();
  });
  document.addEventListener("htmx:finally:request", (event) => {
    if (event.detail.ctx.sourceElement !== live || streaming) return;
    lost();
    setTimeout(() => htmx.ajax("GET", live.getAttribute("hx-sse:connect"), { source: live }), 2000);
  });
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => print());
  }
})();
