/* The simulator: sliders are read from the address and written to it; their words follow at once. */
(function () {
  "use strict";
  function stands(query, key, bound) {
    var text = query.get(key), value = text === null || text === "" ? NaN : Number(text);
    return isFinite(value) ? Math.min(Math.max(value, 0), bound.max) : bound.today;
  }
  function keyOf(id) { return id.replace("strategies-try-", ""); }
  function grouped(value, decimals) {
    return value.toLocaleString("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  }
  function words(value, bound) {
    if (bound.unit === "risk") { return grouped(value, 2); }
    if (bound.unit !== "money" || bound.limit) { if (value >= bound.max) { return "no limit"; } }
    if (bound.unit === "share") { return grouped(value, value % 1 ? 1 : 0) + " % of the loans"; }
    if (bound.unit === "hours") { return grouped(value, value % 1 ? 1 : 0) + " hours"; }
    return (bound.currency ? bound.currency + " " : "") + grouped(value, value % 1 ? 2 : 0) + (bound.limit ? "" : " a loan");
  }

  document.addEventListener("click", function (event) {
    var button = event.target.closest ? event.target.closest("[data-try-reset]") : null;
    if (!button) { return; }
    var changes = {};
    button.getAttribute("data-try-reset").split(" ").forEach(function (key) { changes[key] = null; });
    window.recoupAddress.change(changes);
  });

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    recoup_try: {
      read: function (search, bounds) {
        var shown = [].concat.apply([], window.dash_clientside.callback_context.states_list);
        var query = new URLSearchParams(search || ""), same = window.dash_clientside.no_update;
        return shown.map(function (state) {
          var bound = (bounds || {})[keyOf(state.id)];
          if (!bound) { return same; }
          var value = String(stands(query, keyOf(state.id), bound));
          return value === String(state.value) ? same : value;
        });
      },
      write: function () {
        var given = window.dash_clientside.callback_context, changes = {}, any = false;
        var bounds = given.states_list[0].value || {};
        [].concat.apply([], given.inputs_list).forEach(function (input) {
          var bound = bounds[keyOf(input.id)];
          if (!bound || input.value === undefined || input.value === null || input.value === "") { return; }
          any = true;
          changes[keyOf(input.id)] = Number(input.value) === Number(bound.today) ? null : String(input.value);
        });
        if (any) { window.recoupAddress.change(changes); }
      },
      words: function () {
        var given = window.dash_clientside.callback_context;
        var inputs = [].concat.apply([], given.inputs_list), bounds = inputs.pop().value || {};
        return inputs.map(function (input) {
          var bound = bounds[keyOf(input.id)];
          if (!bound || input.value === undefined || input.value === null) { return window.dash_clientside.no_update; }
          return [bound.words, { type: "B", namespace: "dash_html_components", props: { children: words(Number(input.value), bound) } }];
        });
      },
      ends: function (bounds) {
        var outputs = [].concat.apply([], window.dash_clientside.callback_context.outputs_list), same = window.dash_clientside.no_update;
        return outputs.map(function (output) {
          var bound = (bounds || {})[keyOf(output.id)];
          return bound ? bound[output.property] : same;
        });
      }
    }
  });
})();
