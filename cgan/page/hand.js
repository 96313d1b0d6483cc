// The tab Your hand: the pad, the fit by the server after each stroke, and all that is written in the hand.
{
  const { say, escape, image, isSet, picture, box, wait, skip, tabs, models, defaults, says, links } = cgan;
  const [readings, thumbnails] = [new WeakMap(), new WeakMap()]; // of sheets
  let [pad, trigger, request] = [null, null, null];
  let [found, problem, fitted] = [null, "", null]; // what the last fit led to, and the sheet that it ended with

  const drawn = () => (pad?.sheets ?? []).filter(({ strokes }) => strokes.length).slice(-10);
  const thumbnail = (sheet) => {
    if (!thumbnails.has(sheet)) thumbnails.set(sheet, pad.picture(sheet, 140).toDataURL());
    return thumbnails.get(sheet);
  };
  // Each drawing, small: the digit it is read as, to be corrected, and a button that takes it out.
  const list = () =>
    drawn().map((sheet, place) => {
      const digit = sheet.digit ?? readings.get(sheet);
      const options = ["", ..."0123456789"].map((one) => {
        const state = (one === String(digit ?? "") ? "selected " : "") + (one ? "" : "hidden");
        return `<option value="${one}" ${state}>${one || "…"}</option>`;
      });
      const label = say("remove", { digit: digit ?? "" });
      return `<li><span class="paper">${image({ src: thumbnail(sheet), alt: say("hand_yours") })}</span>
      <select translate="no" data-place="${place}" aria-label="${say("read_as")}">${options.join("")}</select>
      <button type="button" data-pad="remove" data-place="${place}" aria-label="${label}">×</button></li>`;
    }).join("");
  const relist = () => {
    const whole = box("hand").querySelector(".drawings");
    const parts = () => [...whole.querySelectorAll("select, button")];
    const focused = parts().indexOf(document.activeElement);
    whole.innerHTML = list();
    parts()[focused]?.focus();
  };
  const tell = (text) => (box("hand").querySelector("[role=status]").textContent = text);

  // Have a hand fitted to the drawings. A later stroke abandons an earlier request.
  const learn = async () => {
    request?.abort();
    request = new AbortController();
    const [{ signal }, sheets] = [request, drawn()];
    relist();
    try {
      [found, problem] = [{ z: null }, ""];
      if (sheets.length) {
        tell(say("learning"));
        found = await ask(sheets, signal);
      }
    } catch (error) {
      if (signal.aborted) return;
      [found, problem] = [null, error instanceof TypeError ? say("no_answer") : error.message];
    }
    if (signal.aborted) return;
    fitted = sheets.at(-1);
    trigger("input");
  };
  const ask = async (sheets, signal, tries = 3) => {
    const drawings = sheets.map((sheet) => ({ image: thumbnail(sheet), digit: sheet.digit }));
    const body = JSON.stringify({ drawings });
    const headers = { "Content-Type": "application/json" };
    const answer = await fetch("gradio_api/hand", { method: "POST", headers, body, signal });
    if (answer.status === 503 && tries) {
      await wait(2000);
      signal.throwIfAborted();
      return ask(sheets, signal, tries - 1);
    }
    if (answer.status === 400) throw new Error(say("no_digit"));
    if (!answer.ok) throw new Error(cgan.refusal(answer.status, await answer.text()));
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let [text, said] = ["", {}];
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      text += part.value;
      said = Object.assign({}, ...text.split("\n").slice(0, -1).map((line) => JSON.parse(line)));
      if (said.digits) sheets.forEach((sheet, place) => readings.set(sheet, said.digits[place]));
      if (said.waiting) tell(say("waiting", { places: said.waiting }));
    }
    relist();
    const [{ digit: told }, digit] = [sheets.at(-1), said.digits.at(-1)];
    if (said.error) throw new Error(say(told === null ? "unlike" : "unlike_told", { digit }));
    const isUnsure = told === null && (said.unlike.at(-1) || Math.max(...said.read.at(-1)) < 0.7);
    return { ...said, isUnsure, says: isUnsure ? say("unsure", { digit }) : "" };
  };

  // Return the hand in use after a fit, and the model that it is for.
  cgan.found = () => {
    if (!found) return [skip, skip, skip];
    const model = Object.keys(models).find((name) => models[name].id === found.w);
    return [null, found.z, model ? { ...skip, value: model } : skip];
  };
  cgan.shown = () => pad.shown(fitted);

  tabs.hand = {
    sheets: drawn,
    // Return what a card shows.
    card: ({ isOurs, ten, src }) => ({ drawing: isOurs && pad.picture(fitted), rest: [ten, src] }),
    wish(asked) {
      const isHeld = isSet(asked.i) || Boolean(asked.z);
      const hand = ["seed", "i", "z"];
      const model = isHeld ? asked.model : defaults.hand.model; // until then, the one that learns hands
      const ten = picture("digits/all.png", { ...asked, model, n: 1 }, [...hand, "n"]);
      const wish = { ten, sources: [ten], failed: Boolean(problem) };
      if (!isHeld) return { ...wish, says: problem || say("hand_hint") };
      const given = cgan.typeset({ ...asked, hand: "natural" });
      const src = picture("text.png", given, ["text", ...hand, "hand", "wrap"]);
      const font = picture("hand.ttf", { ...asked, name: "My hand" }, [...hand, "name"]);
      const files = [[say("font"), font, "my_hand.ttf"], ...cgan.files(src, "my_hand")];
      const isOurs = asked.z && asked.z === found?.z;
      const [theirs] = cgan.in_use(asked);
      const says = problem || given.cut || (isOurs && (found.says || say("hand_says"))) || theirs.says;
      const failed = Boolean(problem || (isOurs && found.isUnsure));
      return { ...wish, src, isHeld, isOurs, files, says, failed, card: true, alt: say("write_alt", asked), sources: [src, ten] };
    },
    change(asked, source) {
      if (source === "clear" || source === "found") return;
      problem = "";
    },
    // The markup: the pad beside the ten digits; below the field to type in, the line that is written.
    pad(given) {
      const value = given || cgan.first("hand");
      const half = (side) => image({ src: value.ten, alt: side ? "" : say("hand_all"), look: side ? "right" : "" });
      const buttons = [["undo", "undo"], ["next", "next_digit"], ["clear", "restart"]].map(([how, key]) =>
        `<button type="button" data-pad="${how}">${say(key)}</button>`);
      const drop = value?.isHeld && !value.isOurs ? cgan.button("clear", "", "×", say("drop")) : "";
      const canvas = `<canvas width="560" height="560" role="img" aria-label="${say("pad")}"></canvas>`;
      return `<div class="hand">
      <div class="ten paper ink ${value?.isHeld ? "" : "faint"}">${value?.ten ? half(0) + half(1) : ""}</div>
      <div class="told">${says(value)}${drop}</div>
      <div class="mine"><div class="pad">${canvas}</div><nav>${buttons.join("")}</nav>
      <ul class="drawings">${list()}</ul><p class="info">${say("hand_info")}</p></div></div>`;
    },
    line(given) {
      const value = given || cgan.first("hand");
      return `<div class="written paper ink">${value?.src ? image(value) : ""}</div>${links(value)}`;
    },
    listen(element, call) {
      trigger = call;
      pad = makePad(element.querySelector("canvas"), learn);
      element.addEventListener("click", ({ target }) => {
        const { pad: how, place } = target.closest("[data-pad]")?.dataset ?? {};
        if (how) pad[how](drawn()[place]);
      });
      element.addEventListener("change", ({ target }) => {
        if (target.matches("select")) pad.name(drawn()[target.dataset.place], Number(target.value));
      });
    },
  };
}
