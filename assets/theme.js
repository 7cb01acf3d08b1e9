/* Before the first paint: the colour mode a person chose, else the one of their system. */
(function () {
  var chosen = null;
  try { chosen = window.localStorage.getItem("recoup-theme"); } catch (e) { chosen = null; }
  var dark = window.matchMedia && window.matchMedia("(prefers-color-scheme: dark)").matches;
  var mode = chosen === "light" || chosen === "dark" ? chosen : dark ? "dark" : "light";
  document.documentElement.setAttribute("data-bs-theme", mode);
  document.documentElement.setAttribute("data-ag-theme-mode", mode);
})();
