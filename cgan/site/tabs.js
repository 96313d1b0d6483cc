// What each tab asks the worker for, and what it says. A wish is {asked, build(grey) -> picture, alt, says,
// ...}.

const styleOf = () => STYLE.map((name) => state[name]);
const handOf = () => (state.z ? { z: state.z } : { seed: state.seed, i: state.i ?? 0 });
const named = (what) => `${what}_${state.z ? "my_hand" : `seed_${state.seed}`}`;

const wishes = {
  draw: () => {
    const { digit, seed, i, z } = state;
    const isAll = digit === "all";
    const isOpened = Boolean(z) || i !== null;
    const rows = isOpened ? 1 : isAll ? 10 : state.n;
    const digits = Array.from({ length: isAll ? 10 * rows : rows }, (_, k) =>
      isAll ? k % 10 : Number(digit),
    );
    const of = digits.map((_, k) => (isAll ? Math.floor(k / 10) : k));
    const words = { ...state, n: rows, i: i + 1, digits: say("digits").split(" ")[digit], model: "compact" };
    const [says, alt] = z
      ? ["draw_hand", "draw_hand_alt"]
      : isAll
        ? ["draw_all", "draw_all_alt"]
        : isOpened
          ? ["draw_opened", "draw_opened_alt"]
          : rows === 1
            ? ["draw_one", "draw_one_alt"]
            : ["draw_many", "draw_many_alt"];
    return {
      ...{
        asked: { digits, of, hands: { ...handOf(), n: rows, style: styleOf() } },
        name: named(`digit_${digit}`),
      },
      ...{
        build: (grey) => gridOf(digits, grey, isAll ? 10 : undefined),
        isOpened,
        isInk: !isOpened || isAll,
      },
      ...{ says: say(says, words), alt: say(alt, words) },
    };
  },
  write: () => {
    const says = { one: "write_one", natural: "write_natural", fresh: "write_fresh" }[state.hand];
    return written(state.text, "", state.hand, say(state.z ? "write_hand" : says, state));
  },
  hand: () => {
    if (!state.z) return { says: say("site_hint") };
    return written(state.text.trim() ? state.text : " ", "0123456789\n", "natural", say("hand_says"));
  },
};

// Write a text, after a first line in the plain hand.
const written = (text, plain, variation, says) => {
  const isNarrow = $("picture").parentElement.clientWidth < 480;
  const lines = wrap(
    plain + (plain && !text.trim() ? "" : normalise(text, SIGNS)),
    isNarrow || plain ? 12 : 26,
  );
  const digits = [...lines].filter((character) => /\d/.test(character)).map(Number);
  const rows = digits.slice(plain ? 10 : 0).map((_, k) => k);
  const of = digits.map((_, k) => {
    if (k < 10 && plain) return 0;
    return { one: 0, natural: 1 + k - (plain ? 10 : 0), fresh: k }[variation];
  });
  const hands = { ...handOf(), n: variation === "fresh" ? Math.max(1, digits.length) : 1, style: styleOf() };
  if (variation === "natural" && rows.length) Object.assign(hands, { rows, turn: plain ? 0 : state.turn });
  const isCut = text.normalize("NFKC").length > MAX_TEXT;
  if (isCut) says = say("text_cut", { longest: MAX_TEXT });
  const tiles = (grey) => digits.map((_, k) => grey.subarray(PIXELS * k, PIXELS * (k + 1)));
  return {
    ...{ asked: { digits, of, hands }, name: named("written"), isWritten: true, isInk: true },
    ...{ build: (grey) => textOf(lines, tiles(grey), SIGNS, plain ? LINE / 4 : 0), says, alt: say("write_alt", { text: lines }) },
  };
};
