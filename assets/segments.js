/* Segments: a lasso or box drawn in the scatter becomes a polygon in the address; the server never sees the points. */
(function () {
  "use strict";
  var MOST_CORNERS = 48;

  function thinned(corners) {
    if (corners.length <= MOST_CORNERS) { return corners; }
    var step = corners.length / MOST_CORNERS;
    return Array.from({ length: MOST_CORNERS }, function (_, place) { return corners[Math.floor(place * step)]; });
  }

  function cornersOf(selected) {
    if (selected.lassoPoints) {
      return selected.lassoPoints.x.map(function (x, place) { return [x, selected.lassoPoints.y[place]]; });
    }
    if (selected.range) {
      var x = selected.range.x, y = selected.range.y;
      return [[x[0], y[0]], [x[1], y[0]], [x[1], y[1]], [x[0], y[1]]];
    }
    return [];
  }

  var segments = {
    keepLasso: function (selected, figure) {
      if (!selected || !figure || !figure.layout || !figure.layout.meta) { return; }
      var corners = thinned(cornersOf(selected));
      if (corners.length < 3) { return; }
      var axes = figure.layout.meta;
      var text = [axes.x, axes.y].concat(corners.map(function (corner) {
        return corner.map(function (value) { return Number(value.toPrecision(5)); }).join(",");
      }));
      window.recoupAddress.change({ lasso: text.join("~") });
    },

    exportLink: function (search) {
      return "/download/loans.csv" + window.recoupAddress.canonical(new URLSearchParams(search || ""));
    },

    clearLasso: function (clicks) {
      if (clicks) { window.recoupAddress.change({ lasso: null }); }
    }
  };

  window.dash_clientside = Object.assign({}, window.dash_clientside, { segments: segments });
})();
