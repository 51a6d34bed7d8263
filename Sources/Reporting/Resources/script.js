"use strict";
// Shows the values under the pointer. Every plot carries them: where its frame lies (data-edges), what its horizontal axis
// spans (data-domain), and each series' places and values (data-at, data-is, data-to).
(() => {
  const tip = document.getElementById("tip");
  const numbers = (text) => text.split(" ").map(Number);
  const show = (value) =>
    Number.isInteger(value) ? value.toLocaleString("en") : String(Number(value.toPrecision(4)));

  const nearest = (places, x) => {
    let low = 0, high = places.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (places[middle] < x) low = middle; else high = middle;
    }
    return x - places[low] < places[high] - x ? low : high;
  };

  const read = (svg) => {
    const [left, right, top, bottom] = numbers(svg.dataset.edges);
    const [first, last] = numbers(svg.dataset.domain);
    const series = [...svg.querySelectorAll("[data-at]")].map((path) => ({
      name: path.dataset.name, at: numbers(path.dataset.at), is: numbers(path.dataset.is),
      to: path.dataset.to ? numbers(path.dataset.to) : null,
    }));
    return { left, right, top, bottom, first, last, series, cross: svg.querySelector(".cross") };
  };

  const place = (event) => {
    tip.hidden = false;
    const { width, height } = tip.getBoundingClientRect();
    const x = event.clientX + 14 + width > innerWidth ? event.clientX - width - 10 : event.clientX + 14;
    const y = event.clientY + 14 + height > innerHeight ? event.clientY - height - 10 : event.clientY + 14;
    tip.style.left = Math.max(4, x) + "px";
    tip.style.top = Math.max(4, y) + "px";
  };

  const lines = (texts) => tip.replaceChildren(...texts.map((text) => {
    const line = document.createElement("div");
    line.textContent = text;
    return line;
  }));

  const plots = new Map();
  for (const svg of document.querySelectorAll("svg")) {
    // The browser's own tip would lie over this one; readers still hear the name.
    const title = svg.querySelector(":scope > title");
    if (title) { svg.setAttribute("aria-label", title.textContent); title.remove(); }
    svg.addEventListener("pointermove", (event) => {
      const own = event.target.closest("[data-tip]") || event.target.querySelector(":scope > title");
      if (own && own.closest("svg") === svg) {
        lines((own.dataset?.tip || own.textContent).split("\n"));
        return place(event);
      }
      if (!svg.dataset.edges) { tip.hidden = true; return; }
      if (!plots.has(svg)) plots.set(svg, read(svg));
      const plot = plots.get(svg);
      const box = svg.getBoundingClientRect();
      const x = (event.clientX - box.left) * svg.viewBox.baseVal.width / box.width;
      if (x < plot.left - 4 || x > plot.right + 4 || plot.series.length === 0) { tip.hidden = true; return; }
      const value = plot.first + (x - plot.left) / (plot.right - plot.left) * (plot.last - plot.first);
      let shown = null;
      const texts = plot.series.filter((s) => s.at.length > 0 && s.at[0] === s.at[0]).map((s) => {
        const index = nearest(s.at, value);
        if (shown === null || Math.abs(s.at[index] - value) < Math.abs(shown - value)) shown = s.at[index];
        const text = show(s.is[index]) + (s.to ? " – " + show(s.to[index]) : "");
        return `${s.name}: ${text}`;
      });
      const where = plot.left + (shown - plot.first) / (plot.last - plot.first) * (plot.right - plot.left);
      plot.cross.setAttribute("d", `M${where} ${plot.top}V${plot.bottom}`);
      lines([`${svg.dataset.x} ${show(shown)}`, ...texts]);
      place(event);
    });
    svg.addEventListener("pointerleave", () => {
      tip.hidden = true;
      plots.get(svg)?.cross.removeAttribute("d");
    });
  }
})();
