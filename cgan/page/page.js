// What the tabs share: a picture whose address says all that is drawn (cgan/routes.py), its link, and its keys.
// cgan/page/__init__.py puts `cgan.settings` before this.

// A tab (draw.js, write.js, morph.js) has: keys, the names of its controls in their order, which are those of its
// address and link; digits and seeds, which of them are those; check(asked) -> the sentence why it cannot be drawn, or
// nothing; address(asked); file(asked); words(asked) for its texts; and show(loaded, asked).
// A tab that is not one picture (compare.js, training.js, quiz.js, about.js) has appear(asked) for the last four.
cgan.tabs = {};
cgan.addTab = (name, its) => {
  const own = name === "draw" ? "#" : `#${name}-`; // how the ids of what it has begin
  cgan.tabs[name] = { own, status: `${own}status`, keys: [], digits: [], seeds: [], check: () => {}, ...its };
};
cgan.tab = "draw"; // the one on the page

cgan.find = (selector) => document.querySelector(selector);
// What is in a tab is there some time after it is turned to.
cgan.there = (selector, then) => {
  const found = cgan.find(selector);
  if (found) then(found);
  else requestAnimationFrame(() => cgan.there(selector, then));
};

// cgan.element("p", { class: "x" }, child, "text", ...); null children are left out.
cgan.element = (name, attributes = {}, ...children) => {
  const isSvg = ["svg", "path", "line", "text", "circle"].includes(name);
  const element = isSvg ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children.filter((child) => child !== null));
  return element;
};

cgan.number = (value) => (value === 0 || (Math.abs(value) >= 0.01 && Math.abs(value) < 1e5) ? String(Number(value.toPrecision(3))) : value.toExponential(1));
cgan.whole = (value, highest) => Number.isInteger(value) && value >= 0 && value <= highest;
cgan.within = (value, highest) => Math.min(highest, Math.max(0, value));
cgan.anySeed = () => Math.floor(Math.random() * (cgan.settings.maxSeed + 1));
cgan.where = (picture, { clientX, clientY }) => {
  const box = picture.getBoundingClientRect(); // of a click on it: the parts to its left and above it
  return [(clientX - box.x) / box.width, (clientY - box.y) / box.height];
};

// From the controls: the values of a tab's, in order, and the model. `pressed`: by a button, so that something is
// said even if nothing changes.
cgan.named = (name, values) => Object.fromEntries([...cgan.tabs[name].keys, "model"].map((key, i) => [key, values[i]]));
cgan.ask = (name, values, pressed = false) => cgan.request(name, cgan.named(name, values), pressed);
cgan.generate = (name, values) => cgan.ask(name, values, true);

// One picture is on its way at a time in a tab; of those asked for meanwhile, the last is drawn next.
cgan.request = (name, asked, pressed = false) => {
  const tab = cgan.tabs[name];
  tab.asked = asked;
  if (name !== cgan.tab) return; // drawn when it comes to the front
  tab.kept = false;
  tab.changed?.(asked);
  const problem = cgan.check(name, asked);
  if (problem) {
    tab.wanted = tab.drawing = null;
    return cgan.say(name, problem, true);
  }
  if (tab.appear) {
    tab.shown = { asked };
    cgan.follow(name);
    return cgan.there(tab.status, () => tab.appear(asked));
  }
  const wanted = { asked, address: tab.address(asked), pressed, since: performance.now() };
  const latest = tab.wanted ?? tab.drawing ?? tab.shown;
  if (latest?.address === wanted.address && !pressed && !cgan.find(`${tab.status}.problem`)) {
    latest.asked = asked;
    return;
  }
  tab.wanted = wanted;
  cgan.next(name);
};

cgan.next = (name) => {
  const tab = cgan.tabs[name];
  if (tab.drawing || !tab.wanted) return;
  const drawing = (tab.drawing = tab.wanted);
  tab.wanted = null;
  const loaded = new Image(); // the picture on the page stays until this one is here
  loaded.onload = () => cgan.there(tab.status, () => drawing === tab.drawing && cgan.finish(name, loaded));
  loaded.onerror = () => drawing === tab.drawing && cgan.fail(name);
  loaded.src = drawing.address;
};

