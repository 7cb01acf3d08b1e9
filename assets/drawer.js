/* The drawer "why this number". Which number is asked about stands in the address. It is put there by the history and not
   through the page's own address property, so that opening and closing the drawer draws nothing on the page again. */
(function () {
  "use strict";
  var KEYS = ["why", "cell", "rows"];

  function query() { return new URLSearchParams(window.location.search); }

  /* What the drawer is told: the whole address where it asks about a number, else nothing. */
  function address() { return query().get("why") ? window.location.search : ""; }

  function tell() {
    var now = address();
    if (now && now !== told) { window.dash_clientside.set_props("why-body", { className: "why-body is-waiting" }); }
    told = now;
    window.dash_clientside.set_props("why", { data: now });
  }
  var told = "";

  function go(changed) {
    var search = window.recoupAddress.canonical(changed);
    if (search === window.location.search) { return; }
    window.history.pushState({}, "", window.location.pathname + search + window.location.hash);
    tell();
  }

  function ask(number) {
    var asked = new URLSearchParams(number), changed = query();
    KEYS.forEach(function (key) {
      changed.delete(key);
      asked.getAll(key).forEach(function (value) { changed.append(key, value); });
    });
    go(changed);
  }

  function choose(side) {
    var changed = query();
    if (side === "numerator") { changed.delete("rows"); } else { changed.set("rows", side); }
    go(changed);
  }

  function leave() {
    var changed = query();
    KEYS.forEach(function (key) { changed.delete(key); });
    go(changed);
  }

  document.addEventListener("click", function (event) {
    var target = event.target.closest ? event.target.closest("[data-why], [data-rows], #why-close") : null;
    if (!target) { return; }
    if (target.id === "why-close") { leave(); }
    else if (target.hasAttribute("data-why")) { ask(target.getAttribute("data-why")); }
    else { choose(target.getAttribute("data-rows")); }
  });

  /* Where the page is, whatever number is asked about on it. */
  function page() {
    var rest = query();
    KEYS.forEach(function (key) { rest.delete(key); });
    return window.location.pathname + window.recoupAddress.canonical(rest);
  }
  var here = "";

  /* Back and forward between numbers of one page are the drawer's alone; the page hears of all others. */
  window.addEventListener("popstate", function (event) {
    if (page() === here) { event.stopImmediatePropagation(); }
    here = page();
    tell();
  });

  /* A point of any chart: its customdata is the address, or begins with it. */
  function onPoint(clicked) {
    var given = clicked && clicked.points && clicked.points.length ? clicked.points[0].customdata : null;
    var mark = Array.isArray(given) ? given[0] : given;
    if (typeof mark === "string" && mark.indexOf("why:") === 0) { ask(mark.slice(4)); }
  }

  document.addEventListener("pointerover", function (event) {
    var plot = event.target.closest ? event.target.closest(".js-plotly-plot") : null;
    if (!plot || !plot.on || (event.relatedTarget && plot.contains(event.relatedTarget))) { return; }
    if (plot.removeListener) { plot.removeListener("plotly_click", onPoint); }
    plot.on("plotly_click", onPoint);
  });

  var drawer = {
    follow: function (search, path, known) {
      var now = address();
      told = now;
      here = page();
      return now === (known || "") ? window.dash_clientside.no_update : now;
    },
    open: function (asked) { return Boolean(asked); },
    closed: function (isOpen) { if (isOpen === false) { leave(); } }
  };

  window.dash_clientside = Object.assign({}, window.dash_clientside, { drawer: drawer });
})();
