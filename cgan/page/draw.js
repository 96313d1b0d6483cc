// The tab Draw: sheets of digits, and a closer look at one.
{
  const { say, isSet, picture, files, box, skip, linked, tabs } = cgan;

  // The grid of a sheet: columns, rows and the number of pictures.
  const grid = ({ digit, n }) => {
    if (digit === "all") return { grid: [10, n], count: 10 * n };
    const columns = Math.ceil(Math.sqrt(n));
    return { grid: [columns, Math.ceil(n / columns)], count: n };
  };
  tabs.draw = {
    wish(asked) {
      const { digit, seed, z } = asked;
      const [isAll, isOne] = [digit === "all", isSet(asked.i) || Boolean(z)];
      const n = isOne ? 1 : isAll ? 10 : Number(asked.n);
      const isOpened = isOne && !isAll;
      const path = `digits/${encodeURIComponent(digit)}`;
      const src = picture(`${path}.png`, { ...asked, n }, ["seed", "i", "z", "n"]);
      const kind = z ? "hand" : isOpened ? "opened" : isAll ? (isOne ? "row" : "all") : n === 1 ? "one" : "many";
      const words = { ...asked, n, i: Number(asked.i) + 1, digits: say("digits").split(" ")[digit] };
      const wish = { src, alt: say(`draw_${kind}_alt`, words), says: say(`draw_${kind}`, words) };
      Object.assign(wish, isOpened ? { look: "pixels" } : grid({ digit, n }));
      if (isOne) {
        const back = [["select", "back", say("back")]];
        if (!z && isOpened) back.unshift(["edit", "-1", say("previous")], ["edit", "1", say("next")]);
        const uses = ["hand", "write", ...(isAll ? [] : ["from", "to"])];
        wish.buttons = [back, uses.map((use) => ["click", use, say(`use_${use}`)])];
      } else wish.buttons = [[["click", "lead", say("lead")]]];
      if (isOpened) {
        const address = picture(`${path}.json`, asked, ["seed", "i", "z"]);
        wish.more = async () => (wish.reads = await (await fetch(address)).json().catch(() => null));
      }
      const name = isOpened ? `digit_${digit}_seed_${seed}_${Number(asked.i) + 1}` : `digit_${digit}_seed_${seed}`;
      return Object.assign(wish, { files: files(src, z ? `digit_${digit}` : name) });
    },
    change(asked, source, what) {
      const place = box("draw");
      const { row, column, columns } = place.tile ?? {};
      if (source === "n" || (source === "select" && what === "back")) {
        [asked.i, asked.z] = [null, null];
        if (source === "select") asked.digit = place.from ?? asked.digit;
      } else if (source === "select" && place.tile) {
        place.from = asked.digit;
        if (asked.digit !== "all") asked.i = row * columns + column;
        else if (!asked.z && !isSet(asked.i)) asked.i = row;
        if (asked.digit === "all") asked.digit = String(column);
      } else if (source === "edit") {
        const n = Math.max(asked.n, asked.i + 1);
        asked.i = (asked.i + Number(what) + n) % n;
      } else if (source === "digit") place.from = null;
    },
    view(value) {
      const { probabilities } = value?.reads ?? {};
      const parts = (probabilities ?? []).map((part, digit) => [Math.round(100 * part), digit]);
      const likely = parts.filter(([part]) => part).sort(([a], [b]) => b - a);
      const shares = likely.map(([part, digit]) => `<b>${digit}</b> (${part} %)`).join(" ");
      const reads = `<p class="reads">${say("reads")} <span translate="no">${shares}</span></p>`;
      return cgan.sheet(value) + (value?.look ? reads : "");
    },
  };

  // Use the hand of the opened picture in another tab, or only turn to Your hand.
  cgan.use = (list) => {
    const asked = cgan.named("draw", list);
    const { what } = box("draw");
    const to = what === "to" ? "to_" : "";
    const { seed, i, z } = asked;
    const hand = { [`${to}seed`]: seed, [`${to}seed_bar`]: seed, [`${to}i`]: i, [`${to}z`]: z };
    const given = ([of, key]) => {
      if (what === "lead" || ["draw", "compare"].includes(of)) return skip;
      if (of === "morph" && key === what) return asked.digit;
      return key in hand ? hand[key] : skip;
    };
    const tab = { write: "write", from: "morph", to: "morph" }[what] ?? "hand";
    return [{ ...skip, selected: tab }, ...linked.map(given)];
  };

  cgan.take_set = ([digit, , model, format, total]) => {
    const [range, digits] = digit === "all" ? ["0-9", 10] : [digit, 1];
    const count = Math.floor((total / digits) * (format === "idx" ? 6 / 7 : 1)); // a sixth more to test on
    const asked = { digit: range, seed: box("draw").asked.seed, count, format, model };
    const href = picture("set.zip", asked, ["digit", "seed", "count", "format"]);
    Object.assign(document.createElement("a"), { href, download: "" }).click();
  };
}
