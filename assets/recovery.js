/* Recovery: a cell of the roll matrix that is clicked becomes the cell whose trend is shown. */
(function () {
  "use strict";
  var FIRST = "30-59|60-89";

  var recovery = {
    chooseCell: function (clicked) {
      var point = clicked && clicked.points && clicked.points[0];
      if (point && typeof point.customdata === "string") {
        window.recoupAddress.change({ roll: point.customdata === FIRST ? null : point.customdata });
      }
    }
  };

  window.dash_clientside = Object.assign({}, window.dash_clientside, { recovery: recovery });
})();
