"use strict";
(function () {
  // Tables are sorted by a click on a head; numbers by value, everything else by its text.
  function value(cell) {
    var text = cell ? cell.textContent.trim() : "";
    var number = parseFloat(text.replace("−", "-").replace(/[,+±]/g, ""));
    return isNaN(number) ? text : number;
  }
  function compare(a, b) {
    if (typeof a === "number" && typeof b === "number") { return a - b; }
    if (typeof a === "number") { return -1; }
    if (typeof b === "number") { return 1; }
    return a.localeCompare(b, "ja");
  }
  document.querySelectorAll("table.sortable").forEach(function (table) {
    var head = table.tHead.rows[table.tHead.rows.length - 1];
    Array.prototype.forEach.call(head.cells, function (cell, column) {
      // No button element: browsers leave it out where a head is printed again on the next page.
      var button = document.createElement("span");
      button.className = "sort";
      button.tabIndex = 0;
      button.setAttribute("role", "button");
      button.title = "並べ替え";
      while (cell.firstChild) { button.appendChild(cell.firstChild); }
      cell.appendChild(button);
      var down = false;
      button.addEventListener("keydown", function (event) {
        if (event.key === "Enter" || event.key === " ") { event.preventDefault(); button.click(); }
      });
      button.addEventListener("click", function () {
        var body = table.tBodies[0];
        var rows = Array.prototype.slice.call(body.rows);
        rows.sort(function (a, b) { return compare(value(a.cells[column]), value(b.cells[column])); });
        if (down) { rows.reverse(); }
        down = !down;
        Array.prototype.forEach.call(head.cells, function (c) { c.removeAttribute("aria-sort"); });
        cell.setAttribute("aria-sort", down ? "ascending" : "descending");
        rows.forEach(function (row) { body.appendChild(row); });
      });
    });
  });

  var filter = document.getElementById("filter");
  if (!filter) { return; }
  filter.hidden = false;
  var text = document.getElementById("filter-text");
  var year = document.getElementById("filter-year");
  var mark = document.getElementById("filter-mark");
  var shown = document.getElementById("filter-shown");
  var rows = Array.prototype.slice.call(document.querySelectorAll("#opinions tr.opinion"));
  rows.forEach(function (row) { row.dataset.text = row.textContent.toLowerCase(); });
  function apply() {
    var wanted = text.value.trim().toLowerCase();
    var n = 0;
    rows.forEach(function (row) {
      var fits = (!wanted || row.dataset.text.indexOf(wanted) >= 0) &&
        (!year.value || row.parentNode.dataset.year === year.value) &&
        (!mark.value || row.dataset.mark === mark.value);
      row.hidden = !fits;
      if (fits) { n += 1; }
    });
    document.querySelectorAll("#opinions tbody").forEach(function (body) {
      body.hidden = !body.querySelector("tr.opinion:not([hidden])");
    });
    document.querySelectorAll("#opinions section").forEach(function (section) {
      section.hidden = !section.querySelector("tr.opinion:not([hidden])");
    });
    shown.textContent = n + " 行";
  }
  [text, year, mark].forEach(function (field) { field.addEventListener("input", apply); });
  // A link from a cell must arrive even when the filter hides its opinions or their theme is folded.
  function arrive() {
    var target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) { return; }
    if (target.closest("[hidden]")) {
      text.value = ""; year.value = ""; mark.value = "";
      apply();
    }
    var folded = target.closest("details");
    if (folded) { folded.open = true; }
    target.scrollIntoView();
  }
  window.addEventListener("hashchange", arrive);
  apply();
  arrive();
})();
