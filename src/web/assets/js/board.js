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
  document.addEventListener("htmx:error", lost);
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => print());
  }
})();
