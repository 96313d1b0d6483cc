// The page's functions in the browser, as the frozen object `window.cgan`. State is kept on elements, in Gradio's
// components and in the page's address.
window.cgan = (({ texts, models, maxSeed, style, inner }) => {
  const root = document.documentElement;
  const language = location.pathname.endsWith("/zh") ? "zh" : "en";
  const skip = { __type__: "update" };
  const ranges = {
    ...{ seed: maxSeed, to_seed: maxSeed, i: 9999, to_i: 9999 },
    ...{ n: 100, epoch: 1000, slant: 2, stroke: 2, width: 2 },
  };

  const say = (key, words = {}) => texts[key][language].replace(/\{(\w+)\}/g, (_, word) => words[word]);
  const escape = (text) => String(text ?? "").replace(/[^\w\s.,:;-]/g, (sign) => `&#${sign.codePointAt()};`);
  const box = (tab) => document.getElementById(`${tab}-picture`);
  const named = (names, values) => Object.fromEntries(names.map((name, place) => [name, values[place]]));
  // The parameters in the page's address. The weights' id takes precedence over their name.
  const address = () => {
    const asked = Object.fromEntries(new URLSearchParams(location.search));
    const byId = Object.keys(models).find((name) => models[name].id === asked.w);
    return byId ? { ...asked, model: byId } : asked;
  };
  const current = () => (address().tab in tabs ? address().tab : "draw");
  const isSet = (value) => value !== null && value !== undefined && value !== "";

  // The query of an address or link. A drawn hand (z) stands in for a seed and an index.
  const query = (asked, keys) => {
    const { styled, id } = models[asked.model] ?? {};
    const hidden = [...(asked.z ? ["seed", "i"] : []), ...(asked.to_z ? ["to_seed", "to_i"] : []), ...inner];
    const all = { ...asked, w: asked.w ?? id };
    const isGiven = (key) =>
      isSet(all[key]) && !hidden.includes(key) && !(style.includes(key) && (!styled || !Number(all[key])));
    return new URLSearchParams([...keys, "model", "w"].filter(isGiven).map((key) => [key, all[key]]));
  };
  const picture = (path, asked, keys) => `gradio_api/${path}?${query(asked, keys)}`;
  const link = (tab, asked) => {
    const now = address();
    const kept = ["lang", "__theme"].filter((key) => now[key]).map((key) => [key, now[key]]);
    const keys = Object.keys(asked).filter((key) => key !== "model");
    return `?${new URLSearchParams([...(tab === "draw" ? [] : [["tab", tab]]), ...query(asked, keys), ...kept])}`;
  };

  // What each tab shows: the address of its picture, an alt text, a caption, and files to download.
  const tabs = {
    draw: (asked) => {
      const { digit, seed, z } = asked;
      const [all, opened] = [digit === "all", isSet(asked.i) || Boolean(z)];
      const n = opened ? 1 : all ? 10 : Number(asked.n);
      const path = `digits/${encodeURIComponent(digit)}`;
      const src = picture(`${path}.png`, { ...asked, n }, ["seed", "i", "z", "n", ...style]);
      const kind = z ? "hand" : all ? "all" : opened ? "opened" : n === 1 ? "one" : "many";
      const words = { ...asked, n, i: Number(asked.i) + 1, digits: say("digits").split(" ")[digit] };
      const read = opened && !all ? picture(`${path}.json`, asked, ["seed", "i", "z", ...style]) : null;
      const [alt, says] = [say(`draw_${kind}_alt`, words), say(`draw_${kind}`, words)];
      const look = n === 1 && !all ? "pixels" : "";
      return { src, alt, says, look, read, files: files(src, `digit_${digit}_seed_${seed}.png`) };
    },
    hand: (asked) => {
      if (!asked.z) return { says: say("hand_hint"), sources: [] };
      const keys = ["z", "text", "wrap", ...style];
      const src = picture("text.png", { ...asked, wrap: fits(asked.text, "hand") }, keys);
      const all = picture("digits/all.png", { ...asked, n: 1 }, ["z", "n", ...style]);
      const pairs = (box("hand").drawings ?? []).map((drawing) => {
        return { ...drawing, src: picture(`digits/${drawing.digit}.png`, asked, ["z"]) };
      });
      const sources = [src, all, ...pairs.map((pair) => pair.src)];
      const [alt, says] = [say("write_alt", asked), say("hand_says")];
      return { src, alt, says, all, pairs, sources, files: files(src, "my_hand.png") };
    },
    write: (asked) => {
      const given = { ...asked, wrap: fits(asked.text, "write") };
      const keys = ["text", "seed", "i", "z", "hand", "wrap", ...style];
      const kind = asked.z ? "hand" : asked.hand === "one" ? "one" : "fresh";
      const saved = files(picture("text.png", given, [...keys, "ground"]), `written_seed_${asked.seed}.png`);
      const [alt, says] = [say("write_alt", asked), say(`write_${kind}`, asked)];
      return { src: picture("text.png", given, keys), alt, says, files: saved };
    },
    morph: (asked) => {
      const keys = ["from", "to", "seed", "to_seed", "i", "to_i", "z", "to_z", ...style];
      const src = picture("morph.png", { ...asked, frames: 50 }, [...keys, "frames"]);
      const gif = `${picture("morph.gif", asked, keys)}&scale=8`;
      const name = `morph_${asked.from}_${asked.to}`;
      const strip = [say("download_strip"), `${src}&scale=2`, `${name}.png`];
      const saved = [[say("download_gif"), gif, `${name}.gif`], strip];
      const kind = asked.z || asked.to_z ? "hand" : asked.seed === asked.to_seed ? "same" : "says";
      const frame = asked.play ? null : asked.frame - 1;
      return { src, alt: say("morph_alt", asked), says: say(`morph_${kind}`, asked), frame, files: saved };
    },
    compare: ({ digit, seed }) => {
      const digits = say("digits").split(" ")[digit];
      const cards = Object.entries(models).map(([model, { conditional, note }]) => {
        const asked = { digit, digits, seed, model, n: 16 };
        const path = conditional ? `digits/${encodeURIComponent(digit)}.png` : "samples.png";
        const alt = say(conditional ? "draw_many_alt" : "samples_alt", asked);
        return { name: model, note: note[language], src: picture(path, asked, ["seed", "n"]), alt };
      });
      const src = `gradio_api/real/${encodeURIComponent(digit)}.png?n=16`;
      cards.unshift({ name: say("real"), note: say("real_note"), src, alt: say("real_alt", { digit }) });
      return { cards, sources: cards.map((card) => card.src), says: say("compare_says", { digit, seed }) };
    },
    training: ({ of, epoch, previews }) => {
      if (!of || !previews?.length) return null;
      const at = Math.min(epoch, previews.length) - 1;
      const words = { name: of, epoch: previews[at] };
      const src = `gradio_api/training/${encodeURIComponent(of)}/${at}.png`;
      return { src, alt: say("training_alt", words), says: say("training_says", words) };
    },
    // The next pair after an answer; the first one of ten after the last, or for another model.
    quiz: ({ model, pair }) => {
      const isSame = pair?.model === model;
      if (isSame && !pair.isAnswered) return pair;
      return question(model, isSame && !pair.isOver ? pair : { round: 0, right: 0, marks: "" });
    },
    about: () => ({}),
  };
  // Refuse a text that cannot be written; return how many characters of it fit in a line.
  const fits = (text, tab) => {
    const known = "0123456789 \n+-x=.,:/()×X*÷−–—‐‑";
    const strange = [...text.normalize("NFKC")].find((sign) => !known.includes(sign));
    if (strange) throw new Error(say("bad_sign", { sign: strange }));
    if (!text.trim()) throw new Error(say("no_text"));
    return box(tab).clientWidth < 600 ? 12 : 26;
  };
  const files = (src, name) => [
    [say("download"), `${src}&scale=8`, name],
    [say("raw"), src, name.replace(".", "_raw.")],
  ];

  // Load pictures for a box, one request at a time; of the requests made meanwhile, only the last is sent.
  // Returns false if a later request replaced this one; throws an Error with a sentence.
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
    const late = new Promise((resolve) => setTimeout(resolve, 10_000, "late"));
    const problem = await Promise.race([image.decode().catch(() => "failed"), late]);
    if (!problem) return image;
    image.removeAttribute("src"); // no longer wanted
    const again = { signal: AbortSignal.timeout(10_000) };
    const answer = problem === "late" ? null : await fetch(source, again).catch(() => null); // says why
    if (!answer) throw new Error(say("no_answer"));
    throw new Error(answer.ok ? say("not_shown") : say("refused", { sentence: await answer.text() }));
  };

  // Update the page's address. A step makes a history entry, except in an iframe.
  const remember = (search, isStep) => {
    clearTimeout(root.timer);
    const write = (how) => search !== location.search && history[how](null, "", location.pathname + search);
    if (isStep) write(window.parent === window ? "pushState" : "replaceState");
    else root.timer = setTimeout(() => write("replaceState"), 200); // browsers limit how often
  };

  // Return the next value of a tab's picture. how: "step" or "live", a control changed, with or without a history
  // entry; "tab", the tab was selected; "open", the page's address decides. emptied: controls to empty.
  const show = async (tab, names, how, emptied, values) => {
    const answer = (value) => [value, ...emptied.map(() => null)];
    const isHere = tab === current();
    if (!root.opened || (how === "open" && !isHere) || (how === "tab" && isHere)) return answer(skip);
    const asked = named(names, values);
    const linked = Object.entries(how === "open" ? address() : {});
    Object.assign(asked, Object.fromEntries(linked.filter(([key]) => key in asked || key === "w")));
    for (const name of emptied) asked[name] = null;
    while (tab !== "about" && !box(tab)) await wait(); // Gradio lays tabs out late
    document.getElementById(`${tab}-tab-button`).scrollIntoView({ block: "nearest" });
    const place = box(tab);
    if (place && how !== "live") place.opened = true;
    try {
      const wish = how === "live" && place && !place.opened ? null : tabs[tab](asked); // null: too early
      if (!wish) return answer(skip);
      if (how === "tab" || (how !== "open" && isHere)) remember(link(tab, asked), how !== "live");
      if (!place || !(await arrive(place, wish.sources ?? [wish.src]))) return answer(skip);
      place.shown = wish;
      const isOdd = how === "open" && address().tab && !(address().tab in tabs);
      return answer(isOdd ? { ...wish, says: say("bad_tab", address()), failed: true } : wish);
    } catch (error) {
      return answer({ ...place.shown, says: error.message, failed: true });
    }
  };

  // Set the controls from the page's address; those that it leaves out get their defaults.
  const open = (defaults, values) => {
    const asked = address();
    const wanted = asked.lang ?? (navigator.language.startsWith("zh") ? "zh" : "en");
    if (language === "en" && wanted === "zh") location.replace(`zh${location.search}`);
    [root.lang, document.title, root.opened] = [say("lang"), say("title"), true];
    const tab = current();
    if (tab === "morph") [asked.to_seed, asked.to_i] = [asked.to_seed ?? asked.seed, asked.to_i ?? asked.i];
    const fit = (of, key, value, standard) => {
      if (key === "model") return models[value]?.conditional ? value : standard;
      if (["digit", "from", "to"].includes(key)) {
        return /^\d$/.test(value) || (of === "draw" && value === "all") ? value : standard;
      }
      if (!(key in ranges)) return value ?? standard;
      return /^-?\d+(\.\d+)?$/.test(value) && Math.abs(value) <= ranges[key] ? Number(value) : standard;
    };
    const set = Object.entries(defaults).flatMap(([of, standards]) =>
      Object.entries(standards).map(([key, standard]) =>
        of === tab || key === "model" ? fit(of, key, asked[key], standard) : standard,
      ),
    );
    return [{ ...skip, selected: tab }, ...set];
  };

  const copy = async (tab, names, values) => {
    const { shown } = box(tab);
    const url = new URL(link(tab, named(names, values)), location.href).href;
    try {
      await navigator.clipboard.writeText(url);
      return { ...shown, says: say("copied") };
    } catch {
      return { ...shown, says: say("copy_this"), url };
    }
  };

  // Note where a picture was clicked, as parts of its width and height (Enter: 0, 0); in the quiz, which picture.
  const point = (event) => {
    const paper = event.target.closest("button.paper");
    if (!paper) return false;
    if (paper.dataset.side) return Object.assign(box("quiz"), { picked: Number(paper.dataset.side) });
    const { left, top, width, height } = paper.querySelector("img").getBoundingClientRect();
    const picked = event.detail ? [(event.clientX - left) / width, (event.clientY - top) / height] : [0, 0];
    return Object.assign(paper.closest("[id$=-picture]"), { picked });
  };

  // Return Draw's digit and index: of the clicked picture (step 0), of the next or previous one, or of none (null).
  const open_picture = (names, step, values) => {
    const asked = named(names, values);
    if (step === null) return [asked.digit, null];
    const all = asked.digit === "all";
    const n = all ? 100 : Math.max(asked.n, asked.i + 1);
    if (isSet(asked.i)) return [asked.digit, (asked.i + step + n) % n];
    const columns = Math.ceil(Math.sqrt(n));
    const [column, row] = box("draw").picked.map((part, axis) =>
      Math.min(Math.floor(part * (axis ? Math.ceil(n / columns) : columns)), columns - 1),
    );
    if (all) return [String(column), row];
    return [asked.digit, row * columns + column < n ? row * columns + column : null];
  };

  const read = async ([value]) => {
    if (!value?.read) return [{ ...skip, visible: false }, skip];
    const answer = await fetch(value.read).catch(() => null);
    if (box("draw").shown?.read !== value.read) return [skip, skip];
    if (!answer?.ok) return [{ ...skip, visible: true }, skip];
    const { read: label, probabilities } = await answer.json();
    const all = probabilities.map((confidence, digit) => ({ label: String(digit), confidence }));
    const confidences = all.sort((a, b) => b.confidence - a.confidence).slice(0, 3);
    return [{ ...skip, visible: true }, { label: String(label), confidences }];
  };

  const set_link = ([digit, seed, model, format, total]) => {
    const [range, digits] = digit === "all" ? ["0-9", 10] : [digit, 1];
    const count = Math.floor((total / digits) * (format === "idx" ? 6 / 7 : 1)); // a sixth more to test on
    return picture("set.zip", { digit: range, seed, count, format, model }, ["digit", "seed", "count", "format"]);
  };

  const randomize = (names, seeds) => names.map((_, place) => (place < seeds ? any(maxSeed + 1) : null));
  const any = (n) => Math.floor(Math.random() * n);
  const wait = () => new Promise(requestAnimationFrame);
  const reveal = ([value]) => ({ ...skip, visible: Boolean(value?.src) });
  const turn_to = (tab, values) => [...values, { ...skip, selected: tab }];
  const pick_model = (choosers, accordions, [model]) => [
    ...Array(choosers).fill({ ...skip, value: model, info: models[model]?.note[language] }),
    ...Array(accordions).fill({ ...skip, visible: models[model]?.styled }),
  ];

  // Real or drawn?: a pair, and the answer. Both pictures appear at once, so that loading times tell nothing.
  const question = (model, { round, right, marks }) => {
    const [digit, real] = [any(10), any(2)];
    const pictures = [
      { kind: "drawn", src: picture(`digits/${digit}.png`, { seed: any(maxSeed + 1), model }, ["seed"]) },
      { kind: "genuine", src: `gradio_api/real/${digit}.png?i=${any(30)}` },
    ];
    const pair = (real ? pictures : pictures.reverse()).map((one, side) => {
      return { ...one, alt: say("quiz_alt", { number: side + 1, digit }) };
    });
    const says = say("quiz_asked", { round: round + 1 });
    return { model, pair, round, right, marks, says, sources: pair.map(({ src }) => src) };
  };
  const answer = ([value]) => {
    const { picked } = box("quiz");
    const isRight = value.pair[picked].kind === "genuine";
    const [right, round, marks] = [value.right + isRight, value.round + 1, value.marks + (isRight ? "●" : "○")];
    const isOver = round === 10;
    const says = say(isOver ? "quiz_over" : isRight ? "quiz_right" : "quiz_wrong", { right, round });
    return (box("quiz").shown = { ...value, chosen: picked, isAnswered: true, isOver, right, round, marks, says });
  };

  // Your hand: the pad, which keeps its strokes on the canvas element, and the fit by the server.
  const canvas = () => document.querySelector("#hand-pad canvas");
  const pad = (element) => {
    const sheet = element.querySelector("canvas");
    const at = ({ offsetX, offsetY }) => [offsetX, offsetY].map((part) => (280 * part) / sheet.clientWidth);
    sheet.strokes = [];
    sheet.onpointerdown = (event) => {
      sheet.setPointerCapture(event.pointerId);
      sheet.strokes.push([at(event)]);
      ink();
    };
    sheet.onpointermove = (event) => {
      if (!sheet.hasPointerCapture(event.pointerId)) return;
      sheet.strokes.at(-1)?.push(at(event));
      ink();
    };
  };
  const ink = () => {
    const sheet = canvas();
    const pen = sheet.getContext("2d");
    pen.clearRect(0, 0, 280, 280);
    const strokeStyle = getComputedStyle(sheet).color;
    Object.assign(pen, { lineWidth: 22, lineCap: "round", lineJoin: "round", strokeStyle });
    for (const stroke of sheet.strokes) {
      pen.beginPath();
      for (const [x, y] of [stroke[0], ...stroke]) pen.lineTo(x, y);
      pen.stroke();
    }
  };
  const erase = (how) => {
    const sheet = canvas();
    sheet.strokes = how === "undo" ? sheet.strokes.slice(0, -1) : [];
    if (how === "restart") box("hand").drawings = [];
    ink();
    return null;
  };
  // Fit a hand to this drawing and the earlier ones, one per digit. Return its code and the digit that was read.
  const learn = async (isCorrected, [digit]) => {
    const [place, sheet] = [box("hand"), canvas()];
    const image = sheet.toDataURL();
    const told = isCorrected ? Number(digit) : null;
    const earlier = (place.drawings ?? []).filter((one) => one.image !== image && one.digit !== told);
    const drawings = [...earlier, ...(sheet.strokes.length ? [{ image, digit: told }] : [])].slice(-10);
    const tell = (text) => (place.querySelector("[role=status]").textContent = text);
    if (!drawings.length) return tell(say("hand_hint")) && [skip, skip];
    tell(say("learning"));
    try {
      const headers = { "Content-Type": "application/json" };
      const request = { method: "POST", headers, body: JSON.stringify({ drawings }) };
      const answer = await fetch("gradio_api/hand", request);
      if (!answer.ok) throw new Error(await answer.text());
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      let [text, said] = ["", {}];
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        text += part.value;
        said = Object.assign({}, ...text.split("\n").slice(0, -1).map((line) => JSON.parse(line)));
        if (said.waiting) tell(say("waiting", { places: said.waiting }));
      }
      if (said.error) throw new Error(said.error);
      const byDigit = drawings.map((one, at) => [said.digits[at], { ...one, digit: said.digits[at] }]);
      place.drawings = Object.values(Object.fromEntries(byDigit));
      return [said.z, String(said.digits.at(-1))];
    } catch (error) {
      tell(error instanceof TypeError ? say("no_answer") : say("refused", { sentence: error.message }));
      return [skip, skip];
    }
  };

  const fill_in_url = ([text]) => text.replace("URL", new URL(".", location.href));
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

  // A swipe that scrolls may begin on a slider's thumb. The browser then cancels the pointer; undo its change.
  const slider = ({ target }) => target.matches?.("input[type=range]") && target;
  addEventListener("pointerdown", (event) => slider(event) && (event.target.before = event.target.value), true);
  addEventListener("pointercancel", (event) => {
    if (!slider(event)) return;
    event.target.value = event.target.before;
    event.target.dispatchEvent(new Event("input", { bubbles: true }));
  });

  return Object.freeze({
    ...{ say, escape, show, open, copy, point, open_picture, read, set_link, randomize, turn_to, pick_model },
    ...{ answer, fill_in_url, other, pad, erase, learn, reveal },
  });
})
