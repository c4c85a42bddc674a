// Shows a notice before the session ends and extends it without leaving the page. Tabs share the end through
// localStorage, so that work in one tab keeps the others from warning. Without this script the page's text says when.
(() => {
  const place = document.querySelector("[data-session-ends]");
  if (!place) return;
  const alert = place.querySelector("[data-session-alert]");
  const form = place.querySelector("[data-session-stay]");
  const shared = "madoguchi-session";
  const read = () => {
    try {
      return JSON.parse(localStorage.getItem(shared)) || {};
    } catch {
      return {};
    }
  };
  const write = (times) => {
    try {
      localStorage.setItem(shared, JSON.stringify(times));
    } catch {
      // storage may be forbidden: then each tab counts for itself
    }
  };
  let own = { ends: Number(place.dataset.sessionEnds), warn: Number(place.dataset.sessionWarn) };
  const times = () => {
    const other = read();
    return other.ends > own.ends ? other : own;
  };
  write(own);
  const look = () => {
    alert.hidden = Date.now() / 1000 < times().warn;
  };
  if (form) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const answer = await fetch(form.action, {
        method: "POST",
        body: new FormData(form),
        headers: { Accept: "application/json" },
        redirect: "manual",
      }).catch(() => null);
      if (!answer || !answer.ok) {
        form.submit();
        return;
      }
      own = await answer.json();
      write(own);
      look();
    });
  }
  look();
  setInterval(look, 5000);
})();
