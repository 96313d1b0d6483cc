// A pad to write digits on. Both pages use it: a function of a canvas and a callback.
//
// A sheet is { strokes, digit }: strokes are lists of points [x, y] from 0 to 1, digit is what a person said the
// sheet shows, or null. `pad.sheets` has all sheets, the last one lies on the pad. A sheet that changes becomes
// another object, so what belongs to a sheet can be kept in a WeakMap.
function makePad(canvas, changed) {
  const SIDE = 560; // pixels of the canvas
  const PEN = 0.075; // width of the pen on the pad
  const PAUSE = 2000; // milliseconds without a stroke, after which the next one begins a fresh sheet
  const pen = canvas.getContext("2d");
  let [sheets, past] = [[], []];
  let [pointer, line, lifted] = [null, [], -Infinity]; // the stroke that is being drawn, the end of the last one
  let isShown = false; // whether people see what was made of the sheet on the pad
  canvas.width = canvas.height = SIDE;

  const change = (next, isUndone = false) => {
    if (!isUndone) past.push(sheets);
    [sheets, isShown] = [next, false];
    show();
    changed(pad);
  };
  const isEmpty = () => !sheets.at(-1)?.strokes.length;
  const place = ({ clientX, clientY }) => {
    const { left, top, width, height } = canvas.getBoundingClientRect(); // also right when the page is zoomed
    return [(clientX - left) / width, (clientY - top) / height];
  };

  // One pointer draws at a time: a palm or a second finger draws nothing until the first one is lifted.
  canvas.addEventListener("pointerdown", (event) => {
    if (pointer !== null || event.button !== 0) return;
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    pointer = event.pointerId;
    line = [place(event)];
    if (isShown && event.timeStamp - lifted > PAUSE) sheets = [...sheets, { strokes: [], digit: null }];
    show();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer) return;
    const between = event.getCoalescedEvents?.() ?? [];
    line.push(...(between.length ? between : [event]).map(place));
    show();
  });
  canvas.addEventListener("pointerup", (event) => {
    if (event.pointerId !== pointer) return;
    [pointer, lifted] = [null, event.timeStamp];
    const { strokes, digit } = sheets.at(-1) ?? { strokes: [], digit: null };
    const before = isEmpty() ? sheets.slice(0, -1) : sheets; // what undo returns to
    const next = [...sheets.slice(0, -1), { strokes: [...strokes, line], digit }];
    line = [];
    sheets = before;
    change(next);
  });
  canvas.addEventListener("lostpointercapture", (event) => { // without an end, as when a finger scrolls
    if (event.pointerId !== pointer) return;
    [pointer, line] = [null, []];
    if (isEmpty()) sheets = sheets.slice(0, -1);
    show();
  });
  canvas.addEventListener("contextmenu", (event) => pointer !== null && event.preventDefault());
  document.addEventListener("keydown", (event) => {
    const isUndo = event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey;
    if (!isUndo || !canvas.offsetParent || event.target.closest?.("input, textarea")) return;
    event.preventDefault();
    pad.undo();
  });

  const show = () => {
    pen.clearRect(0, 0, SIDE, SIDE);
    stroke(pen, [...(sheets.at(-1)?.strokes ?? []), line], ([x, y]) => [x * SIDE, y * SIDE], PEN * SIDE);
  };
  const stroke = (pen, strokes, where, lineWidth) => {
    Object.assign(pen, { lineWidth, lineCap: "round", lineJoin: "round" });
    for (const points of strokes.filter(({ length }) => length)) {
      pen.beginPath();
      for (const point of [points[0], ...points]) pen.lineTo(...where(point));
      pen.stroke();
    }
  };

  const pad = {
    get sheets() {
      return sheets;
    },
    // Return to the sheets before the last change.
    undo() {
      if (past.length) change(past.pop(), true);
    },
    // Keep the sheet and lay a fresh one on the pad.
    next() {
      if (!isEmpty()) change([...sheets, { strokes: [], digit: null }]);
    },
    remove(sheet) {
      const left = sheets.filter((one) => one !== sheet);
      change(left.length && sheet === sheets.at(-1) ? [...left, { strokes: [], digit: null }] : left);
    },
    clear() {
      if (sheets.length) change([]);
    },
    // Note which digit a sheet shows.
    name(sheet, digit) {
      change(sheets.map((one) => (one === sheet ? { ...one, digit } : one)));
    },
    // To be called when people see what was made of a sheet.
    shown(sheet) {
      if (sheet === sheets.at(-1)) isShown = true;
    },
    // Return a sheet as a canvas: white on black in the proportions of MNIST's digits, however large it was drawn:
    // 20 of 28 parts high or wide, by a pen of 2.6 parts (the median stroke of its training images is 3).
    picture({ strokes }, side = 280) {
      const [picture, part] = [document.createElement("canvas"), side / 28];
      picture.width = picture.height = side;
      const pen = picture.getContext("2d");
      pen.fillRect(0, 0, side, side);
      pen.strokeStyle = "#fff";
      const [xs, ys] = [0, 1].map((axis) => strokes.flat().map((point) => point[axis]));
      const [[left, right], [top, bottom]] = [xs, ys].map((all) => [
        all.reduce((a, b) => Math.min(a, b)),
        all.reduce((a, b) => Math.max(a, b)),
      ]);
      const scale = (17.4 * part) / Math.max(right - left, bottom - top, 0.04); // a dot stays a dot
      const where = ([x, y]) => [
        side / 2 + scale * (x - (left + right) / 2),
        side / 2 + scale * (y - (top + bottom) / 2),
      ];
      stroke(pen, strokes, where, 2.6 * part);
      return picture;
    },
  };
  return pad;
}
