// The tab Compare: a card for each model, and one of real digits.
{
  const { say, picture, image, escape, language, models, tabs } = cgan;
  tabs.compare = {
    wish({ digit, seed }) {
      const digits = say("digits").split(" ")[digit];
      const cards = Object.entries(models).map(([model, { conditional, note }]) => {
        const asked = { digit, digits, seed, model, n: 16 };
        const path = conditional ? `digits/${encodeURIComponent(digit)}.png` : "samples.png";
        const alt = say(conditional ? "draw_many_alt" : "samples_alt", asked);
        return { name: model, note: note[language], src: picture(path, asked, ["seed", "n"]), alt };
      });
      const src = `gradio_api/real/${encodeURIComponent(digit)}.png?n=16`;
      cards.unshift({ name: say("real"), note: say("real_note"), src, alt: say("real_alt", { digit }) });
      return { cards, sources: cards.map((card) => card.src), says: say("compare_says", { digit, seed }) };
    },
    view: (value) =>
      `<div class="cards">${(value?.cards ?? []).map((card) => `<figure class="paper">${image(card)}
      <figcaption><b>${escape(card.name)}</b><br>${escape(card.note)}</figcaption></figure>`).join("")}</div>`,
  };
}
