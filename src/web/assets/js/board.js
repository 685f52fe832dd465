// The board: keeps its live part up to date, says when it has lost the server and when it is back; and prints.
//
// A browser opens six connections to a server at most, so a stream in every tab would keep the seventh tab from loading.
// A hidden tab holds no stream. Of those that are shown, one holds the browser's only stream, by a lock that the tabs
// share: the one used last takes it, and the others look every few seconds. Where a browser has no such locks (http to
// another machine), each tab that is shown holds its own.
(() => {
  "use strict";
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => print());
  }
  const live = document.querySelector("[hx-sse\\:connect]");
  if (!live) return;

  const LOOK_EVERY = 5000;
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

  // what gives the lock back, while this tab holds it
  let giveBack = null;
  // one look without the lock
  let looking = false;
  let asking = false;
  let connection = null;
  const wanted = () => !document.hidden && (giveBack !== null || looking);
  const begin = () => {
    if (asking || connection || !wanted()) return;
    asking = true;
    htmx.ajax("GET", live.getAttribute("hx-sse:connect"), { source: live });
  };
  const end = () => {
    connection?.reader?.cancel();
    connection?.abortController?.abort();
    connection?.delayCanceller?.();
  };

  document.addEventListener("htmx:sse:before:connection", (event) => {
    if (event.detail.connection.attempt === 0) return;
    if (wanted()) lost();
    else event.preventDefault();
  });
  document.addEventListener("htmx:sse:after:connection", (event) => {
    connection = event.detail.connection;
    back();
    // it was hidden while the answer came
    setTimeout(() => wanted() || end());
  });
  document.addEventListener("htmx:sse:after:message", () => {
    const only = looking && giveBack === null;
    looking = false;
    if (only) end();
  });
  document.addEventListener("htmx:sse:close", () => {
    connection = null;
    if (!wanted()) return;
    lost();
    setTimeout(begin, 2000);
  });
  document.addEventListener("htmx:sse:error", (event) => {
    // the session has ended: the page itself leads to the sign-in
    if (event.detail?.status === 401) location.reload();
    lost();
  });
  document.addEventListener("htmx:before:response", (event) => {
    const { sourceElement, response } = event.detail.ctx;
    // whatever stands in front of the server may answer in its place
    if (sourceElement !== live || response.raw.headers.get("Content-Type")?.includes("text/event-stream")) return;
    event.preventDefault();
    if (response.status === 401) location.reload();
  });
  // htmx goes on by itself with a stream that broke, not with one that never began
  document.addEventListener("htmx:finally:request", (event) => {
    if (event.detail.ctx.sourceElement !== live) return;
    asking = false;
    if (connection || !wanted()) return;
    lost();
    setTimeout(begin, 2000);
  });

  let queue = null;
  const lead = async (steal) => {
    if (!navigator.locks) {
      giveBack = () => {};
      begin();
      return;
    }
    queue?.abort();
    queue = new AbortController();
    let mine = null;
    const hold = () => new Promise((resolve) => {
      if (document.hidden) {
        resolve();
        return;
      }
      mine = giveBack = resolve;
      begin();
    });
    await navigator.locks.request("gcc-relay-live", steal ? { steal: true } : { signal: queue.signal }, hold).catch(() => {});
    // another tab took the lock: this one looks now and then, and waits until the lock is free
    if (mine === null || giveBack !== mine) return;
    giveBack = null;
    end();
    lead(false);
  };
  const change = () => {
    if (!document.hidden) {
      if (giveBack === null) lead(true);
      return;
    }
    queue?.abort();
    const release = giveBack;
    giveBack = null;
    looking = false;
    end();
    release?.();
  };
  document.addEventListener("visibilitychange", change);
  addEventListener("focus", change);
  addEventListener("pageshow", (event) => event.persisted && change());
  setInterval(() => {
    if (document.hidden || giveBack !== null) return;
    looking = true;
    begin();
  }, LOOK_EVERY);
  // after htmx has looked at the page
  setTimeout(change);
})();
