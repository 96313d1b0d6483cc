// The controls: they show the state, and change it.

const form = $("controls");
let shownLanguage; // that the texts are in
const texts = () => {
  if (shownLanguage === language()) return;
  shownLanguage = language();
  document.documentElement.lang = say("lang");
  document.title = say("title");
  for (const node of document.querySelectorAll("[data-say]")) node.textContent = say(node.dataset.say);
  for (const node of document.querySelectorAll("[data-say-label]"))
    node.ariaLabel = say(node.dataset.sayLabel);
  const lang = say("other_lang");
  Object.assign($("language"), { textContent: say("other_language"), lang, hreflang: lang });
  form.digit.options[0].textContent = say("all_digits");
  for (const choice of form.elements.hand) choice.nextSibling.textContent = say(HANDS[choice.value]);
};

const reflect = () => {
  texts();
  const other = language() === "en" ? "zh" : "en";
  $("language").href = `${query().replace(/&?lang=\w+/, "")}&lang=${other}`;
  $("panel").dataset.tab = state.tab;
  $("panel").setAttribute("aria-labelledby", state.tab);
  for (const tab of document.querySelectorAll("[role=tab]")) {
    tab.ariaSelected = tab.id === state.tab;
    tab.tabIndex = tab.id === state.tab ? 0 : -1;
  }
  for (const part of document.querySelectorAll("[data-in]"))
    part.hidden = !part.dataset.in.split(" ").includes(state.tab);
  for (const name of ["digit", "seed", "text", ...STYLE]) {
    if (form[name].value !== String(state[name])) form[name].value = state[name];
  }
  for (const name of ["n", "hand"]) {
    for (const choice of form.elements[name]) choice.checked = choice.value === String(state[name]);
  }
  $("slider").value = state.seed;
  $("counts").parentElement.hidden = state.tab !== "draw" || state.digit === "all" || Boolean(state.z);
  $("again").hidden = state.tab !== "write" || state.hand !== "natural";
  $("use").hidden = state.tab !== "draw" || !(state.z || state.i !== null);
  $("style").hidden = !about?.directions;
  $("style").open ||= STYLE.some((name) => state[name]);
  const isTaken = state.z || (state.i !== null && state.tab === "write");
  $("in-use").hidden = !isTaken || state.tab === "hand";
  if (isTaken)
    $("in-use").firstElementChild.textContent = say(state.z ? "site_in_use" : "site_in_use_seed", {
      ...state,
      i: state.i + 1,
    });
};
const HANDS = { natural: "hand_natural", one: "hand_one", fresh: "hand_fresh" };

// Change the state. A choice makes an entry in the browser's history; what is dragged or typed does not.
const set = (changes, isChoice = true) => {
  Object.assign(state, changes, { w: null });
  if (state.z && state.hand === "fresh") state.z = null;
  reflect();
  remember(isChoice);
  refresh();
};

const choices = (name, values) =>
  values.map((value) => {
    const label = document.createElement("label");
    label.append(
      Object.assign(document.createElement("input"), { type: "radio", name, value }),
      document.createElement("span"),
    );
    label.lastChild.textContent = value;
    return label;
  });
const randomSeed = () => Math.floor(Math.random() * 65536);
const another = { z: null, i: null, turn: 0 }; // what a new seed drops

const wire = () => {
  form.digit.append(
    new Option("", "all"),
    ...Array.from({ length: 10 }, (_, digit) => new Option(digit, digit)),
  );
  $("counts").append(...choices("n", [1, 16, 64, 100]));
  $("variations").append(...choices("hand", Object.keys(HANDS)));
  form.onsubmit = (event) => event.preventDefault();
  form.digit.onchange = () => set({ digit: form.digit.value, i: null });
  form.seed.oninput = () =>
    form.seed.validity.valid && set({ seed: Number(form.seed.value), ...another }, false);
  $("slider").oninput = () => set({ seed: Number($("slider").value), ...another }, false);
  form.text.oninput = () => set({ text: form.text.value }, false);
  for (const name of STYLE) form[name].oninput = () => set({ [name]: Number(form[name].value) }, false);
  $("counts").onchange = ({ target }) => set({ n: Number(target.value), i: null, z: null });
  $("variations").onchange = ({ target }) => set({ hand: target.value });
  $("randomize").onclick = () => set({ seed: randomSeed(), ...another });
  $("again").onclick = () => set({ turn: (state.turn + 1) % 10_000 });
  $("drop").onclick = () => set(another);
  $("use").onclick = () => set({ tab: "write", hand: "natural" });
  $("back").onclick = () => set({ i: null });
  $("picture").onclick = open;
  for (const [id, step] of [
    ["previous", -1],
    ["next", 1],
  ]) {
    const count = () => Math.max(state.digit === "all" ? 10 : state.n, state.i + 1);
    $(id).onclick = () => set({ i: (state.i + step + count()) % count() }, false);
  }
  for (const kind of ["png", "svg", "raw", "card"]) $(`save-${kind}`).onclick = saving[kind];
  $("copy").onclick = copy;
  $("language").onclick = (event) => {
    event.preventDefault();
    set({ lang: language() === "en" ? "zh" : "en" });
  };
  const tabs = [...document.querySelectorAll("[role=tab]")];
  for (const [k, tab] of tabs.entries()) {
    tab.onclick = () => set({ tab: tab.id });
    tab.onkeydown = ({ key }) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
      if (!step) return;
      const next = tabs.at((k + step) % tabs.length);
      next.click();
      next.focus();
    };
  }
  window.onpopstate = () => {
    state = stateOf(location.search);
    reflect();
    refresh();
  };
};

// Open the picture that was clicked; by keyboard, the first one. A click on an opened one returns to all.
const open = ({ detail, offsetX, offsetY }) => {
  if (state.i !== null) return set({ i: null });
  const { clientWidth, clientHeight } = $("picture").firstElementChild;
  const { width, height } = shown.picture;
  const [column, row] = detail
    ? [(offsetX / clientWidth) * (width / 28), (offsetY / clientHeight) * (height / 28)].map(Math.floor)
    : [0, 0];
  if (state.digit === "all") return set({ digit: String(column), i: row });
  const i = row * (width / 28) + column;
  if (i < shown.picture.glyphs.length) set({ i });
};
