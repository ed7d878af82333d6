// Runs before anything is painted, so that a remembered theme does not flash up in the other one.
(() => {
  const wanted = new URLSearchParams(location.search).get("theme");
  let kept = null;
  try { kept = localStorage.getItem("rif.theme"); } catch { /* storage may be switched off */ }
  const theme = ["light", "dark"].includes(wanted) ? wanted : kept;
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
})();
