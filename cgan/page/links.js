// Addresses: what a link asks for when the page opens, and those of pictures and of what is shown.

// When the page opens: its address says what to draw, or else the controls do.
cgan.open = (values) => {
  const set = JSON.parse(sessionStorage.getItem("controls")); // before the language changed
  sessionStorage.removeItem("controls");
  if (set?.length === values.length) values = set;
  const address = new URLSearchParams(location.search);
  const name = address.get("tab") ?? "draw";
  const { models } = cgan.settings;
  const model = values.at(-1);
  const names = Object.keys(cgan.tabs);
  const start = {}; // where each tab's values begin
  let place = 0;
  for (const other of names) {
    const { keys } = cgan.tabs[other];
    start[other] = place;
    cgan.tabs[other].asked = Object.fromEntries([...keys.map((key, i) => [key, values[place + i]]), ["model", model]]);
    place += keys.length;
  }
  const refuse = (where, key, words) => {
    cgan.say(where, cgan.text(key, words), true);
    cgan.tabs[where].kept = true; // what is wrong with a link stays until something is asked for
    return values;
  };
  if (!names.includes(name)) {
    const problem = cgan.text("bad_tab", { value: name, choices: names.join(", ") });
    return refuse("draw", "bad_link", { problem });
  }
  const tab = cgan.tabs[name];
  const asked = {};
  tab.keys.forEach((key, i) => {
    const otherwise = values[start[name] + i];
    const text = address.get(key);
    asked[key] = text === null ? otherwise : typeof otherwise === "number" && /^\d+$/.test(text) ? Number(text) : text;
  });
  if (address.has("seed") && !address.has("to_seed") && name === "morph") asked.to_seed = asked.seed;
  const w = address.get("w"); // the weights' id decides, by whatever name they go here
  asked.model = Object.keys(models).find((other) => models[other] === w) ?? address.get("model") ?? model;
  cgan.tab = name;
  setTimeout(() => {
    if (name !== "draw") cgan.turnTo(name);
    cgan.opened = true;
  });
  const i = name === "draw" ? address.get("i") : null; // a picture that is opened
  const problem = cgan.check(name, asked) ?? (i === null ? undefined : cgan.checkTile(asked, i));
  if (problem) return refuse(name, "bad_link", { problem });
  const opened = [...values];
  tab.keys.forEach((key, i) => (opened[start[name] + i] = asked[key]));
  opened[values.length - 1] = asked.model;
  const ours = models[asked.model];
  if (w !== null && w !== ours) {
    refuse(name, "other_weights", { model: asked.model, theirs: w.slice(0, 12), ours });
  } else {
    cgan.request(name, asked);
    if (i !== null) cgan.openTile(asked, Number(i));
  }
  return opened;
};

// Relative, so that they hold behind a proxy's path and on a shared link.
cgan.query = (asked, keys) => {
  const { model } = asked;
  const w = cgan.settings.compare[model].id;
  return new URLSearchParams({ ...Object.fromEntries(keys.map((key) => [key, asked[key]])), model, w });
};
cgan.address = (name, asked) => `gradio_api/${cgan.tabs[name].address(asked)}`;
cgan.link = (name, asked, more = {}) => {
  const { model } = asked;
  const values = cgan.tabs[name].keys.map((key) => [key, asked[key]]);
  const tab = name === "draw" ? {} : { tab: name };
  return `?${new URLSearchParams({ ...tab, model, w: cgan.settings.models[model], ...Object.fromEntries(values), ...more, ...cgan.chosen })}`;
};
