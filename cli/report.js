"use strict";
// What the page does beyond being read: a search over the fields, and the dull ones on demand.
(() => {
  const tables = document.getElementById("tables"), search = document.getElementById("search");
  for (const link of document.querySelectorAll("a.maybe"))
    if (!document.querySelector(link.getAttribute("href"))) link.remove();
  document.getElementById("dull").addEventListener("change", e => tables.classList.toggle("all", e.target.checked));
  search.addEventListener("input", () => {
    const wanted = search.value.trim().toLowerCase();
    for (const table of tables.querySelectorAll("details")) {
      let hits = 0;
      for (const row of table.querySelectorAll("tbody tr")) {
        const hit = wanted !== "" && row.textContent.toLowerCase().includes(wanted);
        row.classList.toggle("hit", hit);
        hits += hit;
      }
      const named = wanted !== "" && table.querySelector("summary").textContent.toLowerCase().includes(wanted);
      table.open = hits > 0;
      table.hidden = wanted !== "" && !hits && !named;
    }
  });
  const open = () => { const t = location.hash && document.querySelector(location.hash); if (t && t.tagName === "DETAILS") t.open = true; };
  addEventListener("hashchange", open);
  open();
})();
