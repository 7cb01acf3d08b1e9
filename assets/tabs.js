/* Tabs: the open one stands in the address; only what it shows is asked for, and asked again only when that has changed. */
(function () {
  "use strict";
  function keyOf(tab) { return tab.getAttribute("data-tab") || null; }
  function show(tab) { window.recoupAddress.change({ tab: keyOf(tab) }); }
  function of(event) { return event.target.closest ? event.target.closest("[role=tab][data-tab]") : null; }

  document.addEventListener("click", function (event) {
    var tab = of(event);
    if (tab) { show(tab); }
  });

  document.addEventListener("keydown", function (event) {
    var tab = of(event);
    if (!tab || event.altKey || event.ctrlKey || event.metaKey) { return; }
    var all = Array.from(tab.parentNode.querySelectorAll("[role=tab]:not([hidden])"));
    var at = all.indexOf(tab), last = all.length - 1;
    var to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: last }[event.key];
    if (to === undefined) { return; }
    event.preventDefault();
    var next = all[to < 0 ? last : to > last ? 0 : to];
    next.focus();
    show(next);
  });

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    recoup_tabs: {
      open: function (search, mode, revision) {
        var states = [].concat.apply([], window.dash_clientside.callback_context.states_list);
        var looked = states[0].value, shown = states.slice(1), same = window.dash_clientside.no_update;
        var query = new URLSearchParams(search || "");
        var keys = shown.map(function (state) { return state.id.split("-opened-")[1]; });
        var here = keys.indexOf(query.get("tab")) < 0 ? keys[0] : query.get("tab");
        ["tab", "why", "cell", "rows"].forEach(function (key) { query.delete(key); });  /* the drawer's own keys show nothing else */
        var view = [window.recoupAddress.canonical(query), mode, revision].join(" ");
        function each(words) { return keys.map(function (key) { return words(key === here); }); }
        return [looked === view ? same : view].concat(
          keys.map(function (key, place) { return key === here && shown[place].value !== view ? view : same; }),
          each(function (open) { return open ? "tab-panel" : "tab-panel is-absent"; }),
          each(function (open) { return open ? "tab is-on" : "tab"; }),
          each(function (open) { return open ? 0 : -1; }),
          each(function (open) { return open ? "true" : "false"; })
        );
      }
    }
  });
})();
