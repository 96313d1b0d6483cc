// The tab Compare: a card for each model, and below them the latent planes and the curves.
cgan.addTab("compare", {
  keys: ["digit", "seed"],
  digits: ["digit"],
  seeds: ["seed"],
  // One row of pictures is on its way at a time; of those asked for meanwhile, the last comes next.
  appear: async (asked) => {
    const tab = cgan.tabs.compare;
    if (tab.busy) return (tab.waiting = asked);
    tab.busy = true;
    cgan.layOutCompare();
    try {
      const pictures = [...document.querySelectorAll("#compare-models img, #compare-more img[data-kind]")];
      await Promise.all(pictures.map((picture) => cgan.loadCompared(picture, asked)));
      cgan.say("compare", cgan.text("compare_said", asked));
    } catch (error) {
      cgan.say("compare", await cgan.why(error.message), true);
    }
    tab.busy = false;
    const { waiting } = tab;
    tab.waiting = null;
    if (waiting) tab.appear(waiting);
  },
});

cgan.loadCompared = (picture, { digit, seed }) => {
  const { model, kind } = picture.dataset;
  const { knowsDigits } = cgan.settings.compare[model] ?? {}; // none: real ones
  const asked = { digit, seed, n: 16, model };
  const told = knowsDigits ? ["digit"] : [];
  const [address, text] = {
    real: () => [`gradio_api/real/${digit}.png?n=16`, "real_alt"],
    plane: () => [cgan.address("plane.png", asked, told), "plane_alt"],
    told: () => [cgan.address(`digits/${digit}.png`, asked, ["seed", "n"]), "compare_alt"],
    any: () => [cgan.address("samples.png", asked, ["seed", "n"]), "samples_alt"],
  }[kind]();
  if (picture.getAttribute("src") === address) return;
  return new Promise((resolve, reject) => {
    const loaded = new Image();
    loaded.onload = () => {
      picture.src = address;
      picture.alt = cgan.text(text, asked);
      resolve();
    };
    loaded.onerror = () => reject(new Error(address));
    loaded.src = address;
  });
};

cgan.layOutCompare = () => {
  const place = cgan.find("#compare-models");
  if (place.children.length) return;
  const { compare, rates } = cgan.settings;
  const names = Object.keys(compare).filter((name) => name);
  const { element: make, text } = cgan;
  const drawn = (model, kind) => make("img", { alt: "", "data-model": model, "data-kind": kind });
  const card = (title, note, picture, model) =>
    make(
      "section",
      { class: "card" },
      make("h3", {}, title),
      make("div", { class: "frame" }, picture),
      make("p", {}, note),
      cgan.facts(model),
      model.measures ? null : make("p", {}, text("not_measured")),
    );
  const cards = names.map((name) => {
    const told = compare[name].knowsDigits;
    return card(name, text(told ? "told_digit" : "knows_no_digit"), drawn(name, told ? "told" : "any"), compare[name]);
  });
  place.replaceChildren(...cards, card(text("real"), text("real_note"), drawn("", "real"), compare[""] ?? {}));

  const planes = names.filter((name) => compare[name].isPlane).map((name) => cgan.framed(name, drawn(name, "plane")));
  const curves = names.filter((name) => compare[name].learned).map(cgan.curvesOf);
  for (const [key, plots] of [["planes", planes], ["rates", cgan.ratePlots(rates)], ["curves", curves]]) {
    if (!plots.length) continue;
    const all = make("div", { class: "plots" }, ...plots);
    cgan.find("#compare-more").append(make("section", {}, make("h2", {}, text(key)), make("p", {}, text(`${key}_note`)), all));
  }
};

cgan.framed = (title, picture, attributes) =>
  cgan.element("figure", attributes, cgan.element("figcaption", {}, title), cgan.element("div", { class: "frame" }, picture));

cgan.facts = ({ parameters, epochs, minutes, measures = {} }) => {
  const { element: make, text } = cgan;
  const rows = Object.entries(measures).map(([key, value]) => [text(`measure_${key}`), value]);
  const short = { notation: "compact", maximumFractionDigits: 2 };
  if (parameters) rows.push([text("parameters"), parameters.toLocaleString(cgan.language, short)]);
  if (epochs) rows.push([text("epochs"), epochs], [text("minutes"), minutes]);
  return make("dl", {}, ...rows.flatMap(([term, value]) => [make("dt", {}, term), make("dd", {}, value)]));
};

// A place for a model's losses, in the models' order, whichever comes first.
cgan.curvesOf = (name) => {
  const place = cgan.element("div");
  cgan.json(`gradio_api/learned/${encodeURIComponent(name)}.json`).then(
    (learned) => learned && place.replaceWith(...cgan.lossPlots(name, learned)),
    () => {}, // the rest of the tab is there without them
  );
  return place;
};

// The report's learning rates: a line a rate. The values are those of the first seed.
cgan.ratePlots = (rates) => {
  const names = Object.keys(rates);
  if (!names.length) return [];
  const x = rates[names[0]].points.map(([epoch]) => epoch);
  const complete = names.filter((name) => rates[name].points.length === x.length);
  const plot = (column, key, log) =>
    cgan.plot({
      title: cgan.text(key),
      x,
      xLabel: cgan.text("epoch"),
      lines: Object.fromEntries(complete.map((name) => [name, rates[name].points.map((row) => row[column])])),
      log,
    });
  const strips = names.filter((name) => rates[name].strip !== null).map((name) => {
    const picture = { src: `gradio_api/rates/${rates[name].strip}.png`, alt: cgan.text("rate_alt", { rate: name }) };
    return cgan.framed(name, cgan.element("img", picture), { class: "rate" });
  });
  return [...strips, plot(1, "measure_fd_times", true), plot(2, "measure_right", false)];
};
