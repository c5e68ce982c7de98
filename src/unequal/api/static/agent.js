// Sends a form and puts the answer in the place of the page, so that nothing jumps. The page works without it.
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("js");

  // What a screen reader hears, and where the keyboard goes on, after the page has changed.
  const tell = (main) => {
    const news = main.querySelector("#wrong") ?? main.querySelector("#status:not(:empty)") ?? main;
    news.focus({ preventScroll: false });
  };

  const replace = (html, url) => {
    const next = new DOMParser().parseFromString(html, "text/html");
    const [now, then] = [document.querySelector("main"), next.querySelector("main")];
    // A page of another kind, as the one to sign in, is gone to.
    if (!then?.querySelector(".columns")) return false;
    now.replaceWith(then);
    document.title = next.title;
    history.replaceState(null, "", url);
    tell(then);
    return true;
  };

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.method !== "post" || !form.closest("main") || !document.querySelector(".columns") || form.dataset.plain) return;
    event.preventDefault();
    // Twice pressed is once meant.
    if (root.classList.contains("busy")) return;
    root.classList.add("busy");
    try {
      const body = new URLSearchParams(new FormData(form, event.submitter));
      const answer = await fetch(form.action, { method: "POST", body, credentials: "same-origin" });
      if (!replace(await answer.text(), answer.url)) location.assign(answer.url);
    } catch {
      // The way that works without us.
      form.dataset.plain = "1";
      form.requestSubmit(event.submitter);
    } finally {
      root.classList.remove("busy");
    }
  });
})();
