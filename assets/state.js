/* The address is the state of a view: controls are read from it and written to it here, in the browser. */
(function () {
  "use strict";
  var DAYS = ["as_of", "against", "known_on"];
  var DIMENSIONS = ["product", "region", "segment", "strategy", "proposed", "bucket", "band", "branch", "agency", "collector", "hold"];
  var MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

  /* The order of Selection.to_query, then a page's own keys by name: equal views have equal addresses. */
  function canonical(query) {
    var first = DAYS.concat(DIMENSIONS, ["lasso", "search"]);
    var own = Array.from(new Set(query.keys())).filter(function (key) { return first.indexOf(key) < 0; }).sort();
    var ordered = new URLSearchParams();
    first.concat(own).forEach(function (key) {
      query.getAll(key).filter(Boolean).sort().forEach(function (value) { ordered.append(key, value); });
    });
    var text = ordered.toString();
    return text ? "?" + text : "";
  }

  /* Change keys of the address: {product: ["Auto"], x: "dpd", lasso: null}; null or "" removes a key. */
  function change(changes) {
    var query = new URLSearchParams(window.location.search);
    Object.keys(changes).forEach(function (key) {
      query.delete(key);
      [].concat(changes[key] === null || changes[key] === undefined ? [] : changes[key]).forEach(function (value) {
        if (value !== "") { query.append(key, value); }
      });
    });
    var search = canonical(query);
    if (search !== canonical(new URLSearchParams(window.location.search))) {
      window.dash_clientside.set_props("url", { search: search });
    }
  }

  /* With the knowledge of an earlier day nothing is asked about days after it. */
  function withoutLaterDays(changes) {
    var now = new URLSearchParams(window.location.search).get("known_on") || "";
    if (changes.known_on && changes.known_on !== now) {
      ["as_of", "against"].forEach(function (day) {
        if (changes[day] && changes[day] > changes.known_on) { changes[day] = null; }
      });
    }
    return changes;
  }

  function nameOf(input) { return input.id.replace(/^filter-/, ""); }
  function flat(inputs) { return inputs.reduce(function (all, one) { return all.concat(one); }, []); }
  function same(a, b) { return JSON.stringify(a) === JSON.stringify(b); }
  function dayInWords(iso) {
    var parts = iso.split("-");
    return parts.length === 3 ? Number(parts[2]) + " " + MONTHS[Number(parts[1]) - 1] + " " + parts[0] : iso;
  }
  /* A day next to another, as short as it can be: the month alone where the two months differ. */
  function beside(day, other, second) {
    var a = day.split(" "), b = other.split(" ");
    if (a[1] === b[1] && a[2] === b[2]) { return day; }
    return second && a[2] === b[2] ? a[1] : a[1] + " " + a[2];
  }
  function bold(text) { return { type: "B", namespace: "dash_html_components", props: { children: text } }; }

  var recoup = {
    readFilters: function (search) {
      var noUpdate = window.dash_clientside.no_update;
      var query = new URLSearchParams(search || "");
      return flat(window.dash_clientside.callback_context.states_list).map(function (state) {
        var name = nameOf(state);
        var value = DAYS.indexOf(name) >= 0 ? query.get(name) || "" : query.getAll(name).sort();
        var shown = Array.isArray(state.value) ? state.value.slice().sort() : state.value;
        return same(value, shown) ? noUpdate : value;
      });
    },

    writeFilters: function () {
      var changes = {};
      flat(window.dash_clientside.callback_context.inputs_list).forEach(function (input) {
        changes[nameOf(input)] = input.value === undefined ? null : input.value;
      });
      change(withoutLaterDays(changes));
    },

    readAnyDay: function (search, shown) {
      var value = new URLSearchParams(search || "").get("known_on") || "";
      return value === (shown || "") ? window.dash_clientside.no_update : value;
    },

    writeAnyDay: function (value) {
      var query = new URLSearchParams(window.location.search);
      change(withoutLaterDays({ known_on: value || null, as_of: query.get("as_of"), against: query.get("against") }));
    },

    readKey: function (search, shown, note) {
      var value = new URLSearchParams(search || "").get(note.key) || note.default;
      return value === shown ? window.dash_clientside.no_update : value;
    },

    writeKey: function (value, note) {
      var changes = {};
      changes[note.key] = value === note.default ? null : value;
      change(changes);
    },

    labelChips: function () {
      var values = {}, options = {};
      flat(window.dash_clientside.callback_context.inputs_list).forEach(function (input) {
        (input.property === "options" ? options : values)[nameOf(input)] = input.value || [];
      });
      var more = ["band", "branch", "agency", "proposed"];
      var chips = [["product", "Product"], ["region", "Region"], ["segment", "Segment"], ["bucket", "Arrears"], ["strategy", "Strategy"]];
      var newest = options.against.length > 1 ? options.against[1].label : "";
      var asOf = values.as_of.length ? dayInWords(values.as_of) : newest;
      var from = values.as_of.length ? values.as_of : options.against.length > 1 ? options.against[1].value : "";
      var earlier = options.against.map(function (option) { return option.value; }).filter(function (day) { return day && day < from; });
      var against = values.against.length ? dayInWords(values.against) : earlier.length ? dayInWords(earlier[0]) : "";
      var active = more.filter(function (name) { return values[name].length; });
      var classes = function (offered, on) { return "chip" + (on ? " is-on" : "") + (offered || on ? "" : " is-absent"); };
      var known = values.known_on.length ? [", known " + dayInWords(values.known_on)] : [];
      var labels = [(against ? [bold(beside(asOf, against)), " against " + beside(against, asOf, true)] : [bold(asOf)]).concat(known)];
      var chipClasses = [classes(true, values.as_of.length || values.against.length || values.known_on.length)];
      chips.forEach(function (chip) {
        var picked = values[chip[0]], all = options[chip[0]].length;
        var text = !picked.length ? "all " + all : picked.length === 1 ? picked[0] : picked.length + " of " + all;
        labels.push([chip[1] + " ", bold(text)]);
        chipClasses.push(classes(all, picked.length));
      });
      labels.push(active.length ? ["More filters ", bold(String(active.length))] : ["More filters"]);
      chipClasses.push(classes(more.some(function (name) { return options[name].length; }), active.length));
      var fields = more.map(function (name) { return options[name].length || values[name].length ? "" : "is-absent"; });
      var any = values.as_of.length || values.against.length || values.known_on.length || active.length || chips.some(function (chip) { return values[chip[0]].length; });
      return labels.concat(chipClasses, fields, [any ? "link clear-view" : "link is-absent", asOf ? "As of " + asOf : ""]);
    },

    navigate: function (path, search, entries) {
      var here = path === "/" ? "/" : path.replace(/\/+$/, "");
      var kept = new URLSearchParams(search || ""), shared = new URLSearchParams();
      DAYS.concat(DIMENSIONS).forEach(function (key) {
        kept.getAll(key).forEach(function (value) { shared.append(key, value); });
      });
      var query = canonical(shared);
      var filtered = entries.some(function (entry) { return entry.path === here && entry.filters; });
      entries.forEach(function (entry) {
        var link = document.getElementById(entry.id);
        if (!link) { return; }
        if (entry.path === here) { link.setAttribute("aria-current", "page"); } else { link.removeAttribute("aria-current"); }
      });
      document.body.classList.remove("menu-open");
      return entries.map(function (entry) { return entry.path + query; }).concat(
        entries.map(function (entry) { return "nav-entry" + (entry.path === here ? " is-here" : ""); }),
        [filtered ? "filters" : "filters is-absent", "/download/loans.csv" + canonical(new URLSearchParams(search || "")), filtered ? "link" : "link is-absent"]
      );
    },

    theme: function (clicks) {
      var root = document.documentElement;
      var mode = root.getAttribute("data-bs-theme");
      if (clicks) {
        mode = mode === "dark" ? "light" : "dark";
        try { window.localStorage.setItem("recoup-theme", mode); } catch (e) { /* private window: kept for this page only */ }
        root.setAttribute("data-bs-theme", mode);
        root.setAttribute("data-ag-theme-mode", mode);
      }
      return [mode, mode === "dark" ? "Light mode" : "Dark mode"];
    },

    clearFailure: function () { return []; },

    table: function (rows, clicks) {
      if (!rows || !rows.length) { return []; }
      if (!clicks) { return window.dash_clientside.no_update; }
      function make(type, props) { return { type: type, namespace: "dash_html_components", props: props }; }
      /* A cell is text, or [text, address of its number]: that one opens the drawer. */
      function content(cell) {
        return Array.isArray(cell) ? make("Button", { children: cell[0], className: "link", "data-why": cell[1], "aria-haspopup": "dialog" }) : cell;
      }
      function row(cells, head) {
        return make("Tr", { children: cells.map(function (cell, place) {
          return make(head || place === 0 ? "Th" : "Td", { children: content(cell), scope: head ? "col" : place === 0 ? "row" : undefined });
        }) });
      }
      return make("Table", { className: "plain-table", children: [
        make("Thead", { children: row(rows[0], true) }),
        make("Tbody", { children: rows.slice(1).map(function (cells) { return row(cells, false); }) })
      ] });
    }
  };

  window.dash_clientside = Object.assign({}, window.dash_clientside, { recoup: Object.assign({}, (window.dash_clientside || {}).recoup, recoup) });
  window.recoupAddress = { change: change, canonical: canonical };
})();
