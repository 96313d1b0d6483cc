// Your hand: the pad, the digits that a person says the drawings show, and the fit after each stroke.

let pad;
let said = null; // the digit of the sheet that comes next, if a person chose it
const forms = new WeakMap(); // sheet -> the drawing in MNIST's form, or null

const isDrawn = ({ strokes }) => strokes.length > 0;
// The digit of each sheet: what was said, else the next one, from 3 on, that no sheet before it shows.
const digitsOf = (sheets) => sheets.reduce((digits, { digit }) => [...digits, digit ?? free(digits)], []);
const free = (taken) => [3, 4, 5, 6, 7, 8, 9, 0, 1, 2].find((digit) => !taken.includes(digit)) ?? 3;

const makeHand = () => {
  $("digits").append(
    ...choices(
      "drawn",
      Array.from({ length: 10 }, (_, digit) => digit),
    ),
  );
  $("digits").onchange = ({ target }) => {
    const sheet = pad.sheets.at(-1);
    if (sheet && isDrawn(sheet)) pad.name(sheet, Number(target.value));
    else said = Number(target.value);
  };
  pad = makePad($("pad"), changed);
  $("undo").onclick = () => pad.undo();
  $("fresh").onclick = () => pad.next();
  $("restart").onclick = () => pad.clear();
  showDigit();
};

const changed = () => {
  const sheet = pad.sheets.at(-1);
  if (sheet && isDrawn(sheet) && said !== null && sheet.digit === null) {
    const digit = said;
    said = null;
    return pad.name(sheet, digit); // calls this function again
  }
  showDigit();
  list();
  fit();
};

// The row of digits shows what the sheet on the pad is taken for, or what to draw next.
const showDigit = () => {
  const { sheets } = pad;
  const isFresh = !sheets.length || !isDrawn(sheets.at(-1));
  const digits = digitsOf(sheets.filter(isDrawn));
  const digit = isFresh ? (said ?? free(digits)) : digits.at(-1);
  for (const choice of form.elements.drawn) choice.checked = Number(choice.value) === digit;
};

// The drawings so far, each with its digit and a button that removes it.
const list = () => {
  const sheets = pad.sheets.filter(isDrawn);
  const digits = digitsOf(sheets);
  $("drawings").replaceChildren(
    ...sheets.map((sheet, k) => {
      const item = document.createElement("li");
      const paper = Object.assign(document.createElement("span"), { className: "paper ink" });
      const remove = Object.assign(document.createElement("button"), { type: "button", textContent: "×" });
      remove.ariaLabel = say("remove", { digit: digits[k] });
      remove.onclick = () => pad.remove(sheet);
      paper.append(pad.picture(sheet, 84));
      item.append(paper, Object.assign(document.createElement("small"), { textContent: digits[k] }), remove);
      return item;
    }),
  );
};

let newestFit;
const fit = async () => {
  const ticket = (newestFit = {});
  const sheets = pad.sheets.filter(isDrawn);
  const digits = digitsOf(sheets);
  for (const sheet of sheets.filter((sheet) => !forms.has(sheet)))
    forms.set(sheet, fromCanvas(pad.picture(sheet)));
  const seen = sheets
    .map((sheet, k) => ({ drawing: forms.get(sheet), digit: digits[k] }))
    .filter(({ drawing }) => drawing);
  $("learning").value = 0; // not shown
  if (!seen.length) return set({ z: null }, false);
  if (seen.length < sheets.length) complain(new Error("site_no_digit"));
  caption(say("learning"));
  const asked = { drawings: seen.map(({ drawing }) => drawing), digits: seen.map(({ digit }) => digit) };
  const answer = await ask("fit", asked, (part) => {
    if (ticket === newestFit) $("learning").value = part;
  });
  if (ticket !== newestFit) return; // more was drawn or erased meanwhile
  $("learning").value = 0;
  if (answer.error) return complain(new Error(answer.error));
  set({ z: answer.z, hand: "natural" }, false);
  pad.shown(sheets.at(-1));
};
