// A form that was sent is not sent again while its answer is on the way. The server does an act once in any case; this
// only shows that something is happening.
(() => {
  const WAIT_MS = 3000;
  const sent = new WeakSet();
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (sent.has(form)) {
      event.preventDefault();
      return;
    }
    sent.add(form);
    form.setAttribute("aria-busy", "true");
    const again = () => {
      sent.delete(form);
      form.removeAttribute("aria-busy");
    };
    // a file that is downloaded leaves the page where it is, and so does going back
    setTimeout(again, WAIT_MS);
    addEventListener("pageshow", again, { once: true });
  });
})();
