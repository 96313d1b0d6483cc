// Grids and lines of digits, laid out as ../draw/images.py and ../draw/writing.py do, in pixels of a 28 x 28
// digit. A picture is {width, height, weight, glyphs}; a glyph is {digit, grey, x, y} with its columns `from`
// to `to`, or {sign, x, y}. grey is a tile, uint8 (784).

const [BASELINE, LINE, MARGIN, GAP, SPACE, MAX_TEXT] = [24, 32, 6, 2, 9, 64];

const gridOf = (digits, grey, columns = Math.ceil(Math.sqrt(digits.length))) => ({
  width: 28 * columns,
  height: 28 * Math.ceil(digits.length / columns),
  glyphs: digits.map((digit, k) => {
    const [x, y] = [28 * (k % columns), 28 * Math.floor(k / columns)];
    return { digit, grey: grey.subarray(PIXELS * k, PIXELS * (k + 1)), x, y, from: 0, to: 28 };
  }),
});

// Replace signs as people type them by those that can be written. Throws an Error with the key of a sentence.
const normalise = (text, signs) => {
  const known = [...text.normalize("NFKC").replace(/\r\n/g, "\n")].map((typed) => {
    const sign = Object.keys(signs).find((sign) => sign === typed || signs[sign].typed.includes(typed));
    if (!sign && !/[0-9 \n]/.test(typed))
      throw Object.assign(new Error("bad_sign"), { words: { sign: typed } });
    return sign ?? typed;
  });
  if (!known.join("").trim()) throw new Error("no_text");
  return known.slice(0, MAX_TEXT).join("");
};

// Break lines longer than `most` characters, at a space where there is one.
const wrap = (text, most) =>
  text.replace(/.+/g, (line) =>
    line.replace(new RegExp(`(.{1,${most}})( +|$)|(.{${most}})`, "g"), "$1$3\n").trim(),
  );

// Lay out a text; tiles are uint8 (784) for each of its digits, `gap` is left below the first line.
const textOf = (text, tiles, signs, gap = 0) => {
  tiles = tiles.map(withoutStrayInk);
  const weight = strokeWeight(tiles);
  const left = tiles[Symbol.iterator]();
  const glyphs = [];
  const lines = text.split("\n");
  const widths = lines.map((line, row) => {
    let x = 0;
    for (const character of line) {
      if (character === " ") {
        x += SPACE;
        continue;
      }
      const glyph = signs[character]
        ? { sign: character, width: signWidth(signs[character], weight), x: 0, y: 0 }
        : digitOf(left.next().value);
      glyphs.push({
        ...glyph,
        digit: signs[character] ? null : character,
        x: MARGIN + x + glyph.x,
        y: MARGIN + LINE * row + (row && gap) + glyph.y,
      });
      x += glyph.width + GAP;
    }
    return x;
  });
  return {
    width: 2 * MARGIN + Math.max(...widths),
    height: 2 * MARGIN + LINE * lines.length + (lines.length > 1 && gap),
    weight,
    glyphs,
  };
};

const signWidth = ({ strokes }, weight) =>
  Math.floor(Math.max(...strokes.flat().map(([x]) => x)) + weight) + 2;

// Stand a digit on the baseline, as wide as its strong ink, which more than a dot in a row or column is.
const digitOf = (grey) => {
  const strong = (lines) =>
    lines.flatMap((line, at) => (line.filter((i) => grey[i] > 90).length > 1 ? [at] : []));
  const all = Array.from({ length: 28 }, (_, k) => k);
  const columns = strong(all.map((x) => all.map((y) => 28 * y + x)));
  const rows = strong(all.map((y) => all.map((x) => 28 * y + x)));
  const [left, right] = columns.length ? [columns[0], columns.at(-1) + 1] : [9, 19];
  const bottom = rows.length ? rows.at(-1) + 1 : BASELINE;
  return { grey, x: 1 - left, y: BASELINE - bottom, from: left - 1, to: right + 1, width: right - left + 2 };
};

// Blacken pixels with less than three pixels' worth of ink in the 5 x 5 around.
const withoutStrayInk = (grey) =>
  grey.map((value, i) => {
    let around = 0;
    for (let y = Math.max(0, Math.floor(i / 28) - 2); y <= Math.min(27, Math.floor(i / 28) + 2); y++) {
      for (let x = Math.max(0, (i % 28) - 2); x <= Math.min(27, (i % 28) + 2); x++)
        around += grey[28 * y + x];
    }
    return around >= 3 * 255 ? value : 0;
  });

// Twice the area of the ink over the length of its edges, within bounds.
const strokeWeight = (tiles) => {
  let [area, edges] = [0, 0];
  for (const grey of tiles) {
    grey.forEach((value, i) => {
      area += value;
      if (i >= 28 && i % 28) edges += Math.hypot(value - grey[i - 28], value - grey[i - 1]);
    });
  }
  return edges ? Math.min(5, Math.max(1.5, (2 * area) / edges)) : 2.5;
};

// Draw a picture white on black, a pixel for each of its own.
const paint = (canvas, { width, height, weight, glyphs }, signs) => {
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height }); // clears it
  const pen = canvas.getContext("2d");
  const image = new ImageData(width, height);
  new Uint32Array(image.data.buffer).fill(0xff000000);
  for (const { grey, x, y, from, to } of glyphs.filter(({ grey }) => grey)) {
    for (let i = 0; i < PIXELS; i++) {
      const [column, row] = [i % 28, y + Math.floor(i / 28)];
      if (column >= from && column < to && row >= 0 && row < height)
        image.data.fill(grey[i], 4 * (width * row + x + column), 4 * (width * row + x + column) + 3);
    }
  }
  pen.putImageData(image, 0, 0);
  Object.assign(pen, { lineWidth: weight, lineCap: "round", lineJoin: "round", strokeStyle: "#fff" });
  for (const { sign, x, y } of glyphs.filter(({ sign }) => sign)) {
    pen.beginPath();
    for (const stroke of signs[sign].strokes) {
      stroke.forEach(([right, down], k) =>
        pen[k ? "lineTo" : "moveTo"](...signPoint(x, y, weight, right, down)),
      );
    }
    pen.stroke();
  }
};
const signPoint = (x, y, weight, right, down) => [x + right + 0.5 + weight / 2, y + down];

// The painted picture 8 times larger, as ink on paper, as both pages show it: {canvas}.toBlob is a PNG.
const onPaper = (painted, scale = 8) => {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: scale * painted.width, height: scale * painted.height });
  const pen = canvas.getContext("2d");
  pen.imageSmoothingQuality = "high";
  pen.drawImage(painted, 0, 0, canvas.width, canvas.height);
  inkOnPaper(pen);
  return canvas;
};
