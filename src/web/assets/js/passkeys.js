// Offers passkeys where the browser has them, and asks the device on the page that is made for it.
(() => {
  const offered = window.PublicKeyCredential?.parseRequestOptionsFromJSON && window.PublicKeyCredential.parseCreationOptionsFromJSON;
  if (!offered) return;
  for (const part of document.querySelectorAll("[data-passkey-offer]")) part.hidden = false;
  const form = document.querySelector("form[data-passkey]");
  if (!form) return;
  const failed = document.querySelector("[data-passkey-failed]");
  let asking = false;
  const ask = async () => {
    if (asking) return;
    asking = true;
    failed.hidden = true;
    try {
      const options = JSON.parse(form.dataset.options);
      const made = form.dataset.passkey === "create"
        ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
        : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
      form.elements.credential.value = JSON.stringify(made);
      form.submit();
    } catch {
      // declined, too late, or nothing there: the button asks again
      failed.hidden = false;
      asking = false;
    }
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask();
  });
  ask();
})();
