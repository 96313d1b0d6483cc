// The markup of pictures and of what is said about them, clicks in it, and keys.
{
  const { style, tabs, say, isSet, picture, box } = cgan;

  const escape = (text) => String(text ?? "").replace(/[^\w\s.,:;-]/g, (sign) => `&#${sign.codePointAt()};`);
  const image = ({ src, alt, look = "" }) => `<img src="${escape(src)}" alt="${escape(alt)}" class="${look}">`;
  // A button in a picture's markup: `event` of the gr.HTML, after `what` has been noted on its element.
  const button = (event, what, text, label = "") =>
    `<button type="button" data-do="${event}" data-what="${escape(what)}" ${label && `aria-label="${escape(label)}"`}>
    ${escape(text)}</button>`;

  const sheet = (value) => {
    if (!value?.src) return '<div class="blank"></div>'; // the place of the first picture
    const ink = value.look === "pixels" ? "" : `ink beat-${value.beat ?? ""}`;
    return `<button type="button" class="paper ${ink}" data-do="select">${image(value)}
    <i class="tile"></i></button>`;
  };
  // The hands in use: a line of their digits, what they are, and how to drop them.
  const held = (hands) =>
    (hands ?? []).map(
      ({ to, says, ...line }) => `<p class="held"><span class="paper ink">${image(line)}</span> ${escape(says)}
      ${button("clear", to, "×", say("drop"))}</p>`,
    ).join("");
  const says = (value) => `<p role="status" class="says ${value?.failed ? "failed" : ""}">${escape(value?.says)}</p>
    <p class="slow">${say("slow")}</p>`;
  const links = (value) => {
    const saved = (value?.files ?? []).map(
      ([text, href, name]) => `<a href="${escape(href)}" download="${escape(name)}">${escape(text)}</a>`,
    );
    const card = value?.card ? `<button type="button" data-card>${say("card")}</button>` : "";
    const copy = value?.src || value?.cards ? button("copy", "", say("copy")) : "";
    const buttons = (value?.buttons ?? []).map((line) => `<nav>${line.map((one) => button(...one)).join("")}</nav>`);
    return `${buttons.join("")}<nav>${saved.join("")}${card}${copy}</nav>
    ${value?.url ? `<input readonly aria-label="${say("copy")}" value="${escape(value.url)}">` : ""}`;
  };
  const caption = (tab, given) => {
    const value = given || cgan.first(tab);
    return says(value) + links(value);
  };
  const paint = (tab, given) => {
    const value = given || cgan.first(tab);
    return (tabs[tab].view ?? sheet)(value) + caption(tab, value);
  };
  // Return the hand in use as `held` shows it; none for the first hand of a seed.
  const in_use = (asked, to = "") => {
    const [seed, i, z] = ["seed", "i", "z"].map((name) => asked[to + name]);
    if (!isSet(i) && !z) return [];
    const says = z ? say("held_learned") : say("held_seed", { i: Number(i) + 1, seed });
    const src = picture("digits/all.png", { ...asked, seed, i, z, n: 1 }, ["seed", "i", "z", "n"]);
    return [{ to, says, src, alt: say("hand_all") }];
  };
  const files = (src, name) => [
    [say("download"), `${src}&ground=paper&scale=8`, `${name}.png`],
    [say("svg"), src.replace(".png?", ".svg?"), `${name}.svg`],
    [say("raw"), src, `${name}_28px.png`],
  ];

  // Where in a grid the pointer is: its row, its column and its tile's sides as parts of the picture's; or null.
  const tile = (event, value) => {
    const paper = event.target.closest("button.paper");
    const [columns, rows] = value?.grid ?? [];
    if (!paper || !columns) return null;
    const { left, top, width, height } = paper.querySelector("img").getBoundingClientRect();
    const [x, y] = [(event.clientX - left) / width, (event.clientY - top) / height];
    const isKey = event.type === "click" && event.detail === 0; // Enter opens the first
    if (!isKey && !(x >= 0 && x < 1 && y >= 0 && y < 1)) return null;
    const [column, row] = isKey ? [0, 0] : [Math.floor(x * columns), Math.floor(y * rows)];
    return row * columns + column < value.count ? { paper, row, column, columns, rows } : null;
  };
  // Save what a tab shows as a card. The script for it is fetched when it is needed.
  const card = async (tab, shown) => {
    const script = document.createElement("script");
    const isHere = new Promise((onload) => Object.assign(script, { src: "card.js", onload, onerror: onload }));
    if (!window.saveCard) document.head.append(script), await isHere;
    if (window.saveCard) return saveCard(tab, shown, say);
    box(tab).querySelector("[role=status]").textContent = say("no_answer");
  };
  const listen = (element, trigger) => {
    const place = element.closest("[id$=-picture]");
    const tab = place.id.replace("-picture", "");
    tabs[tab].listen?.(element, trigger);
    element.addEventListener("click", (event) => {
      if (event.target.closest("[data-card]")) card(tab, tabs[tab].card?.(place.shown) ?? place.shown);
      const button = event.target.closest("[data-do]");
      if (!button) return;
      place.what = button.dataset.what ?? "";
      place.tile = tile(event, place.shown);
      if (place.tile || !button.matches(".paper") || button.dataset.what) trigger(button.dataset.do);
    });
    // Frame the picture that a click would open.
    element.addEventListener("pointermove", (event) => {
      const at = tile(event, place.shown);
      const frame = place.querySelector("button.paper .tile");
      if (!frame) return;
      frame.hidden = !at;
      if (!at) return;
      const sides = { left: at.column / at.columns, top: at.row / at.rows, width: 1 / at.columns, height: 1 / at.rows };
      for (const [name, part] of Object.entries(sides)) frame.style[name] = `${100 * part}%`;
    });
  };

  addEventListener("keydown", ({ key, target, ctrlKey, metaKey, altKey }) => {
    const busy = key === "Escape" ? "[role=combobox], dialog" : "input, textarea, select, [role=listbox]";
    const isTabs = key.startsWith("Arrow") && target.matches("[role=tab]");
    if (ctrlKey || metaKey || altKey || isTabs || target.closest(busy)) return;
    const [previous, next, back] = ["-1", "1", "back"].map((what) => `#draw-picture nav [data-what="${what}"]`);
    const [one, two] = [0, 1].map((side) => `#quiz-picture [data-do=select][data-what="${side}"]`);
    const ids = { r: "[id$=-randomize]", 1: one, 2: two, ArrowLeft: previous, ArrowRight: next, Escape: back }[key];
    if (ids) [...document.querySelectorAll(ids)].find((button) => button.offsetParent)?.click();
  });
  // A dropdown that is left by Tab opens its list again; Escape closes it.
  addEventListener("focusout", ({ target }) => {
    const close = () => {
      const isOpen = target !== document.activeElement && target.ariaExpanded === "true";
      if (isOpen) target.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
    };
    if (target.matches?.("[role=combobox]")) setTimeout(close, 100);
  });

  // A swipe that scrolls may begin on a slider's thumb. The browser then cancels the pointer; undo its change.
  const slider = ({ target }) => target.matches?.("input[type=range]") && target;
  addEventListener("pointerdown", (event) => slider(event) && (event.target.before = event.target.value), true);
  addEventListener("pointercancel", (event) => {
    if (!slider(event)) return;
    event.target.value = event.target.before;
    event.target.dispatchEvent(new Event("input", { bubbles: true }));
  });

  Object.assign(cgan, { escape, image, button, sheet, held, says, links, caption, paint, in_use, files, listen });
}
