// The tab Write, and what can be written.
{
  const { say, picture, files, in_use, image, tabs, signs, longest } = cgan;

  // Refuse a text that cannot be written. Return what is asked for with as much of its text as is written, how many
  // characters of it fit in a line, and what is to be said if it is cut.
  cgan.typeset = (asked) => {
    const text = asked.text.normalize("NFKC");
    const strange = [...text].find((sign) => !`0123456789 \n${signs}`.includes(sign));
    if (strange) throw new Error(say("bad_sign", { sign: strange }));
    if (!text.trim()) throw new Error(say("no_text"));
    const given = { ...asked, wrap: document.documentElement.clientWidth < 700 ? 12 : 26 };
    return text.length > longest ? { ...given, text: text.slice(0, longest), cut: say("text_cut", { longest }) } : given;
  };
  tabs.write = {
    wish(asked) {
      const [held, isFresh] = [asked.hand === "fresh" ? [] : in_use(asked), asked.hand === "fresh"];
      const hand = ["seed", "i", "z"];
      const given = cgan.typeset(asked);
      const src = picture("text.png", given, ["text", ...hand, "hand", "turn", "wrap"]);
      const name = asked.z ? "written" : `written_seed_${asked.seed}`;
      const font = [say("font"), picture("hand.ttf", asked, hand), `${name}.ttf`];
      return {
        ...{ src, alt: say("write_alt", asked), says: given.cut ?? say(`write_${asked.hand}`, asked), held, card: true },
        sources: [src, ...held.map((line) => line.src)],
        files: [...files(src, name), ...(isFresh ? [] : [font])],
      };
    },
    change(asked, source) {
      if (source === "again") Object.assign(asked, { hand: "natural", turn: (Number(asked.turn) + 1) % 10_000 });
      if (source === "hand" && asked.hand === "fresh") asked.i = asked.z = null;
    },
    view: (value) => `${cgan.held(value?.held)}<div class="written paper ink beat-${value?.beat ?? ""}">
      ${value?.src ? image(value) : ""}</div>`,
  };
}