cgan.finish = (name, loaded) => {
  const tab = cgan.tabs[name];
  const { asked, address, pressed, since } = tab.drawing;
  const words = { ...asked, ...tab.words?.(asked), ms: Math.max(1, Math.round(performance.now() - since)) };
  const kind = tab.kind?.(asked) ?? name;
  loaded.alt = cgan.text(`${kind}_alt`, words);
  tab.show(loaded, asked);
  const repeated = pressed && tab.shown?.address === address;
  cgan.say(name, cgan.text(`${kind}_said`, words) + (repeated ? cgan.text("repeated") : ""));
  [tab.shown, tab.drawing] = [tab.drawing, null];
  cgan.follow(name);
  cgan.next(name);
};

// The page's address follows the picture; browsers allow a page only so many addresses a second.
cgan.follow = (name) => {
  clearTimeout(cgan.timer);
  if (name === "draw" && cgan.find("#tile").open) return; // it has an address of its own
  const link = cgan.link(name, cgan.tabs[name].shown.asked);
  cgan.timer = setTimeout(() => name === cgan.tab && history.replaceState(null, "", link), 150);
};

// An image does not say why it failed; the same address asked for as text does.
cgan.fail = async (name) => {
  const tab = cgan.tabs[name];
  const drawing = tab.drawing;
  const sentence = await cgan.why(drawing.address);
  if (tab.drawing !== drawing) return;
  cgan.say(name, sentence, true);
  tab.drawing = null;
  cgan.next(name);
};
cgan.why = (address) =>
  fetch(address).then(
    (response) => (response.ok ? cgan.text("not_shown") : response.text().then(cgan.translated)),
    () => cgan.text("no_answer"),
  );

cgan.json = async (address) => {
  const response = await fetch(address);
  return response.ok ? response.json() : null;
};

cgan.place = (selector, loaded) => {
  cgan.find(`${selector} img`).replaceWith(loaded);
  loaded.parentElement.style.setProperty("--side", `${loaded.naturalWidth}px`);
};

// When a seed's box is left, Gradio brings what was typed within the bounds: that is then what is drawn.
cgan.settle = (name, key, values) => {
  const tab = cgan.tabs[name];
  const place = tab.keys.indexOf(key);
  const within = cgan.within(Math.round(values[place] ?? 0), cgan.settings.maxSeed);
  cgan.ask(name, values.with(place, within));
  return within;
};

// New seeds; those that were the same stay the same.
cgan.newSeeds = (name, asked) => {
  const { seeds } = cgan.tabs[name];
  const fresh = new Map(seeds.map((key) => [asked[key], cgan.anySeed()]));
  return Object.fromEntries(seeds.map((key) => [key, fresh.get(asked[key])]));
};
cgan.randomize = (name, values) => {
  const asked = cgan.named(name, values);
  const seeds = cgan.newSeeds(name, asked);
  cgan.request(name, { ...asked, ...seeds });
  const fresh = Object.values(seeds);
  return fresh.length > 1 ? fresh : fresh[0]; // as Gradio wants them
};

// What the scripts change themselves is drawn at once; Gradio's controls follow through a hidden button.
cgan.change = (name, changes) => {
  const tab = cgan.tabs[name];
  const asked = { ...tab.asked, ...changes };
  tab.followed = asked;
  cgan.find("#sync").click();
  cgan.request(name, asked);
};
cgan.sync = (values) => {
  const tabs = Object.values(cgan.tabs);
  const all = tabs.flatMap((tab) => tab.keys.map((key) => tab.followed?.[key]));
  for (const tab of tabs) tab.followed = null;
  return values.map((value, i) => all[i] ?? value);
};

// Of all controls, in order; the model's is the last.
cgan.values = () => {
  const tabs = Object.values(cgan.tabs);
  return [...tabs.flatMap((tab) => tab.keys.map((key) => tab.asked[key])), tabs[0].asked.model];
};

