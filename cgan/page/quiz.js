// The tab Real or drawn?: pairs, and the answers. Both pictures appear at once, so that loading times tell nothing.
{
  const { say, image, button, picture, any, box, models, slider, tabs } = cgan;

  const question = ({ round, right, marks, past }) => {
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
    return { pair, round, right, marks, past, says, sources: pair.map(({ src }) => src) };
  };
  const answer = (value, chosen) => {
    const isRight = value.pair[chosen].kind === "genuine";
    const [right, round, marks] = [value.right + isRight, value.round + 1, value.marks + (isRight ? "●" : "○")];
    const isOver = round === 10;
    const says = say(isOver ? "quiz_over" : isRight ? "quiz_right" : "quiz_wrong");
    return { ...value, chosen, isAnswered: true, isOver, card: isOver, right, round, marks, says, past: [...value.past, value.pair] };
  };
  tabs.quiz = {
    isLate: true,
    wish({ pair }, source) {
      if (pair && source === "select") return answer(pair, Number(box("quiz").what));
      if (pair && source !== "edit") return pair;
      return question(pair && !pair.isOver ? pair : { round: 0, right: 0, marks: "", past: [] });
    },
    // Under the pictures are two buttons; the one that is pressed becomes the one for the next pair, and keeps the focus.
    view(value) {
      const { pair = [], isAnswered, isOver, chosen, right, round, marks } = value ?? {};
      const sides = pair.map((one, side) => {
        const look = isAnswered ? `${one.kind} ${chosen === side ? "chosen" : ""}` : "";
        return `<figure class="paper ${look}">${image(one)}<figcaption>${isAnswered ? say(one.kind) : ""}</figcaption></figure>`;
      });
      const buttons = pair.map((_, side) => {
        if (!isAnswered) return button("select", side, say(side ? "quiz_two" : "quiz_one"));
        return side === chosen ? button("edit", "", say(isOver ? "quiz_again" : "quiz_next")) : "<button hidden></button>";
      });
      const score = round ? `<i aria-hidden="true">${marks}</i> <span>${say("quiz_score", { right, wrong: round - right })}</span>` : "";
      return `<div class="pair">${sides.join("")}</div><div class="answers">${buttons.join("")}</div>
      <p class="score">${score}</p><h3>${isOver ? say("quiz_told", { right, round }) : ""}</h3>`;
    },
    listen(element) {
      element.addEventListener("click", ({ target }) => {
        const side = [...element.querySelectorAll("figure")].indexOf(target.closest("figure"));
        element.querySelector(`[data-do=select][data-what="${side}"]`)?.click();
        target.closest("[data-do=select]")?.focus(); // by the keys 1 and 2
      });
    },
  };
}
