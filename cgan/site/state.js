// What the page shows is `state`, and the page's address holds it: the names are those of the Gradio page's
// links.

const $ = (id) => document.getElementById(id);
const STYLE = ["slant", "stroke", "width"];
const VARIATIONS = ["one", "natural", "fresh"];
const TABS = {
  draw: ["digit", "seed", "i", "z", "n", ...STYLE],
  hand: ["z", "text", ...STYLE],
  write: ["seed", "i", "z", "text", "hand", "turn", ...STYLE],
};
const RANGES = {
  ...{ seed: [0, 2 ** 32 - 1, 1], i: [0, 9999, 1], n: [1, 100, 1], turn: [0, 9999, 1] },
  ...Object.fromEntries(STYLE.map((name) => [name, [-2, 2, 0.1]])),
};
const OPENING = 51; // the seed that the page opens on, as the Gradio page does
const FIRST = {
  ...{
    tab: "draw",
    digit: "all",
    seed: OPENING,
    n: 64,
    i: null,
    z: null,
    text: "2026-11-25",
    hand: "natural",
    turn: 0,
  },
  ...{ slant: 0, stroke: 0, width: 0, w: null, lang: null },
};
let state;

// The state of an address. One that names any of its tab's parameters gets old links' defaults for the
// others.
const stateOf = (search) => {
  const asked = Object.fromEntries(new URLSearchParams(search));
  const tab = asked.tab in TABS ? asked.tab : "draw";
  const isOld = TABS[tab].some((key) => key in asked);
  const usual = isOld ? { digit: "3", hand: "one", seed: 13 } : {};
  const found = { ...FIRST, ...usual, tab, w: asked.w ?? null };
  for (const key of TABS[tab].filter((key) => isRight(key, asked[key]))) {
    found[key] = key in RANGES ? Number(asked[key]) : asked[key];
  }
  if (asked.lang in { en: 1, zh: 1 }) found.lang = asked.lang;
  if (found.z) [found.i, found.hand] = [null, found.hand === "fresh" ? "natural" : found.hand];
  return found;
};
const isRight = (key, value) => {
  if (!value) return false;
  if (key === "digit") return /^(\d|all)$/.test(value);
  if (key === "hand") return VARIATIONS.includes(value);
  if (!(key in RANGES)) return true;
  const [least, most, step] = RANGES[key];
  const isStep = Math.abs(value / step - Math.round(value / step)) < 1e-6;
  return /^-?\d+(\.\d+)?$/.test(value) && value >= least && value <= most && isStep;
};

// The query of a link to what is shown. A code stands in for seed and index; what changes nothing is left
// out.
const query = () => {
  const hidden = {
    ...{
      seed: state.z,
      i: state.z || state.i === null,
      z: !state.z,
      turn: !state.turn || state.hand !== "natural",
    },
    ...Object.fromEntries(STYLE.map((name) => [name, !state[name]])),
  };
  const kept = TABS[state.tab].filter((key) => !hidden[key]).map((key) => [key, state[key]]);
  const ends = [
    ["w", about?.id],
    ["lang", state.lang],
  ].filter(([, value]) => value);
  return `?${new URLSearchParams([...(state.tab === "draw" ? [] : [["tab", state.tab]]), ...kept, ...ends])}`;
};
const link = () => publicAddress(HOME) + query();

// Update the page's address. A choice makes a history entry; a frame may forbid both.
let remembering;
const remember = (isChoice) => {
  clearTimeout(remembering);
  const write = (how) => {
    try {
      if (query() !== location.search) history[how](null, "", query());
    } catch {} // a document without an address of its own
  };
  if (isChoice && window.parent === window) write("pushState");
  else remembering = setTimeout(write, 200, "replaceState"); // browsers limit how often
};

const language = () => state.lang ?? (navigator.language.startsWith("zh") ? "zh" : "en");
const say = (key, words = {}) => TEXTS[key][language()].replace(/\{(\w+)\}/g, (_, word) => words[word]);
