/* Popovers, the phone's menu and the links of the filter row: what HTML alone does not do. */
(function () {
  "use strict";
  function openChips() { return Array.from(document.querySelectorAll("details.chip[open]")); }

  function setMenu(open) {
    document.body.classList.toggle("menu-open", open);
    var button = document.getElementById("menu-button");
    if (button) { button.setAttribute("aria-expanded", String(open)); }
  }

  /* A popover stays inside the window. */
  document.addEventListener("toggle", function (event) {
    var chip = event.target;
    if (!chip.matches || !chip.matches("details.chip") || !chip.open) { return; }
    openChips().forEach(function (other) { if (other !== chip) { other.open = false; } });
    var panel = chip.querySelector(".popover-panel");
    panel.style.left = "0px";
    var over = panel.getBoundingClientRect().right - (document.body.clientWidth - 12);
    if (over > 0) { panel.style.left = -over + "px"; }
  }, true);

  document.addEventListener("click", function (event) {
    openChips().forEach(function (chip) { if (!chip.contains(event.target)) { chip.open = false; } });
    var target = event.target.closest ? event.target.closest("button, a") : null;
    if (!target) { return; }
    if (target.id === "menu-button") { setMenu(!document.body.classList.contains("menu-open")); }
    if (target.classList.contains("clear-view")) {
      var cleared = {};
      ["as_of", "against", "known_on", "product", "region", "segment", "strategy", "proposed", "bucket", "band", "branch", "agency", "collector", "hold", "lasso", "search"]
        .forEach(function (key) { cleared[key] = null; });
      window.recoupAddress.change(cleared);
    }
    if (target.classList.contains("to-now")) { window.recoupAddress.change({ known_on: null }); }
    if (target.id === "change-day") {
      var chip = document.getElementById("chip-days");
      if (chip) {
        setMenu(false);
        window.setTimeout(function () { chip.open = true; chip.scrollIntoView({ block: "nearest" }); document.getElementById("filter-as_of").focus(); }, 0);
      }
    }
    if (target.id === "copy-link" && navigator.clipboard) {
      navigator.clipboard.writeText(window.location.href).then(function () {
        target.textContent = "Copied";
        window.setTimeout(function () { target.textContent = "Copy link"; }, 1600);
      });
    }
    if (target.classList.contains("skip-link")) {
      event.preventDefault();
      document.getElementById("content").focus();
    }
  });

  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") { return; }
    openChips().forEach(function (chip) { chip.open = false; chip.querySelector("summary").focus(); });
    if (document.body.classList.contains("menu-open")) { setMenu(false); document.getElementById("menu-button").focus(); }
  });
})();
