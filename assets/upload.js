/* The file input of Batches and of Targets: Dash has none. The file goes out as it is, with its progress, and can be stopped. */
(function () {
  "use strict";
  var LIMIT = { bytes: 0 };
  var PAGES = ["batches", "targets"];

  function make(tag, props, text) {
    var element = document.createElement(tag);
    Object.keys(props || {}).forEach(function (name) { element.setAttribute(name, props[name]); });
    if (text) { element.textContent = text; }
    return element;
  }

  function megabytes(bytes) {
    if (bytes < 1048576) { return Math.max(1, Math.round(bytes / 1024)) + " kB"; }
    return (bytes / 1048576).toFixed(bytes < 10485760 ? 1 : 0) + " MB";
  }

  function build(drop, page) {
    var input = make("input", { type: "file", id: page + "-file", accept: ".csv,.txt,.tsv,text/csv,text/plain", "class": "visually-hidden" });
    var label = make("label", { "for": page + "-file", "class": "button" }, "Choose a CSV file");
    var hint = make("p", { "class": "muted" }, "or drop it here");
    var bar = make("progress", { max: "1", value: "0", "class": "is-absent", "aria-label": "Sending the file" });
    var stop = make("button", { type: "button", "class": "link is-absent" }, "Stop");
    var said = make("p", { role: "alert", "class": "drop-said" });
    [input, label, hint, bar, stop, said].forEach(function (element) { drop.appendChild(element); });
    var request = null;

    function show(sending) {
      [bar, stop].forEach(function (element) { element.classList.toggle("is-absent", !sending); });
      [label, hint].forEach(function (element) { element.classList.toggle("is-absent", sending); });
    }

    function tell(text, bad) {
      said.textContent = text;
      said.classList.toggle("bad", Boolean(bad));
    }

    function send(file) {
      if (!file || request) { return; }
      if (!file.size) { tell(file.name + " is empty. Choose a CSV file with a header and rows.", true); return; }
      if (LIMIT.bytes && file.size > LIMIT.bytes) {
        tell(file.name + " has " + megabytes(file.size) + ", more than the " + megabytes(LIMIT.bytes) + " a browser may send. Split it, or use the command line.", true);
        return;
      }
      request = new XMLHttpRequest();
      request.open("PUT", "/upload?name=" + encodeURIComponent(file.name));
      request.setRequestHeader("Content-Type", "application/octet-stream");
      request.upload.onprogress = function (event) {
        if (event.lengthComputable) { bar.value = event.loaded / event.total; }
        tell("Sending " + file.name + ", " + megabytes(event.loaded) + " of " + megabytes(file.size));
      };
      request.onload = function () {
        var answer = {};
        try { answer = JSON.parse(request.responseText); } catch (e) { answer = {}; }
        if (request.status === 200) {
          tell(file.name + " has arrived, " + megabytes(answer.bytes) + ".");
          window.dash_clientside.set_props(page + "-sent", { data: answer });
        } else {
          tell((answer.found || "The server did not take the file (" + request.status + ").") + " " + (answer.remedy || ""), true);
        }
        end();
      };
      request.onerror = function () { tell("The connection broke while sending; nothing was kept. Send the file again.", true); end(); };
      request.onabort = function () { tell("Stopped; nothing was kept."); end(); };
      bar.value = 0;
      show(true);
      tell("Sending " + file.name);
      request.send(file);
    }

    function end() { request = null; input.value = ""; show(false); }

    input.addEventListener("change", function () { send(input.files[0]); });
    stop.addEventListener("click", function () { if (request) { request.abort(); } });
    ["dragenter", "dragover"].forEach(function (kind) {
      drop.addEventListener(kind, function (event) { event.preventDefault(); drop.classList.add("is-over"); });
    });
    ["dragleave", "drop"].forEach(function (kind) {
      drop.addEventListener(kind, function (event) { event.preventDefault(); drop.classList.remove("is-over"); });
    });
    drop.addEventListener("drop", function (event) {
      var files = event.dataTransfer ? event.dataTransfer.files : [];
      if (files.length > 1) { tell("One file at a time: " + files.length + " were dropped. Drop them one after the other.", true); return; }
      send(files[0]);
    });
    if (!LIMIT.bytes) {
      window.fetch("/upload").then(function (answer) { return answer.json(); })
        .then(function (limits) { LIMIT.bytes = limits.largest_bytes; }).catch(function () { LIMIT.bytes = 0; });
    }
  }

  function look() {
    PAGES.forEach(function (page) {
      var drop = document.getElementById(page + "-drop");
      if (drop && !drop.firstChild) { build(drop, page); }
    });
  }
  new MutationObserver(look).observe(document.documentElement, { childList: true, subtree: true });
  document.addEventListener("DOMContentLoaded", look);

  /* One click opens the list of our columns: the grid itself would want one to edit and one to open. */
  document.addEventListener("click", function (event) {
    if (!event.target.closest || !event.target.closest("#batches-mapping .editable")) { return; }
    window.setTimeout(function () {
      var closed = document.querySelector("#batches-mapping .ag-picker-field-wrapper[aria-expanded=false]");
      if (closed) { closed.dispatchEvent(new MouseEvent("mousedown", { bubbles: true })); }
    }, 60);
  }, true);

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    batches: {
      /* A job that was started becomes the one the address shows; 0 clears it. */
      follow: function (job) {
        if (job === null || job === undefined) { return; }
        window.recoupAddress.change({ job: job ? String(job) : null });
      }
    }
  });
})();
