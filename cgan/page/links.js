// Addresses: what a link asks for when the page opens, and those of pictures and of what is shown.

// When the page opens: its address says what to draw, or else the controls do.
cgan.open = (values) => {
  const set = JSON.parse(sessionStorage.getItem("controls")); // before the language changed
  sessionStorage.removeItem("controls");
  if (set?.length === values.length) values = set;
  const model = values.at(-1);
  let place = 0;
  for (const [name, tab] of Object.entries(cgan.tabs)) {
    const end = place + tab.keys.length;
    tab.asked = cgan.named(name, [...values.slice(place, end), model]);
    place = end;
  }
  const refuse = (where, key, words) => {
    cgan.say(where, cgan.text(key, words), true);
    cgan.tabs[where].kept = true; // what is wrong with a link stays until something is asked for
  };
  const address = new URLSearchParams(location.search);
  const name = address.get("tab") ?? "draw";
  const names = Object.keys(cgan.tabs);
  if (!names.includes(name)) {
    refuse("draw", "bad_link", { problem: cgan.text("bad_tab", { value: name, choices: names.join(", ") }) });
    return values;
  }
  const tab = cgan.tabs[name];
  const asked = {};
  for (const key of tab.keys) {
    const [text, otherwise] = [address.get(key), tab.asked[key]];
    const isNumber = typeof otherwise === "number" && /^\d+$/.test(text);
    asked[key] = isNumber ? Number(text) : (text ?? otherwise);
  }
  if (address.has("seed") && !address.has("to_seed") && name === "morph") asked.to_seed = asked.seed;
  const { models } = cgan.settings;
  const w = address.get("w"); // the weights' id decides, by whatever name they go here
  asked.model = Object.keys(models).find((other) => models[other] === w) ?? address.get("model") ?? model;
  cgan.tab = name;
  setTimeout(() => {
    if (name !== "draw") cgan.turnTo(name);
    cgan.opened = true;
  });
  const i = name === "draw" ? address.get("i") : null; // a picture that is opened
  const problem = cgan.check(name, asked) ?? (i !== null && cgan.checkTile(asked, i));
  if (problem) {
    refuse(name, "bad_link", { problem });
    return values;
  }
  tab.asked = asked;
  for (const other of Object.values(cgan.tabs)) other.asked.model = asked.model;
  const ours = models[asked.model];
  if (w !== null && w !== ours) {
    refuse(name, "other_weights", { model: asked.model, theirs: w.slice(0, 12), ours });
  } else {
    cgan.request(name, asked);
    if (i !== null) cgan.openTile(asked, Number(i));
  }
  return cgan.values();
};

// Relative, so that they hold behind a proxy's path and on a shared link.
cgan.query = (asked, keys) => {
  const { model } = asked;
  const w = cgan.settings.compare[model].id;
  return new URLSearchParams([["model", model], ["w", w], ...keys.map((key) => [key, asked[key]])]);
};
cgan.address = (path, asked, keys) => `gradio_api/${path}?${cgan.query(asked, keys)}`;
cgan.link = (name, asked, keys = cgan.tabs[name].keys) => {
  const tab = name === "draw" ? [] : [["tab", name]];
  return `?${new URLSearchParams([...tab, ...cgan.query(asked, keys), ...Object.entries(cgan.chosen)])}`;
};
