// What the page does in the browser: functions alone, frozen, as `cgan` on the window. They keep no state: what
// is shown lies on elements and in Gradio's components, what was asked for in the page's address.
window.cgan = (({ texts, models, maxSeed }) => {
  const root = document.documentElement;
  const language = /\/zh\/?$/.test(location.pathname) ? "zh" : "en";
  const skip = { __type__: "update" };
  const style = ["slant", "stroke", "width"];
  const ranges = { seed: maxSeed, to_seed: maxSeed, i: 9999, to_i: 9999, n: 100 };

  const say = (key, words = {}) => texts[key][language].replace(/\{(\w+)\}/g, (_, word) => words[word]);
  const escape = (text) => String(text ?? "").replace(/[^\w\s.,:;-]/g, (sign) => `&#${sign.codePointAt()};`);
  const box = (tab) => document.getElementById(`${tab}-picture`);
  const named = (names, values) => Object.fromEntries(names.map((name, place) => [name, values[place]]));
  const address = () => Object.fromEntries(new URLSearchParams(location.search));
  const current = () => (address().tab in tabs ? address().tab : "draw");
  const isSet = (value) => value !== null && value !== undefined && value !== "";

  // Addresses: of pictures, and of the page itself. A drawn hand (z) stands in for a seed and an index.
  const query = (asked, keys) => {
    const { styled, id } = models[asked.model] ?? {};
    const hidden = new Set([...(asked.z ? ["seed", "i"] : []), ...(asked.to_z ? ["to_seed", "to_i"] : [])]);
    const given = keys.filter(
      (key) => isSet(asked[key]) && !hidden.has(key) && !(style.includes(key) && (!styled || !Number(asked[key]))),
    );
    const w = asked.w ?? id;
    return new URLSearchParams([...given.map((key) => [key, asked[key]]), ["model", asked.model], ...(w ? [["w", w]] : [])]);
  };
  const picture = (path, asked, keys) => `gradio_api/${path}?${query(asked, [...keys, ...style])}`;
  const link = (tab, asked) => {
    const kept = ["lang", "__theme"].filter((key) => address()[key]).map((key) => [key, address()[key]]);
    const of = tab === "draw" ? [] : [["tab", tab]];
    return `?${new URLSearchParams([...of, ...query(asked, Object.keys(asked).filter((key) => key !== "model")), ...kept])}`;
  };
  const files = (src, name) => [
    [say("download"), `${src}&scale=8`, name],
    [say("raw"), src, name.replace(".", "_raw.")],
  ];

  // What each tab shows: the address of its picture, an alt text, a caption, and files to take away.
  const tabs = {
    draw: (asked) => {
      const { digit, seed, model, z } = asked;
      const [opened, all] = [isSet(asked.i) || z, digit === "all"];
      const n = z || opened ? 1 : all ? 10 : Number(asked.n);
      const src = picture(`digits/${encodeURIComponent(digit)}.png`, { ...asked, n }, ["seed", "i", "z", "n"]);
      const kind = z ? "hand" : all ? "all" : opened ? "opened" : n === 1 ? "one" : "many";
      const words = { n, seed, model, digit, i: Number(asked.i) + 1, digits: say("digits").split(" ")[digit] };
      return {
        src,
        alt: say(`draw_${kind}_alt`, words),
        says: say(`draw_${kind}`, words),
        hint: opened ? "" : say("draw_hint"),
        look: n === 1 ? "pixels" : "ink",
        read: opened && !all ? src.replace(".png?", ".json?").replace("&n=1", "") : null,
        files: files(src, `digit${digit}_seed${seed}.png`),
      };
    },
  };

  // Fetch pictures for a box, one request at a time: of those asked for meanwhile, the last comes next.
  // Returns false if others were asked for; throws an Error with a sentence.
  const arrive = async (place, sources) => {
    place.wanted = sources;
    while (place.fetching) await place.fetching.catch(() => {});
    if (place.wanted !== sources) return false;
    const slow = setTimeout(() => (place.ariaBusy = "true"), 800);
    place.fetching = Promise.all(sources.map(load));
    try {
      place.images = await place.fetching;
    } finally {
      clearTimeout(slow);
      place.ariaBusy = "false";
      place.fetching = null;
    }
    return true;
  };
  const load = async (source) => {
    const image = Object.assign(new Image(), { src: source });
    let late = false;
    const timer = setTimeout(() => ([late, image.src] = [true, ""]), 10_000);
    await image.decode().catch(async () => {
      throw new Error(late ? say("no_answer") : await why(source));
    });
    clearTimeout(timer);
    return image;
  };
  const why = async (source) => {
    try {
      const answer = await fetch(source, { signal: AbortSignal.timeout(10_000) });
      return answer.ok ? say("not_shown") : say("refused", { sentence: await answer.text() });
    } catch {
      return say("no_answer");
    }
  };

  // The page's own address follows. A step is an entry for Back; in an iframe nothing is.
  const remember = (search, isStep) => {
    clearTimeout(root.timer);
    const write = (how) => search !== location.search && history[how](null, "", search);
    if (isStep) write(window.parent === window ? "pushState" : "replaceState");
    else root.timer = setTimeout(() => write("replaceState"), 200); // browsers count these
  };

  const show = async (tab, names, how, forget, values) => {
    const asked = named(names, values);
    const answer = (value) => (forget ? [value, ""] : value);
    if (!root.opened || (how === "open" && tab !== current()) || (how === "tab" && tab === current())) return skip;
    if (how === "open") for (const [key, value] of Object.entries(address())) if (key in asked || key === "w") asked[key] = value;
    if (forget) asked[forget] = "";
    const place = box(tab);
    const wish = tabs[tab](asked);
    if (how !== "open") remember(link(tab, asked), how !== "live");
    try {
      if (!(await arrive(place, wish.sources ?? [wish.src]))) return answer(skip);
      place.shown = wish;
      const odd = how === "open" && address().tab && !(address().tab in tabs);
      return answer(odd ? { ...wish, says: say("bad_tab", address()), failed: true } : wish);
    } catch (error) {
      return answer({ ...place.shown, says: error.message, failed: true });
    }
  };

  // Set the controls to what the page's address says; of what it leaves out, to their defaults.
  const open = (defaults, values) => {
    const asked = address();
    const wanted = asked.lang ?? (navigator.language.startsWith("zh") ? "zh" : "en");
    if (language === "en" && wanted === "zh") location.replace(`zh${location.search}`);
    root.lang = say("lang");
    document.title = say("title");
    root.opened = true;
    const byId = Object.keys(models).find((name) => models[name].id === asked.w);
    if (byId) asked.model = byId;
    if (current() === "morph") [asked.to_seed, asked.to_i] = [asked.to_seed ?? asked.seed, asked.to_i ?? asked.i];
    const fit = (key, value, standard) => {
      if (value === undefined) return standard;
      if (key === "model") return models[value]?.conditional ? value : standard;
      if (typeof standard === "string") return value;
      return /^-?\d+(\.\d+)?$/.test(value) && Math.abs(value) <= (ranges[key] ?? 2) ? Number(value) : standard;
    };
    const set = Object.entries(defaults).flatMap(([tab, standards]) =>
      Object.entries(standards).map(([key, standard]) => (tab === current() ? fit(key, asked[key], standard) : standard)),
    );
    return [{ ...skip, selected: current() }, ...set];
  };

  const copy = async (tab, names, values) => {
    const { shown } = box(tab);
    const url = new URL(link(tab, named(names, values)), location.href).href;
    try {
      if (navigator.share && matchMedia("(pointer: coarse)").matches) return await navigator.share({ url }).then(() => skip);
      await navigator.clipboard.writeText(url);
      return { ...shown, says: say("copied") };
    } catch (error) {
      return error.name === "AbortError" ? skip : { ...shown, says: say("copy_this"), url };
    }
  };

  // Where a picture was clicked, as parts of its width and height; Enter on it means its first part.
  const point = (event) => {
    const paper = event.target.closest(".paper");
    if (!paper) return false;
    const { left, top, width, height } = paper.querySelector("img").getBoundingClientRect();
    const picked = event.detail ? [(event.clientX - left) / width, (event.clientY - top) / height] : [0, 0];
    return Object.assign(paper.closest("[id$=-picture]"), { picked });
  };

  // Draw's digit and index: of the picture that was clicked (step 0), of the one after or before, of none.
  const open_picture = (names, step, values) => {
    const asked = named(names, values);
    if (step === null) return [asked.digit, null];
    if (isSet(asked.i)) return [asked.digit, (asked.i + step + Math.max(asked.n, asked.i + 1)) % Math.max(asked.n, asked.i + 1)];
    const all = asked.digit === "all";
    const [columns, n] = all ? [10, 100] : [Math.ceil(Math.sqrt(asked.n)), asked.n];
    const [column, row] = box("draw").picked.map((part, axis) =>
      Math.min(Math.floor(part * (axis ? Math.ceil(n / columns) : columns)), columns - 1),
    );
    if (all) return [String(column), row];
    return [asked.digit, row * columns + column < n ? row * columns + column : null];
  };

  const read = async ([value]) => {
    if (!value?.read) return [{ ...skip, visible: false }, null];
    const answer = await fetch(value.read).catch(() => null);
    if (box("draw").shown?.read !== value.read) return [skip, skip];
    if (!answer?.ok) return [{ ...skip, visible: true }, null];
    const { read: label, probabilities } = await answer.json();
    const all = probabilities.map((confidence, digit) => ({ label: String(digit), confidence }));
    const confidences = all.sort((a, b) => b.confidence - a.confidence).slice(0, 3);
    return [{ ...skip, visible: true }, { label: String(label), confidences }];
  };

  const set_link = ([digit, seed, model, format, total]) => {
    const [range, digits] = digit === "all" ? ["0-9", 10] : [digit, 1];
    return picture("set.zip", { digit: range, seed, count: total / digits, format, model }, ["digit", "seed", "count", "format"]);
  };

  const randomize = (values) => values.map((value) => (typeof value === "number" ? Math.floor(Math.random() * (maxSeed + 1)) : ""));
  const other = () => {
    const search = new URLSearchParams(location.search);
    if (language === "zh") search.set("lang", "en");
    else search.delete("lang");
    return search;
  };

  addEventListener("keydown", ({ key, target, ctrlKey, metaKey, altKey }) => {
    if (ctrlKey || metaKey || altKey || target.closest("input, textarea, select, [role=listbox], [role=tab]")) return;
    const ids = { r: "[id$=-randomize]", ArrowLeft: "#draw-previous", ArrowRight: "#draw-next" }[key];
    if (ids) [...document.querySelectorAll(ids)].find((button) => button.offsetParent)?.click();
  });

  return Object.freeze({ say, escape, show, open, copy, point, open_picture, read, set_link, randomize, other });
})
