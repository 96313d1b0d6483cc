// Small line plots, drawn as SVG, with values to read off by mouse, finger or arrow keys.

// About n round numbers from low to high; on a logarithmic axis 1, 2, 5, 10, 20 and so on.
cgan.ticks = (low, high, n, log = false) => {
  const ticks = [];
  if (log) {
    for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++)
      for (const digit of [1, 2, 5]) ticks.push(digit * 10 ** power);
    return ticks.filter((tick) => tick >= low * 0.999 && tick <= high * 1.001);
  }
  const rough = (high - low) / n || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999);
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) ticks.push(Number((i * step).toPrecision(12)));
  return ticks;
};

// A figure of `lines`, {name: [y]} over the same `x`. seek(i): shows the values at x[i], as the returned
// element's `seek` does, which says nothing to `onseek`.
cgan.plot = ({ title, x, xLabel, lines, log = false, onseek = () => {} }) => {
  const [width, height, left, right, top, bottom] = [400, 220, 46, 12, 10, 36];
  const names = Object.keys(lines);
  const values = Object.values(lines).flat();
  let [low, high] = [Math.min(...values), Math.max(...values)];
  if (log) [low, high] = [low / 1.15, high * 1.15];
  else {
    const room = (high - low || Math.abs(high) || 1) * 0.06;
    [low, high] = [low >= 0 && low < (high - low) / 2 ? 0 : low - room, high + room];
  }
  const scale = log ? Math.log : (value) => value;
  const first = x.length > 1 && x[0] > x.at(-1) / 20 ? x[0] : 0;
  const placeX = (value) => left + ((width - left - right) * (value - first)) / (x.at(-1) - first || 1);
  const placeY = (value) => height - bottom - ((height - top - bottom) * (scale(value) - scale(low))) / (scale(high) - scale(low));
  const colour = (k) => ({ style: `--colour: var(--line-${k})` });
  const slider = { tabindex: 0, role: "slider", "aria-label": title, "aria-valuemin": 0, "aria-valuemax": x.length - 1 };
  const svg = cgan.element("svg", { viewBox: `0 0 ${width} ${height}`, ...slider });
  for (const tick of cgan.ticks(low, high, 4, log))
    svg.append(
      cgan.element("line", { class: "grid", x1: left, x2: width - right, y1: placeY(tick), y2: placeY(tick) }),
      cgan.element("text", { x: left - 6, y: placeY(tick) + 4, "text-anchor": "end" }, cgan.number(tick)),
    );
  for (const tick of cgan.ticks(first, x.at(-1), 5))
    svg.append(cgan.element("text", { x: placeX(tick), y: height - bottom + 16, "text-anchor": "middle" }, cgan.number(tick)));
  svg.append(cgan.element("text", { x: (left + width - right) / 2, y: height - 4, "text-anchor": "middle" }, xLabel));
  names.forEach((name, k) => {
    const points = lines[name].map((y, i) => `${placeX(x[i]).toFixed(1)} ${placeY(y).toFixed(1)}`);
    svg.append(cgan.element("path", { ...colour(k), d: `M${points.join("L")}` }));
  });
  const cross = cgan.element("line", { class: "cross", y1: top, y2: height - bottom });
  const dots = names.map((_, k) => cgan.element("circle", { ...colour(k), r: 3.5 }));
  svg.append(cross, ...dots);
  const read = names.map(() => cgan.element("b"));
  const legend = names.map((name, k) => cgan.element("span", {}, cgan.element("i", colour(k)), `${name} `, read[k]));
  const at = cgan.element("span");
  const seek = (i) => {
    const place = placeX(x[i]);
    cross.setAttribute("x1", place);
    cross.setAttribute("x2", place);
    names.forEach((name, k) => {
      dots[k].setAttribute("cx", place);
      dots[k].setAttribute("cy", placeY(lines[name][i]));
      read[k].textContent = cgan.number(lines[name][i]);
    });
    at.textContent = `${xLabel} ${cgan.number(x[i])}`;
    svg.setAttribute("aria-valuenow", i);
    svg.setAttribute("aria-valuetext", [at.textContent, ...names.map((name, k) => `${name} ${read[k].textContent}`)].join(", "));
  };
  const moved = (i) => {
    seek(i);
    onseek(x[i]);
  };
  const nearest = (value) => x.reduce((best, other, i) => (Math.abs(other - value) < Math.abs(x[best] - value) ? i : best), 0);
  const point = (event) => {
    const box = svg.getBoundingClientRect();
    const part = (((event.clientX - box.x) / box.width) * width - left) / (width - left - right);
    moved(nearest(first + part * (x.at(-1) - first)));
  };
  svg.addEventListener("pointermove", point);
  svg.addEventListener("pointerdown", point);
  svg.addEventListener("keydown", (event) => {
    const now = Number(svg.getAttribute("aria-valuenow"));
    const to = { ArrowLeft: now - 1, ArrowDown: now - 1, ArrowRight: now + 1, ArrowUp: now + 1, Home: 0, End: x.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation(); // the arrows are not the page's here
    moved(cgan.within(to, x.length - 1));
  });
  const figure = cgan.element("figure", { class: "plot" }, cgan.element("figcaption", {}, title), svg, cgan.element("p", { class: "legend" }, at, ...legend));
  figure.seek = (value) => seek(nearest(value));
  seek(x.length - 1);
  return figure;
};

// The losses of a model, as learned/ and runs/ have them: those of like size in one plot.
cgan.lossPlots = (title, { epoch, losses }, onseek) => {
  if (!epoch.length) return [];
  const groups = [];
  const highest = (name) => Math.max(...losses[name].map(Math.abs));
  for (const name of Object.keys(losses)) {
    const group = groups.find(([other]) => Math.max(highest(name) / highest(other), highest(other) / highest(name)) < 8);
    if (group) group.push(name);
    else groups.push([name]);
  }
  const known = (name) => (Object.hasOwn(cgan.texts, `loss_${name}`) ? cgan.text(`loss_${name}`) : name);
  return groups.map((names) =>
    cgan.plot({
      title,
      x: epoch,
      xLabel: cgan.text("epoch"),
      lines: Object.fromEntries(names.map((name) => [known(name), losses[name]])),
      onseek,
    }),
  );
};
