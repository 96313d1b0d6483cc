// The page's picture: one <img>, whose address says all that is drawn (cgan/routes.py).
// app.py puts `cgan.settings` before this: models (name -> weights id), maxSeed, counts.

cgan.wanted = null; // what is to be shown next, as the controls last said
cgan.drawing = null; // what is being loaded
cgan.shown = null; // what the <img> shows

// From the controls. One picture is on its way at a time; of those asked for meanwhile, the last is drawn next.
// `pressed`: by a button, so that something is said even if nothing changes.
cgan.draw = (digit, seed, count, model, pressed = false) => {
  const problem = cgan.check({ digit, seed, n: count, model });
  if (problem) {
    cgan.wanted = cgan.drawing = null;
    return cgan.say(problem, true);
  }
  const w = cgan.settings.models[model];
  const wanted = { model, w, digit, seed, n: count, pressed, since: performance.now() };
  const latest = cgan.wanted ?? cgan.drawing ?? cgan.shown;
  const isThere = latest && cgan.address(latest) === cgan.address(wanted);
  if (isThere && !pressed && !document.querySelector("#status.problem")) return;
  cgan.wanted = wanted;
  cgan.next();
};

cgan.next = () => {
  if (cgan.drawing || !cgan.wanted) return;
  const drawing = (cgan.drawing = cgan.wanted);
  cgan.wanted = null;
  const loaded = new Image(); // the picture on the page stays until this one is here
  loaded.onload = () => drawing === cgan.drawing && cgan.finish(loaded);
  loaded.onerror = () => drawing === cgan.drawing && cgan.fail();
  loaded.src = cgan.address(drawing);
};

cgan.finish = (loaded) => {
  const { digit, seed, n, model, pressed, since } = cgan.drawing;
  const tiles = n === 1 ? "1 picture" : `${n} pictures`;
  const repeated = pressed && cgan.shown && cgan.address(cgan.shown) === cgan.address(cgan.drawing);
  const picture = document.querySelector("#picture img");
  picture.src = loaded.src;
  picture.alt = `${tiles} of a handwritten ${digit}, drawn by the model ${model} from seed ${seed}`;
  picture.parentElement.style.setProperty("--side", `${loaded.naturalWidth}px`);
  cgan.say(
    `digit ${digit}, seed ${seed}, ${tiles}, ${Math.max(1, Math.round(performance.now() - since))} ms` +
      (repeated ? ": the same seed draws the same again, Randomize draws others" : ""),
  );
  [cgan.shown, cgan.drawing] = [cgan.drawing, null];
  clearTimeout(cgan.timer); // browsers allow a page only so many addresses a second
  cgan.timer = setTimeout(() => history.replaceState(null, "", cgan.link(cgan.shown)), 150);
  cgan.next();
};

// An image does not say why it failed; the same address asked for as text does.
cgan.fail = async () => {
  const sentence = await fetch(cgan.address(cgan.drawing)).then(
    (response) => (response.ok ? "The picture could not be shown; try again." : response.text()),
    () => "The server does not answer; is it still running?",
  );
  cgan.say(sentence, true);
  cgan.drawing = null;
  cgan.next();
};

// When the seed's box is left, Gradio brings what was typed within the bounds: that is then what is drawn.
cgan.settle = (digit, seed, count, model) => {
  const within = Math.min(cgan.settings.maxSeed, Math.max(0, Math.round(seed ?? 0)));
  cgan.draw(digit, within, count, model);
  return within;
};

cgan.randomize = (digit, count, model) => {
  const seed = Math.floor(Math.random() * (cgan.settings.maxSeed + 1));
  cgan.draw(digit, seed, count, model);
  return seed;
};

// When the page opens: its address says what to draw, or else the controls do.
cgan.open = (digit, seed, count, model) => {
  const address = new URLSearchParams(location.search);
  const number = (key, otherwise) => {
    const text = address.get(key);
    return text === null ? otherwise : /^\d+$/.test(text) ? Number(text) : text;
  };
  const asked = { digit: number("digit", digit), seed: number("seed", seed), n: number("n", count) };
  const { models } = cgan.settings; // the weights' id decides, by whatever name they go here
  asked.model = Object.keys(models).find((name) => models[name] === address.get("w")) ?? address.get("model") ?? model;
  const problem = cgan.check(asked);
  if (problem) {
    cgan.say(`This link cannot be shown: ${problem}`, true);
    return [digit, seed, count, model];
  }
  const here = models[asked.model];
  if (address.has("w") && address.get("w") !== here) {
    cgan.say(
      `This link was made with other weights of ${asked.model} (${address.get("w").slice(0, 12)}) than the ones ` +
        `here (${here}): they draw other pictures. Press Generate to see those.`,
      true,
    );
  } else {
    cgan.draw(asked.digit, asked.seed, asked.n, asked.model);
  }
  return [asked.digit, asked.seed, asked.n, asked.model];
};

// One sentence if this can't be drawn, else nothing.
cgan.check = ({ digit, seed, n, model }) => {
  const { models, maxSeed, counts } = cgan.settings;
  const whole = (value, highest) => Number.isInteger(value) && value >= 0 && value <= highest;
  if (!Object.hasOwn(models, model)) return `there is no model "${model}" here, there is ${Object.keys(models).join(", ")}.`;
  if (!whole(digit, 9)) return `the digit must be a whole number from 0 to 9, not "${digit}".`;
  if (!whole(seed, maxSeed)) return `the seed must be a whole number from 0 to ${maxSeed}, not "${seed ?? ""}".`;
  if (!counts.includes(n)) return `the number of pictures must be one of ${counts.join(", ")}, not "${n}".`;
};

cgan.say = (text, isProblem = false) => {
  const status = document.querySelector("#status");
  status.textContent = text.charAt(0).toUpperCase() + text.slice(1);
  status.classList.toggle("problem", isProblem);
};

// Relative, so that they hold behind a proxy's path and on a shared link.
cgan.address = ({ digit, seed, n, model, w }) =>
  `gradio_api/digits/${digit}.png?${new URLSearchParams({ seed, n, model, w })}`;
cgan.link = ({ model, w, digit, seed, n }) => `?${new URLSearchParams({ model, w, digit, seed, n })}`;

cgan.download = () => {
  if (!cgan.shown) return;
  const link = document.createElement("a");
  link.href = cgan.address(cgan.shown);
  link.download = `digit${cgan.shown.digit}_seed${cgan.shown.seed}.png`;
  link.click();
};

cgan.copyLink = async () => {
  if (!cgan.shown) return;
  const link = new URL(cgan.link(cgan.shown), location.href).href;
  try {
    await navigator.clipboard.writeText(link);
    cgan.say("Link copied: whoever opens it sees the same pictures");
  } catch {
    window.prompt("Copy this link:", link); // browsers keep the clipboard to pages on https or localhost
  }
};
