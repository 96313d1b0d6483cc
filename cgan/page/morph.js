// The tab Morph. One picture has all frames in a row: the stage shows one, the strip below eight. Play moves the slider.
{
  const { say, picture, in_use, escape, box, tabs } = cgan;
  let [turn, ticking, isBegun] = [1, null, false];
  let [isMoving, isHeld] = [false, false]; // whether Play moves the slider, and whether a person has moved it since

  const slider = () => document.querySelector("#morph-frame input[type=range]");
  const tick = () => {
    const range = slider();
    if (!range?.offsetParent || isHeld || range.matches(":active") || box("morph").fetching) return;
    const at = Number(range.value);
    if (at + turn > range.max || at + turn < range.min) turn = -turn;
    range.value = at + turn;
    isMoving = true;
    range.dispatchEvent(new Event("input", { bubbles: true }));
    isMoving = false;
  };
  addEventListener("input", ({ target }) => {
    if (!isMoving && target.closest("#morph-frame")) isHeld = true;
  }, true);
  const play = (isPlaying) => {
    if (isPlaying) ticking ??= setInterval(tick, 70);
    else ticking = clearInterval(ticking);
  };
  // Play begins when the tab is first seen, unless people prefer less motion; then a press does.
  const begin = () => {
    if (isBegun || cgan.current() !== "morph") return;
    if (!slider()?.offsetParent || !box("morph")?.shown) return setTimeout(begin, 100);
    isBegun = true;
    if (!matchMedia("(prefers-reduced-motion: reduce)").matches) document.querySelector("#morph-play input").click();
  };

  tabs.morph = {
    wish(asked, source) {
      const { shown } = box("morph") ?? {};
      if (source === "frame" && shown) {
        shown.frame = asked.frame - 1;
        box("morph").querySelector(".stage img").style.setProperty("--frame", shown.frame);
        return null;
      }
      setTimeout(begin);
      const keys = ["from", "to", "seed", "to_seed", "i", "to_i", "z", "to_z"];
      const src = picture("morph.png", { ...asked, frames: 50 }, [...keys, "frames"]);
      const gif = `${picture("morph.gif", asked, keys)}&scale=8`;
      const name = `morph_${asked.from}_${asked.to}`;
      const strip = [say("download_strip"), `${src}&scale=2`, `${name}.png`];
      const files = [[say("download_gif"), gif, `${name}.gif`], strip];
      const kind = asked.z || asked.to_z ? "hand" : asked.seed === asked.to_seed ? "same" : "says";
      const held = [...in_use(asked), ...in_use(asked, "to_")];
      const sources = [src, ...held.map((line) => line.src)];
      const [alt, says] = [say("morph_alt", asked), say(`morph_${kind}`, asked)];
      return { src, sources, held, frame: asked.frame - 1, alt, says, files };
    },
    change(asked, source) {
      if (source === "frame" && isHeld) asked.play = false;
      if (["frame", "play"].includes(source)) isHeld = false;
      play(asked.play);
    },
    stage(given) {
      const value = given || cgan.first("morph");
      const frame = (at, alt) => `<img src="${escape(value.src)}" alt="${escape(alt)}" style="--frame: ${at}">`;
      const strip = [0, 7, 14, 21, 28, 35, 42, 49].map((at) => (value?.src ? frame(at, "") : ""));
      return `${cgan.held(value?.held)}<div class="paper ink stage">${value?.src ? frame(value.frame, value.alt) : ""}</div>
      <div class="paper ink strip">${strip.join("")}</div>`;
    },
  };
}
