// The tab Morph. One picture has all frames in a row: the stage shows one or plays all, the strip below shows eight.
{
  const { say, picture, in_use, escape, tabs } = cgan;
  tabs.morph = {
    wish(asked) {
      const keys = ["from", "to", "seed", "to_seed", "i", "to_i", "z", "to_z"];
      const src = picture("morph.png", { ...asked, frames: 50 }, [...keys, "frames"]);
      const gif = `${picture("morph.gif", asked, keys)}&scale=8`;
      const name = `morph_${asked.from}_${asked.to}`;
      const strip = [say("download_strip"), `${src}&scale=2`, `${name}.png`];
      const files = [[say("download_gif"), gif, `${name}.gif`], strip];
      const kind = asked.z || asked.to_z ? "hand" : asked.seed === asked.to_seed ? "same" : "says";
      const held = [...in_use(asked), ...in_use(asked, "to_")];
      const sources = [src, ...held.map((line) => line.src)];
      const frame = asked.play ? null : asked.frame - 1;
      const [alt, says] = [say("morph_alt", asked), say(`morph_${kind}`, asked)];
      return { src, sources, held, frame, alt, says, files };
    },
    change(asked, source) {
      if (source === "frame") asked.play = false;
    },
    stage(given) {
      const value = given || cgan.first("morph");
      const frame = (at, alt, look = "") =>
        `<img src="${escape(value.src)}" alt="${escape(alt)}" class="${look}" style="--frame: ${at}">`;
      const strip = [0, 7, 14, 21, 28, 35, 42, 49].map((at) => (value?.src ? frame(at, "") : ""));
      const stage = value?.src ? frame(value.frame ?? 25, value.alt, value.frame === null ? "playing" : "") : "";
      return `${cgan.held(value?.held)}<div class="paper ink stage">${stage}</div>
      <div class="paper ink strip">${strip.join("")}</div>`;
    },
  };
}
