// What a page does beyond a form: "/" goes to the search box, "j" and "k" go through a list's rows, keys press buttons,
// a held visit counts down.
(() => {
  "use strict";

  const isTyping = (element) => element.closest("input, textarea, select, [contenteditable]");

  // The first link of each row that is seen; Enter opens the one that has the focus.
  const links = () => [...document.querySelectorAll("main tbody tr")].map((row) => row.querySelector("a[href]")).filter((link) => link && link.offsetParent);

  const goBy = (step) => {
    const found = links();
    const here = found.findIndex((link) => link.closest("tr").contains(document.activeElement));
    const next = here < 0 ? (step > 0 ? 0 : found.length - 1) : here + step;
    if (found[next]) found[next].focus();
    return found.length > 0;
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (event.key === "/") {
      const box = document.getElementById("find");
      if (box) { event.preventDefault(); box.focus(); }
      return;
    }
    if ((event.key === "j" || event.key === "k") && goBy(event.key === "j" ? 1 : -1)) { event.preventDefault(); return; }
    // A button or link says its key with data-key; the page shows it beside the word.
    if (!/^[a-z0-9]$/i.test(event.key)) return;
    const target = document.querySelector(`[data-key="${event.key.toLowerCase()}"]`);
    if (!target) return;
    event.preventDefault();
    if (target.matches("details")) { target.open = true; (target.querySelector("textarea, select, input:not([type=hidden]), button") || target).focus(); }
    else if (target.matches("input, textarea, select")) target.focus();
    else target.click();
  });

  // <time data-until="2026-11-23T02:10:00+00:00">: minutes and seconds left; at the end the page is read anew.
  const countDown = () => {
    for (const element of document.querySelectorAll("[data-until]")) {
      const left = Math.floor((Date.parse(element.dataset.until) - Date.now()) / 1000);
      if (left < 0) {
        if (!element.dataset.isOver) { element.dataset.isOver = "1"; element.textContent = "0:00"; if (left > -5) location.reload(); }
      } else element.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    }
  };
  countDown();
  setInterval(countDown, 1000);

  // <form data-confirm="…">: what can't be undone asks once and says what will happen.
  document.addEventListener("submit", (event) => {
    const question = (event.submitter && event.submitter.dataset.confirm) || event.target.dataset.confirm;
    if (question && !window.confirm(question)) event.preventDefault();
  });

  // <form data-in-turn>: a scale or scanner ends its line with Enter; that leads to the next empty field, then sends.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("form[data-in-turn] input")) return;
    const next = [...event.target.form.querySelectorAll("input[required]")].find((input) => !input.value && input !== event.target);
    if (event.target.value && next) { event.preventDefault(); next.focus(); }
  });

  // <select data-submits>: choosing is sending.
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
  });
})();
