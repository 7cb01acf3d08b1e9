/* A grid is one stop for the Tab key, however many cells it has: arrow keys move within it, Enter follows a cell's link. */
(function () {
  "use strict";
  var STOPS = "a[href], button, input, select, textarea, summary, [tabindex]";

  function isStop(element) {
    return element.tabIndex >= 0 && !element.disabled && element.type !== "hidden" && element.checkVisibility({ visibilityProperty: true });
  }

  /* The stop after (or before) a grid, in the order of the page. */
  function beyond(grid, back) {
    var side = back ? Node.DOCUMENT_POSITION_PRECEDING : Node.DOCUMENT_POSITION_FOLLOWING;
    var found = Array.from(document.querySelectorAll(STOPS)).filter(function (element) {
      return !grid.contains(element) && grid.compareDocumentPosition(element) & side && isStop(element);
    });
    return back ? found.pop() : found[0];
  }

  /* Nothing follows: the key goes on from the page's end, as it does from any last stop. */
  function leavePage() {
    var end = document.createElement("span");
    end.tabIndex = -1;
    document.body.appendChild(end);
    end.focus();
    end.addEventListener("blur", function () { window.setTimeout(function () { end.remove(); }, 0); });
  }

  document.addEventListener("keydown", function (event) {
    var grid = event.target.closest ? event.target.closest(".recoup-grid") : null;
    if (!grid || event.altKey || event.ctrlKey || event.metaKey) { return; }
    if (event.key === "Enter") {
      var link = event.target.matches(".ag-cell") ? event.target.querySelector("a[href]") : null;
      if (link) { link.click(); }
      return;
    }
    if (event.key !== "Tab" || event.target.closest(".ag-cell-inline-editing, .ag-popup")) { return; }
    var next = beyond(grid, event.shiftKey);
    event.stopPropagation();
    if (next) { event.preventDefault(); next.focus(); } else { leavePage(); }
  }, true);
})();
