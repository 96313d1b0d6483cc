// The tab About: figures of pictures with addresses, which follow a button or a slider.
{
  const { defaults, escape, say, picture, arrive, skip, tabs } = cgan;
  const { seed, model } = defaults.morph;

  tabs.about = {};
  const figures = (cgan.figures = {
    game: ({ k, digit }) => [
      [picture(`digits/${digit}.png`, { seed, model, i: k }, ["seed", "i"]), say("draw_one_alt", { digit, model, seed })],
      [`gradio_api/real/${digit}.png?i=${k}`, `${say("genuine")}: ${digit}`],
    ],
    hand: (slant) => picture("digits/all.png", { seed, model, i: 0, n: 1, slant }, ["seed", "i", "n"]),
    morph: (frame) => {
      const src = picture("morph.png", { seed, model, from: 3, to: 8, frames: 50 }, ["from", "to", "seed", "frames"]);
      return `<img src="${escape(src)}" alt="${say("morph_alt", { from: 3, to: 8 })}" style="--frame: ${frame - 1}">`;
    },
  });
  // Return the next value of a figure, once its pictures are here.
  const next = async (name, value, sources) =>
    (await arrive(document.getElementById(`about-${name}`), sources).catch(() => false)) ? value : skip;
  cgan.play_game = (step, [last, digit]) => {
    const value = { ...last, digit, k: (last.k + step) % last.noise.length };
    return next("game", value, figures.game(value).map(([src]) => src));
  };
  cgan.move_figure = (name, [value]) => (name === "morph" ? value : next(name, value, [figures[name](value)]));
}
