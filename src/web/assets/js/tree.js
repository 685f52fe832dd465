// A file on its way shows how much of it has been sent, and then that it is being looked at. Without this script the form works as
// any other.
(() => {
  const send = (form) => {
    const told = form.querySelector("[data-told]");
    const bar = told.querySelector("progress");
    const say = (words) => {
      told.querySelector("span").textContent = words;
    };
    told.hidden = false;
    say(told.dataset.sending);
    const request = new XMLHttpRequest();
    request.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      bar.max = event.total;
      bar.value = event.loaded;
    });
    request.upload.addEventListener("load", () => {
      bar.removeAttribute("value");
      say(told.dataset.looking);
    });
    request.addEventListener("load", () => {
      // it is led on to what the file would change, or gets the form again with what is wrong
      if (new URL(request.responseURL).pathname !== new URL(form.action).pathname) {
        location.assign(request.responseURL);
        return;
      }
      const page = new DOMParser().parseFromString(request.responseText, "text/html");
      const main = document.querySelector("main");
      main.replaceWith(document.adoptNode(page.querySelector("main") ?? page.body));
      document.querySelector("main")?.focus();
    });
    // what the script could not send, the browser sends
    request.addEventListener("error", () => form.submit());
    request.open("POST", form.action);
    request.send(new FormData(form));
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !form.matches("form[data-progress]")) return;
    event.preventDefault();
    send(form);
  });
})();
