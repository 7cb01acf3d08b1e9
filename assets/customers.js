/* Customers: a borrower's number in a grid leads to all their loans; on the page itself the address alone changes. */
(function () {
  "use strict";
  function here() { return window.location.pathname.replace(/\/+$/, "") === "/customers"; }

  function address(ref) {
    var given = new URLSearchParams(window.location.search), kept = new URLSearchParams();
    ["as_of", "against", "known_on"].forEach(function (key) {
      if (given.get(key)) { kept.append(key, given.get(key)); }
    });
    kept.append("borrower", ref);
    return "/customers?" + kept.toString();
  }

  var renderers = window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {};
  renderers.BorrowerLink = function (props) {
    if (!props.value) { return null; }
    return window.React.createElement("a", {
      href: address(props.value), className: "grid-link",
      onClick: function (event) {
        if (!here() || event.ctrlKey || event.metaKey || event.shiftKey) { return; }
        event.preventDefault();
        window.recoupAddress.change({ borrower: props.value });
        document.getElementById("customers-borrower").scrollIntoView({ block: "start" });
      }
    }, props.value);
  };
})();
