// The tab Real or drawn?: ten pairs, asked one after the other. Nothing of it is sent or kept.
cgan.addTab("quiz", {
  appear: ({ model }) => {
    if (cgan.quiz?.model !== model) cgan.startQuiz(model);
  },
});
cgan.PAIRS = 10;

cgan.startQuiz = (model) => {
  const any = (n) => Math.floor(Math.random() * n);
  const used = new Set();
  const pair = () => {
    const [digit, i] = [any(10), any(cgan.settings.realEach)];
    if (used.has(`${digit} ${i}`)) return pair();
    used.add(`${digit} ${i}`);
    const drawn = cgan.address(`digits/${digit}.png`, { seed: cgan.anySeed(), model }, ["seed"]);
    const real = `gradio_api/real/${digit}.png?i=${i}`;
    const side = any(2); // where the real one is
    return { digit, side, pictures: side ? [drawn, real] : [real, drawn] };
  };
  cgan.quiz = { model, right: 0, round: 0, pairs: Array.from({ length: cgan.PAIRS }, pair) };
  cgan.find("#quiz .past").replaceChildren();
  cgan.showPair();
};

// Both at once: how long one takes must not tell.
cgan.showPair = async () => {
  const { quiz } = cgan;
  const { digit, pictures } = quiz.pairs[quiz.round];
  quiz.open = false;
  const loaded = await Promise.all(
    pictures.map(async (address) => {
      const picture = Object.assign(new Image(), { src: address });
      await picture.decode().catch(() => {});
      return picture;
    }),
  );
  if (quiz !== cgan.quiz) return;
  const failed = loaded.find((picture) => !picture.naturalWidth);
  if (failed) return cgan.say("quiz", await cgan.why(failed.src), true);
  document.querySelectorAll("#quiz .pair button").forEach((button, side) => {
    button.className = button.querySelector("span").textContent = "";
    loaded[side].alt = cgan.text("quiz_alt", { number: side + 1, digit });
    button.querySelector("img").replaceWith(loaded[side]);
    button.disabled = false;
  });
  cgan.find("#quiz .next").hidden = true;
  cgan.say("quiz", cgan.text("quiz_asked", { round: quiz.round + 1, pairs: cgan.PAIRS }));
  quiz.open = true;
};

cgan.answer = (side) => {
  const { quiz } = cgan;
  if (!quiz?.open) return;
  quiz.open = false;
  const { side: real, pictures, digit } = quiz.pairs[quiz.round];
  const isRight = side === real;
  quiz.right += isRight;
  quiz.round++;
  document.querySelectorAll("#quiz .pair button").forEach((button, other) => {
    const kind = other === real ? "quiz_real" : "quiz_drawn";
    button.disabled = true;
    button.className = `${kind} ${other === side ? "chosen" : ""}`;
    button.querySelector("span").textContent = cgan.text(kind);
  });
  const past = cgan.element("li", { class: isRight ? "right" : "wrong" });
  for (const address of [pictures[real], pictures[1 - real]]) past.append(cgan.element("img", { src: address, alt: "" }));
  past.append(cgan.element("span", {}, cgan.text(isRight ? "quiz_right_mark" : "quiz_wrong_mark", { digit })));
  cgan.find("#quiz .past").append(past);
  const isOver = quiz.round === cgan.PAIRS;
  cgan.say("quiz", cgan.text(isOver ? "quiz_score" : isRight ? "quiz_right" : "quiz_wrong", { ...cgan.score(), round: quiz.round }));
  const next = cgan.find("#quiz .next");
  next.hidden = false;
  next.textContent = cgan.text(isOver ? "quiz_again" : "quiz_next");
  next.focus();
};

// The score, and in how many games of a hundred a coin does as well: sums of binomial coefficients.
cgan.score = () => {
  const { right } = cgan.quiz;
  let [ways, total] = [1, 0];
  for (let k = cgan.PAIRS; k >= right; k--) {
    total += ways;
    ways = (ways * k) / (cgan.PAIRS - k + 1);
  }
  return { right, pairs: cgan.PAIRS, half: cgan.PAIRS / 2, percent: cgan.number((100 * total) / 2 ** cgan.PAIRS) };
};

document.addEventListener("click", ({ target }) => {
  const picture = target.closest("#quiz .pair button");
  if (picture) cgan.answer(Number(picture.dataset.side));
  if (!target.matches("#quiz .next")) return;
  if (cgan.quiz.round === cgan.PAIRS) cgan.startQuiz(cgan.quiz.model);
  else cgan.showPair();
});
document.addEventListener("keydown", (event) => {
  const side = { 1: 0, ArrowLeft: 0, 2: 1, ArrowRight: 1 }[event.key];
  if (cgan.tab !== "quiz" || side === undefined || !cgan.isOurs(event)) return;
  event.preventDefault();
  cgan.answer(side);
});
