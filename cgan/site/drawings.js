// A drawing on the pad in MNIST's form, as ../draw/drawings.py makes it of a picture.

// canvas: white on black. Returns float32 (784) in [-1, 1], or null if it shows no digit.
const fromCanvas = (canvas) => {
  const { width, height } = canvas;
  const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
  const grey = Float32Array.from({ length: width * height }, (_, i) => data[4 * i] / 255);
  const most = grey.reduce((a, b) => Math.max(a, b));
  if (most <= 0.2) return null;
  const ink = grey.map((value) => Math.max(0, value / most - 0.1) / 0.9);

  const columns = span(width, (x) => span(height, (y) => ink[width * y + x] > 0.3));
  const rows = span(height, (y) => span(width, (x) => ink[width * y + x] > 0.3));
  if (!rows || Math.max(columns[1] - columns[0], rows[1] - rows[0]) < 8) return null;
  const box = [columns[1] - columns[0] + 1, rows[1] - rows[0] + 1];
  const [w, h] = box.map((side) => Math.max(1, roundHalfEven((20 * side) / Math.max(...box))));
  const [across, down] = [reduced(box[0], w), reduced(box[1], h)];
  const line = Array.from({ length: box[1] }, (_, y) =>
    across.map((taps) =>
      taps.reduce((sum, [x, part]) => sum + part * ink[width * (rows[0] + y) + columns[0] + x], 0),
    ),
  );
  const digit = down.map((taps) =>
    across.map((_, x) => taps.reduce((sum, [y, part]) => sum + part * line[y][x], 0)),
  );
  const darkest = Math.max(...digit.flat());
  const total = digit.flat().reduce((sum, value) => sum + value / darkest, 0);
  if (total > 0.7 * 20 * 20) return null; // a scribble

  const centre = (part) =>
    digit.flatMap((row, y) => row.map((value, x) => (part(x, y) * value) / darkest)).reduce((a, b) => a + b) /
    total;
  const place = (middle, size) => Math.min(Math.max(roundHalfEven(14 - middle), 0), 28 - size);
  const [left, top] = [
    place(
      centre((x) => x),
      w,
    ),
    place(
      centre((x, y) => y),
      h,
    ),
  ];
  const picture = new Float32Array(28 * 28).fill(-1);
  digit.forEach((row, y) =>
    row.forEach((value, x) => (picture[28 * (top + y) + left + x] = (2 * value) / darkest - 1)),
  );
  return picture;
};

// The first and the last place from 0 to n - 1 where `is` holds, or null.
const span = (n, is) => {
  const places = Array.from({ length: n }, (_, k) => k).filter(is);
  return places.length ? [places[0], places.at(-1)] : null;
};

// Pillow's BILINEAR from n pixels to m, fewer or more: for each of the m, [pixel, share] of a triangle around
// it.
const reduced = (n, m) => {
  const support = Math.max(1, n / m);
  return Array.from({ length: m }, (_, at) => {
    const centre = ((at + 0.5) * n) / m;
    const first = Math.max(0, Math.trunc(centre - support + 0.5));
    const last = Math.min(n, Math.trunc(centre + support + 0.5));
    const taps = Array.from({ length: last - first }, (_, k) => [
      first + k,
      Math.max(0, 1 - Math.abs(first + k + 0.5 - centre) / support),
    ]);
    const sum = taps.reduce((all, [, part]) => all + part, 0);
    return taps.map(([pixel, part]) => [pixel, part / sum]);
  });
};