cgan.turnTo = (name) => cgan.find(`#${name}-tab-button`)?.click(); // all are there: style.css leaves none for a menu
cgan.enter = (name) => {
  cgan.tab = document.body.dataset.tab = name;
  setTimeout(() => cgan.find(`#${name}-tab-button`)?.scrollIntoView({ block: "nearest", inline: "center" }), 100);
  const tab = cgan.tabs[name];
  if (!cgan.opened || tab.kept) return;
  cgan.request(name, tab.asked);
  if (tab.shown) cgan.follow(name);
};

// One sentence if this can't be drawn, else nothing.
cgan.check = (name, asked) => {
  const { models, maxSeed } = cgan.settings;
  const tab = cgan.tabs[name];
  if (!Object.hasOwn(models, asked.model))
    return cgan.text("bad_model", { value: asked.model, choices: Object.keys(models).join(", ") });
  for (const key of tab.digits) {
    if (!cgan.whole(asked[key], 9) && !(tab.all && asked[key] === "all")) return cgan.text("bad_digit", { value: asked[key] });
  }
  for (const key of tab.seeds) {
    if (!cgan.whole(asked[key], maxSeed)) return cgan.text("bad_seed", { highest: maxSeed, value: asked[key] ?? "" });
  }
  return tab.check(asked);
};

cgan.say = (name, text, isProblem = false) =>
  cgan.there(cgan.tabs[name].status, (status) => {
    status.textContent = text.charAt(0).toUpperCase() + text.slice(1);
    status.classList.toggle("problem", isProblem);
  });

cgan.save = (address, file) => Object.assign(document.createElement("a"), { href: address, download: file }).click();
cgan.download = (name) => {
  const tab = cgan.tabs[name];
  if (tab.shown) cgan.save(tab.taken?.(tab.shown.asked) ?? tab.shown.address, tab.file(tab.shown.asked));
};

cgan.copy = (name) => {
  const { shown } = cgan.tabs[name];
  if (shown) cgan.copyLink(cgan.link(name, shown.asked), (text) => cgan.say(name, text));
};
cgan.copyLink = (link, say) => cgan.copyText(new URL(link, location.href).href, say);
cgan.copyText = async (text, say, done = "copied") => {
  try {
    await navigator.clipboard.writeText(text);
    say(cgan.text(done));
  } catch {
    window.prompt(cgan.text("copy_this"), text); // browsers keep the clipboard to pages on https or localhost
  }
};

// The seed's own input event comes before Gradio's: the picture follows the hand.
document.addEventListener(
  "input",
  ({ target }) => {
    if (!target.matches("input[type=range]")) return;
    const tab = cgan.tabs[cgan.tab];
    const key = tab.seeds.find((seed) => target.closest(tab.own + seed));
    if (key && tab.asked) cgan.request(cgan.tab, { ...tab.asked, [key]: Number(target.value) });
  },
  true,
);

// While no field has the focus, keys are the page's.
cgan.isOurs = ({ target, ctrlKey, metaKey, altKey }) => {
  const isField = target.closest("input, textarea, select, dialog, [contenteditable], [role=listbox], [role=tab]");
  return !isField && !ctrlKey && !metaKey && !altKey;
};

// 0-9, R and the arrows.
document.addEventListener("keydown", (event) => {
  if (!cgan.isOurs(event)) return;
  const tab = cgan.tabs[cgan.tab];
  const [seed] = tab.seeds;
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowDown: -1, ArrowUp: 1 }[event.key];
  const changes = {};
  if (/^[0-9]$/.test(event.key) && tab.digits.length) changes[tab.digits.at(-1)] = Number(event.key);
  else if (!seed) return;
  else if (event.key.toLowerCase() === "r") Object.assign(changes, cgan.newSeeds(cgan.tab, tab.asked));
  else if (step) changes[seed] = cgan.within(tab.asked[seed] + step, cgan.settings.maxSeed);
  else return;
  event.preventDefault();
  cgan.change(cgan.tab, changes);
});
