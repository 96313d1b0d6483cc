// A picture of the sheet, opened: enlarged, with its own link and the judge's reading.

cgan.tile = (selector) => cgan.find(`#tile ${selector}`);

cgan.openTile = ({ digit, seed, n, model }, i) => {
  clearTimeout(cgan.timer); // the page has the tile's address now
  cgan.openedTile = { digit, seed, n, model, i };
  const dialog = cgan.find("#tile");
  const words = cgan.openedTile;
  cgan.tile("h2").textContent = cgan.text("tile_title", words);
  cgan.tile("img").src = cgan.tileAddress("png");
  cgan.tile("img").alt = cgan.text("tile_alt", words);
  cgan.tileSays("");
  if (!dialog.open) dialog.showModal();
  history.replaceState(null, "", cgan.tileLink());
  cgan.read(cgan.openedTile);
};

cgan.tileAddress = (ending) => cgan.address(`digits/${cgan.openedTile.digit}.${ending}`, cgan.openedTile, ["seed", "i"]);
cgan.tileLink = () => cgan.link("draw", cgan.openedTile, [...cgan.tabs.draw.keys, "i"]);
cgan.tileSays = (text) => (cgan.tile("[role=status]").textContent = text);

cgan.read = async (tile) => {
  const address = cgan.tileAddress("json");
  const read = await cgan.json(address).catch(() => null);
  if (tile !== cgan.openedTile) return;
  if (!read) return cgan.tileSays(await cgan.why(address));
  cgan.tile("ol").replaceChildren(
    ...read.probabilities.map((probability, digit) => {
      const attributes = { class: digit === read.read ? "read" : "", style: `--part: ${probability}` };
      return cgan.element("li", attributes, cgan.text("tile_bar", { digit, percent: (100 * probability).toFixed(1) }));
    }),
  );
};

cgan.checkTile = ({ digit }, i) => {
  const { maxIndex } = cgan.settings;
  if (!/^\d+$/.test(i) || Number(i) > maxIndex) return cgan.text("bad_index", { highest: maxIndex, value: i });
  if (digit === "all") return cgan.text("bad_digit", { value: digit });
};

// The tile under the pointer; a sheet of all digits has a row an index, a column a digit.
cgan.openTileAt = (part_x, part_y) => {
  const { asked } = cgan.tabs.draw.shown;
  const columns = asked.digit === "all" ? 10 : Math.ceil(Math.sqrt(asked.n));
  const rows = asked.digit === "all" ? cgan.settings.rows : Math.ceil(asked.n / columns);
  const column = Math.min(columns - 1, Math.floor(part_x * columns));
  const row = Math.min(rows - 1, Math.floor(part_y * rows));
  if (asked.digit === "all") cgan.openTile({ ...asked, digit: column }, row);
  else if (row * columns + column < asked.n) cgan.openTile(asked, row * columns + column);
};

cgan.moveTile = (step) => {
  cgan.openTile(cgan.openedTile, cgan.within(cgan.openedTile.i + step, cgan.settings.maxIndex));
};

cgan.tileDoes = {
  previous: () => cgan.moveTile(-1),
  next: () => cgan.moveTile(1),
  close: () => cgan.find("#tile").close(),
  download: ({ digit, seed, i }) => cgan.save(cgan.tileAddress("png"), `digit${digit}_seed${seed}_${String(i).padStart(5, "0")}.png`),
  copy: () => cgan.copyLink(cgan.tileLink(), cgan.tileSays),
  morph: ({ digit, seed, i, model }) => {
    cgan.find("#tile").close();
    const { shown, asked } = cgan.tabs.morph;
    const { to, to_seed, to_i } = shown ? asked : { to: (digit + 5) % 10, to_seed: seed, to_i: i };
    cgan.change("morph", { from: digit, seed, i, to, to_seed, to_i, model });
    cgan.turnTo("morph");
  },
};

document.addEventListener("click", (event) => {
  const { target } = event;
  if (target.matches("#picture img") && cgan.tabs.draw.shown) cgan.openTileAt(...cgan.where(target, event));
  const does = target.closest("#tile [data-do]")?.dataset.do;
  if (does) cgan.tileDoes[does](cgan.openedTile);
  if (target.id === "tile") target.close(); // beside it
});
document.addEventListener("keydown", (event) => {
  if (["Enter", " "].includes(event.key) && event.target.closest("#picture .frame") && cgan.tabs.draw.shown) {
    event.preventDefault();
    cgan.openTileAt(0, 0);
  }
  if (!event.target.closest("#tile")) return;
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (step) cgan.moveTile(step);
});
document.addEventListener("close", ({ target }) => target.id === "tile" && cgan.follow("draw"), true); // it does not bubble
