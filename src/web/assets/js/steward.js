// Keeps two things fresh that the server has already written: what is left of a time, and how long a note is. Copies a text at a tap.
(() => {
  const started = performance.now();
  const say = (element) => {
    const left = Number(element.dataset.secondsLeft) - (performance.now() - started) / 1000;
    const minutes = Math.ceil(left / 60);
    if (minutes <= 0) return element.dataset.now;
    const parts = [
      [Math.floor(minutes / 1440), element.dataset.days],
      [Math.floor(minutes / 60) % 24, element.dataset.hours],
      [minutes % 60, element.dataset.minutes],
    ];
    return parts.filter(([n]) => n > 0).slice(0, 2).map(([n, unit]) => `${n} ${unit}`).join(" ");
  };
  const tick = () => {
    for (const element of document.querySelectorAll("[data-seconds-left]")) {
      const text = say(element);
      if (element.textContent !== text) element.textContent = text;
    }
  };
  const count = (counter) => {
    const field = document.getElementById(counter.dataset.counterOf);
    if (!field) return;
    const show = () => {
      // LINE counts UTF-16 units, as JavaScript does
      const length = field.value.replace(/\r\n?/g, "\n").trim().length;
      counter.textContent = `${length} / ${counter.dataset.longest}`;
      counter.classList.toggle("over", length > Number(counter.dataset.longest));
    };
    field.addEventListener("input", show);
    show();
  };
  const offerCopy = (button) => {
    const text = document.getElementById(button.dataset.copy);
    if (!text || !navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(text.textContent);
      button.textContent = button.dataset.copied;
    });
  };
  document.querySelectorAll("[data-counter-of]").forEach(count);
  document.querySelectorAll("[data-copy]").forEach(offerCopy);
  if (document.querySelector("[data-seconds-left]")) setInterval(tick, 5000);
})();
