// The tab Compare: a card of real digits, then one for each model, the best first.
{
  const { say, picture, image, escape, language, models, tabs } = cgan;
  const worth = ([, { distance }]) => distance ?? Infinity;
  const best = Object.entries(models).sort((one, other) => worth(one) - worth(other) || 0);
  tabs.compare = {
    wish({ digit, seed }) {
      const digits = say("digits").split(" ")[digit];
      const cards = best.map(([model, { conditional, note, distance, id }]) => {
        const asked = { digit, digits, seed, model, n: 16 };
        const path = conditional ? `digits/${encodeURIComponent(digit)}.png` : "samples.png";
        const alt = say(conditional ? "draw_many_alt" : "samples_alt", asked);
        const measured = distance == null ? say("unmeasured", { id }) : say("distance", { distance: Number(distance.toPrecision(4)) });
        return { name: model, note: note[language], measured, src: picture(path, asked, ["seed", "n"]), alt };
      });
      const src = `gradio_api/real/${encodeURIComponent(digit)}.png?n=16`;
      cards.unshift({ name: say("real"), note: say("real_note"), src, alt: say("real_alt", { digit }) });
      return { cards, sources: cards.map((card) => card.src), says: say("compare_says", { digit, seed }) };
    },
    view: (value) =>
      `<div class="cards" tabindex="0" role="group" aria-label="${say("compare")}">${(value?.cards ?? []).map(
        (card) => `<figure class="paper">${image(card)}
      <figcaption><b>${escape(card.name)}</b><br>${escape(card.measured)}<br>${escape(card.note)}</figcaption></figure>`,
      ).join("")}</div>`,
  };
}
