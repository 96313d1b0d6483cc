// The tab Morph: one picture holds all frames side by side; the animation and the strip show parts of it.
cgan.addTab("morph", {
  keys: ["from", "to", "seed", "to_seed", "i", "to_i"],
  digits: ["from", "to"],
  seeds: ["seed", "to_seed"],
  check: ({ i, to_i }) => {
    const { maxIndex } = cgan.settings;
    for (const value of [i, to_i])
      if (!cgan.whole(value, maxIndex)) return cgan.text("bad_index", { highest: maxIndex, value: value ?? "" });
  },
  address: (asked, ending = "png") => {
    const { frames } = cgan.settings;
    return cgan.address(`morph.${ending}`, { ...asked, frames }, [...cgan.tabs.morph.keys, "frames"]);
  },
  taken: (asked) => cgan.tabs.morph.address(asked, "gif"),
  file: (asked) => `morph${asked.from}to${asked.to}_seed${asked.seed}.gif`,
  show: (loaded, asked) => {
    const { frames, strip } = cgan.settings;
    const picture = cgan.find("#morph-picture");
    picture.querySelector(".stage").setAttribute("aria-label", loaded.alt);
    picture.style.setProperty("--sheet", `url("${loaded.src}")`);
    picture.style.setProperty("--frames", frames);
    const row = picture.querySelector(".strip");
    if (!row.children.length)
      for (let k = 0; k < strip; k++) {
        const frame = Math.round((k * (frames - 1)) / (strip - 1));
        const attributes = { "data-frame": frame, "aria-label": `${cgan.text("position")} ${frame}`, style: `--frame: ${frame}` };
        row.append(cgan.element("button", attributes));
      }
    if (cgan.playing === undefined) cgan.play(!matchMedia("(prefers-reduced-motion: reduce)").matches);
    clearTimeout(cgan.betweenTimer); // not while a seed is dragged
    cgan.betweenTimer = setTimeout(() => cgan.showBetween(asked), 200);
  },
});

cgan.showBetween = (asked) => {
  const address = cgan.address("between.png", asked, ["seed", "i"]);
  if (cgan.find("#between img").getAttribute("src") === address) return;
  const sheet = new Image();
  sheet.onload = () => cgan.place("#between", sheet);
  sheet.alt = cgan.text("between_alt", asked);
  sheet.src = address;
};

cgan.seek = (frame) => {
  cgan.find("#morph-picture .stage").style.setProperty("--frame", frame);
  cgan.find("#morph-picture input").value = frame;
};

// There and back again in 3 seconds, slower at both ends.
cgan.play = (playing) => {
  cgan.playing = playing;
  cgan.find("#morph-picture .player button").textContent = cgan.text(playing ? "pause" : "play");
  const last = cgan.settings.frames - 1;
  const start = performance.now() - (3000 * Math.acos(1 - (2 * Number(cgan.find("#morph-picture input").value)) / last)) / (2 * Math.PI);
  const turn = (now) => {
    if (!cgan.playing || turn !== cgan.turn) return;
    if (cgan.tab === "morph") cgan.seek(Math.round((last * (1 - Math.cos((2 * Math.PI * (now - start)) / 3000))) / 2));
    requestAnimationFrame(turn);
  };
  cgan.turn = turn;
  if (playing) requestAnimationFrame(turn);
};

document.addEventListener("click", (event) => {
  const { target } = event;
  if (target.matches("#morph-picture .player button")) cgan.play(!cgan.playing);
  if (target.matches("#morph-picture .strip button")) {
    cgan.play(false);
    cgan.seek(Number(target.dataset.frame));
  }
  if (target.matches("#between img")) {
    const [to, from] = cgan.where(target, event).map((part) => Math.min(9, Math.floor(10 * part)));
    const { seed, i } = cgan.tabs.morph.asked;
    cgan.change("morph", { from, to, to_seed: seed, to_i: i });
  }
});
document.addEventListener("input", ({ target }) => {
  if (!target.matches("#morph-picture input")) return;
  cgan.play(false);
  cgan.seek(Number(target.value));
});
