// Reads charts out on hover and by arrow keys, and switches the theme. Pages work without it.
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("js");

  // A chart's marks in reading order: the read-out columns of a curve, else its bars.
  const marksOf = (svg) => {
    const columns = svg.querySelectorAll(".readout [aria-label]");
    const marks = columns.length ? columns : svg.querySelectorAll("[class^=bars_] [aria-label]");
    const place = (mark) => mark.getBBox();
    const lying = marks.length > 1 && [...marks].every((mark) => Math.abs(place(mark).height - place(marks[0]).height) < 0.5) && !columns.length;
    const start = (mark) => (lying ? place(mark).y : place(mark).x);
    return [...marks].sort((one, other) => start(one) - start(other));
  };

  const readOut = (figure, svg) => {
    const told = figure.querySelector(".told");
    const marks = marksOf(svg);
    if (!told || !marks.length) return;
    let at = -1;
    const tell = (index) => {
      marks[at]?.classList.remove("at");
      at = index;
      marks[at]?.classList.add("at");
      told.textContent = marks[at]?.getAttribute("aria-label") ?? "";
    };
    svg.tabIndex = 0;
    svg.addEventListener("pointermove", (event) => {
      const index = marks.indexOf(event.target);
      if (index >= 0 && index !== at) tell(index);
    });
    svg.addEventListener("pointerleave", () => tell(-1));
    svg.addEventListener("blur", () => tell(-1));
    svg.addEventListener("keydown", (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      const last = marks.length - 1;
      const to = {
        ArrowRight: Math.min(at + 1, last), ArrowDown: Math.min(at + 1, last),
        ArrowLeft: Math.max(at - 1, 0), ArrowUp: Math.max(at - 1, 0), Home: 0, End: last,
      }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      tell(to);
    });
  };

  for (const svg of document.querySelectorAll("figure .chart")) readOut(svg.closest("figure"), svg);

  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches);
  for (const button of document.querySelectorAll("[data-action=theme]")) {
    button.addEventListener("click", () => { root.dataset.theme = isDark() ? "light" : "dark"; });
  }

  // A word shows its definition, which the page holds once, among its words. Escape puts it away; it comes back when the pointer or focus returns.
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") root.classList.add("quiet"); });
  for (const term of document.querySelectorAll(".term")) {
    const meaning = document.getElementById(term.getAttribute("aria-describedby"));
    if (meaning) term.dataset.tip = meaning.textContent;
    for (const leaving of ["pointerleave", "blur"]) term.addEventListener(leaving, () => root.classList.remove("quiet"));
  }

  // Tables that scroll sideways must be reachable by key.
  for (const box of document.querySelectorAll(".scroll")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
  }
})();
