// Pictures as SVG, black on transparent. Digits are outlined at half ink of the tile enlarged twice, and faint
// strokes are joined, as in ../draw/ink.py; signs are strokes.

const [HALF, GAP_INK] = [127.5, 51]; // of 255: where ink ends, and with how much parts are joined
const [MIN_PART, MIN_HOLE, MIN_JOINED, STEP] = [4, 1, 0.3, 0.9]; // square pixels; pixels between points
const SIDE = 64; // of an enlarged tile: two pixels for each of 28, with a border of 2

const svgOf = ({ width, height, weight, glyphs }, signs) => {
  const shapes = glyphs.map(({ sign, grey, x, y, from, to }) => {
    if (!sign)
      return `<path d="${contours(grey, from, to)
        .map((points) => curve(points, x, y))
        .join("")}"/>`;
    const lines = signs[sign].strokes.map((stroke) =>
      stroke.map(
        ([right, down], k) => `${k ? "L" : "M"}${signPoint(x, y, weight, right, down).map(short).join(" ")}`,
      ),
    );
    const pen = `stroke-width="${short(weight)}" stroke-linecap="round" stroke-linejoin="round"`;
    return `<path fill="none" stroke="#000" ${pen} d="${lines.flat().join("")}"/>`;
  });
  const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size}>\n${shapes.join("\n")}\n</svg>\n`;
};
const short = (value) => Number(value.toFixed(2));

// A closed quadratic B-spline through about these points: its pieces meet in the middle between control
// points.
const curve = (points, x, y) => {
  const controls = points.map(([px, py], k) => {
    const [[ax, ay], [bx, by]] = [points.at(k - 1), points[(k + 1) % points.length]];
    return [x + px + (2 * px - ax - bx) / 8, y + py + (2 * py - ay - by) / 8];
  });
  const middle = (a, b) => [short((a[0] + b[0]) / 2), short((a[1] + b[1]) / 2)].join(" ");
  const pieces = controls.map(
    (point, k) => `Q${point.map(short).join(" ")} ${middle(point, controls[(k + 1) % controls.length])}`,
  );
  return `M${middle(controls.at(-1), controls[0])}${pieces.join("")}Z`;
};

// The outlines of a tile's ink in its columns `from` to `to`, each a list of points, without specks and
// pinholes: outer ones clockwise, holes the other way.
const contours = (grey, from, to) =>
  joined(enlarged(grey, from, to))
    .filter(({ area }) => area >= MIN_PART || -area >= MIN_HOLE)
    .map(({ points }) => spaced(points));

// The outlines of ink, {points, area} each, strengthened where a thin stroke is too faint to hang together.
const joined = (ink) => {
  for (let turn = 1; ; turn++) {
    const found = traced(ink);
    const outers = found.filter(({ area }) => area >= MIN_JOINED);
    const gaps = outers.flatMap((one, k) => outers.slice(k + 1).map((other) => gapOf(ink, one, other)));
    const { faintest, ends } = gaps.reduce((a, b) => (b.faintest > a.faintest ? b : a), { faintest: 0 });
    if (turn === 9 || faintest < GAP_INK) return found;
    const more = (1.1 * HALF) / faintest - 1;
    ink = ink.map((value, k) => {
      const point = [k % SIDE, Math.floor(k / SIDE)].map((at) => (at + 0.5) / 2 - 2);
      return value * (1 + more * Math.max(0, 1 - distance(point, ...ends)));
    });
  }
};

// Where two outlines are nearest: the least ink on the line between, and its ends.
const gapOf = (ink, one, other) => {
  let [ends, apart] = [null, Infinity];
  for (const a of one.points) {
    for (const b of other.points) {
      const length = Math.hypot(a[0] - b[0], a[1] - b[1]);
      if (length < apart) [ends, apart] = [[a, b], length];
    }
  }
  const steps = 1 + Math.floor(8 * apart);
  const on = Array.from({ length: steps + 1 }, (_, k) => {
    const [x, y] = [0, 1].map((axis) => ends[0][axis] + (k / steps) * (ends[1][axis] - ends[0][axis]));
    return ink[SIDE * Math.round(2 * y + 3.5) + Math.round(2 * x + 3.5)];
  });
  return { faintest: Math.min(...on), ends };
};

// The distance of a point from the line between a and b.
const distance = ([x, y], a, b) => {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const along = ((x - a[0]) * dx + (y - a[1]) * dy) / Math.max(dx * dx + dy * dy, 1e-9);
  const at = Math.max(0, Math.min(1, along));
  return Math.hypot(x - a[0] - at * dx, y - a[1] - at * dy);
};

// Follow each outline of the ink once round.
const traced = (ink) => {
  const next = crossings(ink);
  const found = [];
  while (next.size) {
    const points = [];
    for (let [edge] = next.keys(); next.has(edge);) {
      const { point, to } = next.get(edge);
      points.push(point);
      next.delete(edge);
      edge = to;
    }
    const area =
      points.reduce((sum, [x, y], k) => sum + points.at(k - 1)[0] * y - points.at(k - 1)[1] * x, 0) / 2;
    found.push({ points, area });
  }
  return found;
};

// Bicubic interpolation (Keys 1981, a = -1/2) at quarters of a pixel.
const enlarged = (grey, from, to) => {
  const pixel = (x, y) =>
    x >= Math.max(0, from) && x < Math.min(28, to) && y >= 0 && y < 28 ? grey[28 * y + x] : 0;
  const taps = (at) => {
    const first = Math.floor(at / 2) - 2 - (at % 2 ? 1 : 2); // of four pixels
    const weights = [-0.0703125, 0.8671875, 0.2265625, -0.0234375];
    return (at % 2 ? weights : weights.reverse()).map((weight, k) => [first + k, weight]);
  };
  return Float32Array.from({ length: SIDE * SIDE }, (_, k) => {
    const [across, down] = [taps(k % SIDE), taps(Math.floor(k / SIDE))];
    return down.reduce(
      (sum, [y, a]) => sum + a * across.reduce((row, [x, b]) => row + b * pixel(x, y), 0),
      0,
    );
  });
};

// Marching squares. From each edge of the grid that the outline crosses: the point, and the edge that it
// crosses next.
const crossings = (ink) => {
  const next = new Map();
  for (let y = 0; y < SIDE - 1; y++) {
    for (let x = 0; x < SIDE - 1; x++) {
      const corners = [
        [x, y],
        [x + 1, y],
        [x + 1, y + 1],
        [x, y + 1],
      ]; // clockwise
      const values = corners.map(([x, y]) => ink[SIDE * y + x]);
      const isInk = values.map((value) => value >= HALF);
      for (let k = 0; k < 4; k++) {
        const after = (k + 1) % 4;
        if (!isInk[k] || isInk[after]) continue; // the outline comes in where ink ends, on the way round
        let enters = k;
        while (isInk[enters]) enters = (enters + 3) % 4;
        const [a, b] = [corners[k], corners[after]];
        const share = (HALF - values[k]) / (values[after] - values[k]);
        const point = [0, 1].map((axis) => (a[axis] + share * (b[axis] - a[axis]) + 0.5) / 2 - 2);
        next.set(edgeOf(x, y, k), { point, to: edgeOf(x, y, enters) });
      }
    }
  }
  return next;
};
// The number of the edge k (top, right, bottom, left) of a cell.
const edgeOf = (x, y, k) => 2 * (SIDE * (y + (k === 2)) + x + (k === 1)) + (k % 2);

// The same closed outline with points STEP apart.
const spaced = (points) => {
  const lengths = points.map(([x, y], k) => Math.hypot(x - points.at(k - 1)[0], y - points.at(k - 1)[1]));
  const total = lengths.reduce((a, b) => a + b);
  const count = Math.max(8, Math.round(total / STEP));
  let [k, end] = [0, lengths[0]]; // the piece that ends at point k
  return Array.from({ length: count }, (_, i) => {
    const at = (i * total) / count;
    while (end < at) end += lengths[++k];
    const back = lengths[k] ? (end - at) / lengths[k] : 0;
    return points[k].map((value, axis) => value + back * (points.at(k - 1)[axis] - value));
  });
};
