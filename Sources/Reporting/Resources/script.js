"use strict";
// Shows the values under the pointer. Every plot has them in attributes: the edges of its frame (data-edges), the domain of
// its horizontal axis (data-domain), and each series' places and values (data-at, data-is, data-to).
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
      path, name: path.dataset.name, at: numbers(svg.dataset["at" + path.dataset.at]), is: numbers(path.dataset.is),
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
    line.textContent = text.text ?? text;
    if (text.color) {
      const mark = document.createElement("i");
      mark.style.color = text.color;
      line.prepend(mark);
    }
    return line;
  }));

  // In a heat map's picture opacity is the size of a value, and colour its sign.
  const cells = (image, done) => {
    const canvas = document.createElement("canvas");
    const picture = new Image();
    const result = { width: 0, data: null };
    picture.onload = () => {
      [canvas.width, canvas.height] = [picture.width, picture.height];
      const context = canvas.getContext("2d");
      context.drawImage(picture, 0, 0);
      result.width = picture.width;
      result.height = picture.height;
      result.data = context.getImageData(0, 0, picture.width, picture.height).data;
      done();
    };
    picture.src = image.getAttribute("href");
    return result;
  };

  const heat = new Map();
  const cell = (image, event, again) => {
    if (!heat.has(image)) heat.set(image, cells(image, again));
    const picture = heat.get(image);
    if (!picture.data) return null;
    const box = image.getBoundingClientRect();
    const column = Math.min(picture.width - 1, Math.floor((event.clientX - box.left) / box.width * picture.width));
    const row = Math.min(picture.height - 1, Math.floor((event.clientY - box.top) / box.height * picture.height));
    if (column < 0 || row < 0) return null;
    const at = 4 * (row * picture.width + column);
    const share = (picture.data[at + 3] / 255) ** Number(image.dataset.power);
    const sign = image.dataset.signed && picture.data[at + 2] > picture.data[at] ? -1 : 1;
    const name = (names, index, ends, count) => {
      if (names) return names.split("\t")[index];
      const [first, last] = numbers(ends);
      const isNumbered = count === Math.abs(last - first) + 1;
      return show(isNumbered ? first + index : first + (last - first) * (index + 0.5) / count);
    };
    const value = share * Number(image.dataset.limit) * sign;
    return [
      `${image.dataset.xName} ${name(image.dataset.xNames, column, image.dataset.xEnds, picture.width)}`,
      `${image.dataset.yName} ${name(image.dataset.yNames, row, image.dataset.yEnds, picture.height)}`,
      `${image.dataset.of}: ≈ ${Number(value.toPrecision(2))}`,
    ];
  };

  const plots = new Map();
  for (const svg of document.querySelectorAll("svg")) {
    // Remove the browser's own tooltip; screen readers still have the name.
    const title = svg.querySelector(":scope > title");
    if (title) { svg.setAttribute("aria-label", title.textContent); title.remove(); }
    const react = (event) => {
      const own = event.target.closest("[data-tip]") || event.target.querySelector(":scope > title");
      if (own && own.closest("svg") === svg) {
        lines((own.dataset?.tip || own.textContent).split("\n"));
        return place(event);
      }
      const image = event.target.closest("image[data-limit]");
      if (image) {
        const texts = cell(image, event, () => react(event));
        if (texts) { lines(texts); place(event); } else { tip.hidden = true; }
        return;
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
        return { text: `${s.name}: ${text}`, color: getComputedStyle(s.path).color };
      });
      const where = plot.left + (shown - plot.first) / (plot.last - plot.first) * (plot.right - plot.left);
      plot.cross.setAttribute("d", `M${where} ${plot.top}V${plot.bottom}`);
      lines([`${svg.dataset.x} ${show(shown)}`, ...texts]);
      place(event);
    };
    svg.addEventListener("pointermove", react);
    svg.addEventListener("pointerdown", react);
    svg.addEventListener("pointerleave", () => {
      tip.hidden = true;
      plots.get(svg)?.cross.removeAttribute("d");
    });
  }
})();
