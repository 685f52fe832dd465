// A form that was sent is not sent again while its answer is on the way. The server does an act once in any case; this
// only shows that something is happening.
(() => {
  const WAIT_MS = 3000;
  const sent = new WeakMap();
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    // another button of the same form is another act
    if (sent.has(form) && sent.get(form) === event.submitter) {
      event.preventDefault();
      return;
    }
    sent.set(form, event.submitter);
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
