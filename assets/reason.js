/* How many letters of a reason are written, beside how many are kept; nothing is cut. */
(function () {
  "use strict";
  document.addEventListener("input", function (event) {
    var place = event.target.closest ? event.target.closest(".reason") : null;
    var told = place && place.querySelector(".reason-count");
    if (!told) { return; }
    var most = Number(told.getAttribute("data-most"));
    var written = event.target.value.trim().replace(/\s+/g, " ").length;
    told.textContent = written + " of " + most + " letters" + (written > most ? ", " + (written - most) + " too many" : "");
    told.classList.toggle("over", written > most);
  });
})();
