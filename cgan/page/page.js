// How a picture follows its controls. Each tab has a script beside its Python file, which adds `cgan.tabs.NAME`:
//   wish(asked, source)    what to show for the values of the tab's controls: { src or sources, alt, says, files ... };
//                          null if there is nothing yet; throws an Error with a sentence if there cannot be
//   change(asked, source)  what else changes in `asked` with the control or button `source`
//   follow(asked)          what a link changes besides the controls that it names: { name: value }
//   view(value)            the markup of a wish; one picture by default, see paper.js
//   isLate                 its wish needs more than the page's address
// State is kept on elements, in Gradio's components and in the page's address.
{
  const { models, slider, defaults, linked, set, style, tabs } = cgan;
  const { language, say, take, address, current, settings, link, remember } = cgan;
  const [root, skip] = [document.documentElement, { __type__: "update" }];

  const box = (tab) => document.getElementById(`${tab}-picture`);
  const any = (n) => Math.floor(Math.random() * n);
  const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

  // Load pictures for a box, one request at a time; of the requests made meanwhile, only the last is sent.
  // Returns false if a later request replaced this one; throws an Error with a sentence.
  const arrive = async (place, sources, more) => {
    place.wanted = sources;
    while (place.fetching) await place.fetching.catch(() => {});
    if (place.wanted !== sources) return false;
    const slow = setTimeout(() => (place.ariaBusy = "true"), 800);
    place.fetching = Promise.all([...sources.map(load), more?.()]);
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
    const late = wait(10_000).then(() => "late");
    const problem = await Promise.race([image.decode().catch(() => "failed"), late]);
    if (!problem) return image;
    image.removeAttribute("src"); // no longer wanted
    const again = { signal: AbortSignal.timeout(10_000) };
    const answer = problem === "late" ? null : await fetch(source, again).catch(() => null); // says why
    if (!answer) throw new Error(say("no_answer"));
    const sentence = answer.ok ? say("not_shown") : refusal(answer.status, await answer.text());
    throw Object.assign(new Error(sentence), { status: answer.status });
  };
  // Return what the server refused, in the page's language where the sentence is a known one.
  const refusal = (status, sentence) => {
    const [, name] = sentence.match(/^(\w+) must be/) ?? [];
    return say(status === 503 ? "busy" : name ? "refused_value" : "refused", { name, sentence });
  };

  // Change what else changes with the control or button `source`.
  const change = (tab, asked, source) => {
    const { asked: last = defaults[tab], what } = box(tab) ?? {};
    for (const to of ["", "to_"].filter((to) => `${to}seed` in asked)) {
      const [seed, bar] = [`${to}seed`, `${to}seed_bar`];
      if (source === bar) asked[seed] = asked[bar];
      if (source === "randomize") asked[seed] = any(slider + 1);
      asked[seed] = take(tab, seed, String(asked[seed])) ?? last[seed]; // an empty field changes nothing
      asked[bar] = asked[seed];
      const isMoved = [bar, "randomize"].includes(source) || (source === seed && asked[seed] !== last[seed]);
      const isDropped = source === "clear" && what === to;
      if (isMoved || isDropped || source === "model") asked[`${to}z`] = null;
      if ((isMoved && tab !== "draw") || isDropped) asked[`${to}i`] = null;
    }
    tabs[tab].change?.(asked, source, what);
    return asked;
  };

  // Return what an event sets besides its own control: { name: value }. Events overlap: what earlier ones set, and
  // components do not hold yet, is in place.pending.
  const news = (place, now, asked, source) => {
    const { pending } = place;
    const names = set.filter((name) => name in now && name !== source);
    const isNew = (name) => asked[name] !== now[name] || (name in pending && pending[name] !== asked[name]);
    return Object.fromEntries(names.filter(isNew).map((name) => [name, asked[name]]));
  };
  const named = (tab, list) => {
    const names = Object.keys(defaults[tab] ?? {}); // in the order of the event's inputs
    return Object.fromEntries(names.map((name, place) => [name, list[place]]));
  };

  // Return the next value of a tab's picture, and of the controls that change with it. how: "step" or "live", a control
  // changed, with or without a history entry; "tab", the tab was selected; "open", the page's address decides.
  const show = async (tab, how, source, list) => {
    const [now, isHere, { wish: wishes }] = [named(tab, list), tab === current(), tabs[tab]];
    const answer = (value, changed = {}, { pending } = {}) => {
      for (const name in changed) if (pending[name] === changed[name]) delete pending[name];
      const others = set.filter((name) => name in now).map((name) => (name in changed ? changed[name] : skip));
      return wishes ? [value, ...others] : others;
    };
    root.followed ||= how === "open"; // Gradio selects its first tab, too, and may say so late
    const isTurnedTo = root.followed && document.getElementById(`${tab}-tab-button`).ariaSelected === "true";
    const isMeant = { open: isHere, tab: !isHere && isTurnedTo }[how] ?? true;
    if (!root.opened || !isMeant) return answer(skip);
    const fromLink = how === "open" ? settings(tab, now) : null; // before another event writes the address
    while (wishes && !box(tab)) await wait(10); // Gradio lays tabs out late
    document.getElementById(`${tab}-tab-button`).scrollIntoView({ block: "nearest" });
    const place = box(tab) ?? {};
    if (how === "live" && !place.asked) return answer(skip); // not opened yet
    place.pending ??= {};
    const { [source]: _, ...pending } = place.pending;
    const asked = fromLink ? fromLink.values : change(tab, { ...now, ...pending }, source);
    const changed = fromLink ? tabs[tab].follow?.(asked) ?? {} : news(place, now, asked, source);
    Object.assign(place.pending, changed);
    place.asked = asked;
    try {
      const wish = wishes?.(fromLink ? fromLink.asked : asked, source);
      if (how === "tab" || (!fromLink && isHere)) remember(link(tab, asked), how !== "live");
      const isNext = wish && (await arrive(place, wish.sources ?? [wish.src], wish.more));
      if (!isNext) return answer(skip, changed, place);
      if (how === "step") place.beat = place.beat === "a" ? "b" : "a";
      place.shown = { ...wish, beat: how === "step" ? place.beat : "" };
      const isOdd = fromLink && address().tab && !(address().tab in tabs);
      const said = isOdd ? { says: say("bad_tab", address()), failed: true } : {};
      return answer({ ...place.shown, ...said }, changed, place);
    } catch (error) {
      const gone = say(fromLink ? "other_weights" : "new_weights");
      const says = error.status === 404 ? gone : error.message;
      return answer({ ...place.shown, says, failed: true }, changed, place);
    }
  };
  // Return what a tab shows before its first event.
  const first = (tab) => {
    if (tab !== current() || tabs[tab].isLate) return null;
    try {
      return tabs[tab].wish?.(settings(tab).asked, "");
    } catch {
      return null;
    }
  };

  // Select the tab that the page's address names and set its controls.
  // folds: the tabs with folded style sliders.
  const open = (folds) => {
    const asked = address();
    const wanted = asked.lang ?? (navigator.language.startsWith("zh") ? "zh" : "en");
    if (language === "en" && wanted === "zh") location.replace(`zh${location.search}`);
    [root.lang, document.title, root.opened] = [say("lang"), say("title"), true];
    const tab = current();
    const { values } = settings(tab);
    const isShared = (of, key) => key === "model" || style.includes(key) || (of === "held" && tab !== "draw");
    const value = ([of, key]) => ((of === tab || isShared(of, key)) && key in values ? values[key] : skip);
    const isStyled = style.some((name) => values[name]);
    const fold = (of) => (of === tab && isStyled ? { ...skip, open: true } : skip);
    return [{ ...skip, selected: tab }, ...folds.map(fold), ...linked.map(value)];
  };

  const copy = async (tab, list) => {
    const { shown, asked } = box(tab);
    const url = new URL(link(tab, asked), location.href).href;
    try {
      await navigator.clipboard.writeText(url);
      return { ...shown, says: say("copied") };
    } catch {
      return { ...shown, says: say("copy_this"), url };
    }
  };

  const same = (count, [value]) => Array(count).fill(value);
  const pick_model = (choosers, groups, [model]) => [
    ...Array(choosers).fill({ ...skip, value: model, info: models[model]?.note[language] }),
    ...Array(groups).fill({ ...skip, visible: models[model]?.styled }),
  ];
  const fill_in_url = ([text]) => text.replace("URL", new URL(".", location.href));

  Object.assign(cgan, { box, any, wait, arrive, skip, named, show, first, open, copy, same, pick_model, fill_in_url, refusal });
}
