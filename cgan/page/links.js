// Addresses: of the page, which say what its tabs show, and of pictures. layout.py makes `window.cgan` with the
// facts below; each script is a block that adds its functions to it.
{
  const { models, style, defaults, missing, inner, tabs } = cgan;
  const { texts } = window; // in the language of the page, see head.py
  const language = location.pathname.endsWith("/zh") ? "zh" : "en";
  const seeds = 2 ** 32 - 1;
  const most = { seed: seeds, to_seed: seeds, i: 9999, to_i: 9999, turn: 9999, n: 100, epoch: 1e6 };
  let timer;

  const say = (key, words = {}) => texts[key].replace(/\{(\w+)\}/g, (_, word) => words[word]);
  const isSet = (value) => value !== null && value !== undefined && value !== "";

  // Return what a control takes of a parameter's text; undefined if that cannot be.
  const take = (tab, key, text) => {
    const choices = { tab: Object.keys(tabs), hand: ["natural", "one", "fresh"] }[key];
    if (choices) return choices.find((choice) => choice === text);
    if (key === "model") return models[text]?.conditional ? text : undefined;
    if (["digit", "from", "to"].includes(key)) {
      return /^\d$/.test(text) || (tab === "draw" && text === "all") ? text : undefined;
    }
    if (!style.includes(key) && !(key in most)) return text;
    const form = style.includes(key) ? /^-?\d(\.\d+)?$/ : key === "epoch" ? /^\d+(\.\d+)?$/ : /^\d+$/;
    return form.test(text) && Math.abs(text) <= (most[key] ?? 2) ? Number(text) : undefined;
  };

  // Return the parameters in the page's address. Of one that is there twice, as some messengers do it, the first that
  // can be counts. The weights' id takes precedence over their name. A reload forgets weights that are gone.
  const address = () => {
    const given = new URLSearchParams(location.search);
    const pick = (tab, key) => {
      const all = given.getAll(key);
      return all.find((text) => take(tab, key, text) !== undefined) ?? all[0];
    };
    const tab = take("", "tab", pick("", "tab")) ?? "draw";
    const asked = Object.fromEntries([...given.keys()].map((key) => [key, pick(tab, key)]));
    asked.model = Object.keys(models).find((name) => models[name].id === asked.w) ?? asked.model;
    const isReload = performance.getEntriesByType("navigation")[0]?.type === "reload";
    if (isGone(asked) && isReload) asked.w = asked.z = asked.to_z = null;
    return Object.fromEntries(Object.entries(asked).filter(([, value]) => isSet(value)));
  };
  const isGone = ({ w, model }) => isSet(w) && models[model]?.id !== w;
  const current = () => take("", "tab", address().tab) ?? "draw";

  // Return what the address says of a tab, over the defaults and the controls that are not in links: `asked` as it is
  // written, `values` as controls take it.
  const settings = (tab, now = {}) => {
    const given = address();
    const usual = defaults[tab] ?? {}; // About has none
    const isOurs = Object.keys(given).some((key) => key in usual || key === "w");
    const values = { ...usual, ...(isOurs ? missing[tab] : {}) };
    for (const key of inner) if (key in now) values[key] = now[key];
    if (tab === "morph") [given.to_seed, given.to_i] = [given.to_seed ?? given.seed, given.to_i ?? given.i];
    const asked = { ...values, ...(given.w ? { w: given.w } : {}) };
    for (const key of Object.keys(values)) {
      if (inner.includes(key) || !isSet(given[key])) continue;
      [asked[key], values[key]] = [given[key], take(tab, key, given[key]) ?? values[key]];
    }
    if (isGone(given)) values.z = values.to_z = null; // a hand of other weights
    [values.seed_bar, values.to_seed_bar] = [values.seed, values.to_seed];
    return { asked, values };
  };

  // Return the query of an address or link. A learned hand (z) stands in for a seed and an index.
  const query = (asked, keys) => {
    const { styled, id } = models[asked.model] ?? {};
    const hidden = [...(asked.z ? ["seed", "i"] : []), ...(asked.to_z ? ["to_seed", "to_i"] : []), ...inner];
    const all = { ...asked, w: asked.w ?? id };
    const isGiven = (key) => {
      if (key === "turn") return all.hand === "natural" && Number(all.turn) > 0;
      if (style.includes(key)) return styled && isSet(all[key]) && Number(all[key]) !== 0;
      return isSet(all[key]) && !hidden.includes(key);
    };
    return new URLSearchParams([...keys, "model", "w"].filter(isGiven).map((key) => [key, all[key]]));
  };
  const picture = (path, asked, keys) => `gradio_api/${path}?${query(asked, [...keys, ...style])}`;
  const link = (tab, asked) => {
    const now = address();
    const kept = ["lang", "__theme"].filter((key) => now[key]).map((key) => [key, now[key]]);
    const keys = Object.keys(asked).filter((key) => key !== "model" && key !== "w");
    return `?${new URLSearchParams([...(tab === "draw" ? [] : [["tab", tab]]), ...query(asked, keys), ...kept])}`;
  };

  // Update the page's address. A step makes a history entry, except in an iframe.
  const remember = (search, isStep) => {
    clearTimeout(timer);
    const write = (how) => search !== location.search && history[how](null, "", location.pathname + search);
    if (isStep) write(window.parent === window ? "pushState" : "replaceState");
    else timer = setTimeout(() => write("replaceState"), 200); // browsers limit how often
  };
  // Return the query of this page in the other language.
  const other = () => {
    const search = new URLSearchParams(location.search);
    if (language === "zh") search.set("lang", "en");
    else search.delete("lang");
    return search;
  };

  Object.assign(cgan, { language, say, isSet, take, address, current, settings, picture, link, remember, other });
}
