// The tab Real or drawn?: pairs, and the answers. Both pictures appear at once, so that loading times tell nothing.
{
  const { say, image, button, picture, any, box, models, slider, tabs } = cgan;

  const question = ({ round, right, marks }) => {
    const [digit, real] = [any(10), any(2)];
    const model = Object.keys(models).find((name) => models[name].conditional);
    const pictures = [
      { kind: "drawn", src: picture(`digits/${digit}.png`, { seed: any(slider + 1), model }, ["seed"]) },
      { kind: "genuine", src: `gradio_api/real/${digit}.png?i=${any(30)}` },
    ];
    const pair = (real ? pictures : pictures.reverse()).map((one, side) => {
      return { ...one, alt: say("quiz_alt", { number: side + 1, digit }) };
    });
    const says = say("quiz_asked", { round: round + 1 });
    return { pair, round, right, marks, says, sources: pair.map(({ src }) => src) };
  };
  const answer = (value, chosen) => {
    const isRight = value.pair[chosen].kind === "genuine";
    const [right, round, marks] = [value.right + isRight, value.round + 1, value.marks + (isRight ? "●" : "○")];
    const isOver = round === 10;
    const says = say(isOver ? "quiz_over" : isRight ? "quiz_right" : "quiz_wrong", { right, round });
    return { ...value, chosen, isAnswered: true, isOver, right, round, marks, says };
  };
  tabs.quiz = {
    isLate: true,
    wish({ pair }, source) {
      if (pair && source === "select") return answer(pair, Number(box("quiz").what));
      if (pair && source !== "edit") return pair;
      return question(pair && !pair.isOver ? pair : { round: 0, right: 0, marks: "" });
    },
    view(value) {
      const sides = (value?.pair ?? []).map((one, side) => {
        const look = value.isAnswered ? `${one.kind} ${value.chosen === side ? "chosen" : ""}` : "";
        return `<button type="button" class="paper ${look}" data-do="select" data-what="${side}"
        ${value.isAnswered ? "disabled" : ""}>${image(one)}<span>${value.isAnswered ? say(one.kind) : ""}</span></button>`;
      });
      const next = value?.isAnswered ? button("edit", "", say(value.isOver ? "quiz_again" : "quiz_next")) : "";
      return `<div class="pair">${sides.join("")}</div><nav>${next}</nav>
      <p class="score" aria-hidden="true">${value?.marks ?? ""}</p>`;
    },
  };
}
