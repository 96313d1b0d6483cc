// From state to picture: one request at a time, of those made meanwhile only the newest; then the caption and
// files.

let about; // of the weights, once the worker has them
let shown; // {wish, picture}
let [wanted, isDrawing] = [null, false];

const refresh = async () => {
  try {
    wanted = wishes[state.tab]();
    if (state.w && about && state.w !== about.id && state.z) throw new Error("site_other_hand");
  } catch (error) {
    wanted = null;
    return complain(error);
  }
  if (isDrawing || !about) return;
  isDrawing = true;
  while (wanted) {
    const wish = wanted;
    wanted = null;
    if (!wish.asked) {
      show(wish, null);
      continue;
    }
    const answer = await ask("draw", wish.asked);
    if (answer.error) complain(new Error(answer.error));
    else show(wish, wish.build(answer.grey));
  }
  isDrawing = false;
};

const show = (wish, picture) => {
  const [paper, canvas] = [$("picture"), $("picture").firstElementChild];
  shown = picture && { wish, picture };
  paper.hidden = $("files").hidden = !picture;
  $("link").hidden = true;
  $("save-card").hidden = state.tab === "draw";
  $("opened").hidden = !(wish.isOpened && !state.z);
  if (picture) {
    paint(canvas, picture, SIGNS);
    canvas.ariaLabel = wish.alt;
    paper.className = ["paper", wish.isInk && "ink", wish.isWritten && "written"].filter(Boolean).join(" ");
    paper.disabled = Boolean(wish.isWritten || state.z); // else a click opens a picture, or returns
    canvas.classList.toggle("pixels", !wish.isInk);
  }
  const isOther = state.w && state.w !== about?.id;
  caption(isOther ? `${wish.says} ${say("site_other", { w: state.w, id: about.id })}` : wish.says);
};

const complain = (error) => {
  const key = error.message in TEXTS ? error.message : "site_failed";
  caption(say(key, { sentence: error.message, ...error.words }), true);
};

// Show a sentence at once; read it out at most once a second, so that dragging a slider does not chatter.
let [spoken, speaking] = [-Infinity, null];
const caption = (text, isFailed = false) => {
  $("caption").textContent = text;
  $("caption").classList.toggle("failed", isFailed);
  clearTimeout(speaking);
  speaking = setTimeout(
    () => {
      spoken = performance.now();
      $("status").textContent = text;
    },
    Math.max(0, spoken + 1000 - performance.now()),
  );
};

// Files of what is shown.
const save = (blob, name) => {
  const href = URL.createObjectURL(blob);
  Object.assign(document.createElement("a"), { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
};
const savePng = (canvas, name) => canvas.toBlob((blob) => save(blob, name), "image/png");
const saving = {
  png: () => savePng(onPaper($("picture").firstElementChild), `${shown.wish.name}.png`),
  card: () => {
    const [src, sheet] = [$("picture").firstElementChild, pad.sheets.findLast(isDrawn)];
    saveCard(state.tab, { src, rest: [src], drawing: sheet && pad.picture(sheet) }, say, HOME);
  },
  raw: () => savePng($("picture").firstElementChild, `${shown.wish.name}_28px.png`),
  svg: () =>
    save(new Blob([svgOf(shown.picture, SIGNS)], { type: "image/svg+xml" }), `${shown.wish.name}.svg`),
};

const copy = async () => {
  try {
    await navigator.clipboard.writeText(link());
    caption(say(link().startsWith("?") ? "site_copied_query" : "copied"));
  } catch {
    caption(say("copy_this"));
    Object.assign($("link"), { hidden: false, value: link() }).select();
  }
};
