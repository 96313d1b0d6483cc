// The tab Draw: `n` pictures of a digit; of "all", as many rows of ten as settings.rows.
cgan.addTab("draw", {
  keys: ["digit", "seed", "n"],
  digits: ["digit"],
  seeds: ["seed"],
  all: true,
  kind: ({ digit }) => (digit === "all" ? "draw_all" : "draw"),
  words: ({ n }) => ({ pictures: cgan.text(n === 1 ? "one_picture" : "pictures", { n }) }),
  check: ({ n }) => {
    const choices = cgan.settings.counts;
    if (!choices.includes(n)) return cgan.text("bad_count", { choices: choices.join(", "), value: n });
  },
  address: (asked) => {
    const n = asked.digit === "all" ? cgan.settings.rows : asked.n;
    return cgan.address(`digits/${asked.digit}.png`, { ...asked, n }, ["seed", "n"]);
  },
  file: ({ digit, seed }) => `digit${digit}_seed${seed}.png`,
  show: (loaded) => {
    cgan.place("#picture", loaded);
    Object.assign(loaded.parentElement, { role: "button", tabIndex: 0 }); // opens a tile
  },
  changed: (asked) => {
    cgan.find("#count").inert = asked.digit === "all"; // rows of ten then
    cgan.setWanted();
  },
});
