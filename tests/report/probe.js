"use strict";
// Runs inside a copy of the page and writes what it finds into an element "probe", one fact a line.
(() => {
  const facts = [];
  const fact = (name, value) => facts.push(`${name} ${value}`);
  const over = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 2 && b.top < a.bottom - 2;
  const boxes = [...document.querySelectorAll("section > svg")].map(svg => [...svg.querySelectorAll("text")].map(t => [t.textContent, t.getBoundingClientRect()]));
  let overlaps = 0, outside = 0;
  for (const [i, svg] of [...document.querySelectorAll("section > svg")].entries()) {
    const frame = svg.getBoundingClientRect();
    for (const [n, [text, box]] of boxes[i].entries()) {
      if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.bottom > frame.bottom + 1) { outside++; fact("outside:", text); }
      for (const [other, b] of boxes[i].slice(n + 1)) if (over(box, b)) { overlaps++; fact("overlap:", `${text} / ${other}`); }
    }
  }
  const type = text => { const s = document.getElementById("search"); s.value = text; s.dispatchEvent(new Event("input")); };
  const light = c => c.match(/\d+/g).slice(0, 3).reduce((a, b) => a + +b, 0) > 382;
  fact("tables", document.querySelectorAll("#tables details").length);
  fact("fields", document.querySelectorAll("#tables tbody tr").length);
  fact("overlaps", overlaps);
  fact("outside", outside);
  fact("wide", document.documentElement.scrollWidth > innerWidth ? "too" : "no");
  fact("paper", light(getComputedStyle(document.body).backgroundColor) ? "light" : "dark");
  fact("ink", light(getComputedStyle(document.body).color) ? "light" : "dark");
  fact("regions", document.querySelectorAll("#memory rect[class]").length);
  fact("boxes", document.querySelectorAll("#interrupts rect.box").length);
  fact("differences", document.querySelectorAll("#differences tbody tr").length);
  fact("links", [...document.querySelectorAll("[src],[href]")].map(e => e.getAttribute("src") || e.getAttribute("href")).filter(a => !/^(#|data:)/.test(a)).join(",") || "none");
  type("processor");
  fact("open-after-search", [...document.querySelectorAll("#tables details[open]")].map(d => d.id).join(","));
  fact("hits-after-search", document.querySelectorAll("tr.hit").length);
  type("");
  fact("open-after-clearing", document.querySelectorAll("#tables details[open]").length);
  const dull = document.querySelector("#tables tr.dull");
  if (dull) {
    dull.closest("details").open = true;
    const before = getComputedStyle(dull).display;
    document.getElementById("dull").click();
    fact("dull", `${before} ${getComputedStyle(dull).display}`);
  }
  const out = document.createElement("pre");
  out.id = "probe";
  out.textContent = "\n" + facts.join("\n") + "\n";
  document.body.append(out);
})();
