// Find the hand that writes like given drawings: the method of ../draw/fit.py, whose settings bundle.py puts
// in FIT. Where it cares for the other digits, Python does so for the best imitation, in fewer steps; here
// the runners-up and SLOWER steps make up for rounded weights.

const SLOWER = 1.5;

// drawings: n arrays (784) in [-1, 1]; digits: n. `tell` is awaited between steps, with the part that is
// done; it may throw. Returns float32 (Z), or null if no hand imitates one of them.
const fitHand = async (engine, drawings, digits, tell) => {
  const [n, zDim] = [drawings.length, engine.about.z_dim];
  const { directions, changes } = engine.about;
  const count = Math.max(64, Math.floor(FIT.starts / n));
  const steps = SLOWER * FIT.last_steps;
  const each = Math.ceil(count / MAX) + FIT.rounds.reduce((sum, [, steps]) => sum + steps, 0);
  let done = 0;
  const pause = () => tell(done++ / (n * each + steps));
  const stream = seeded(0, 0, count, zDim);
  const starts = Array.from({ length: count }, (_, i) => stream.subarray(i * zDim, (i + 1) * zDim));
  const pull = (z) => [(FIT.pull * dot(z, z)) / zDim, z.map((value) => (2 * FIT.pull * value) / zDim)];

  const imitations = [];
  for (const [k, drawing] of drawings.entries()) {
    const one = errorsIn(engine, [drawing], [digits[k]]);
    const drawn = await drawAll(engine, starts, digits[k], pause);
    let hands = starts;
    let losses = Array.from({ length: count }, (_, i) =>
      meanSquare(drawn.subarray(i * PIXELS, (i + 1) * PIXELS), drawing),
    );
    for (const [left, steps] of FIT.rounds) {
      [hands, losses] = await descend(
        best(hands, losses, left),
        Array(steps).fill(FIT.rate),
        one,
        pull,
        pause,
      );
    }
    hands = best(hands, losses, hands.length);
    if (one(hands.slice(0, 1))[0][0] > FIT.most) return null;
    imitations.push({ hands, style: standardStyle(drawing, drawn) });
  }

  const means = imitations[0].hands.map((_, rank) => mean(imitations.map(({ hands }) => hands[rank])));
  const measured = mean(imitations.map(({ style }) => style));
  const plain = means.map((z) => directions && plainHand(directions, z, measured, n));
  const others = (z, k) => {
    const change = z.map((value, j) => value - plain[k][j]);
    const slope = change.map((_, j) => FIT.others * dot(change, changes.subarray(j * zDim, (j + 1) * zDim)));
    return [dot(change, slope), slope.map((value) => 2 * value)];
  };
  const rates = Array.from({ length: steps }, (_, step) => FIT.last_rate * (1 - step / steps));
  const all = errorsIn(engine, drawings, digits);
  return Float32Array.from(
    best(...(await descend(means, rates, all, directions ? others : pull, pause)), 1)[0],
  );
};

const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);
const mean = (arrays) =>
  Float64Array.from(arrays[0], (_, j) => arrays.reduce((sum, one) => sum + one[j], 0) / arrays.length);
const meanSquare = (a, b) => a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0) / a.length;
const best = (hands, losses, left) => {
  const order = losses.map((_, i) => i).sort((a, b) => losses[a] - losses[b]);
  return order.slice(0, left).map((i) => hands[i]);
};

// Draw a digit in hands, each an array (Z): float32 (hands, 784).
const drawAll = async (engine, hands, digit, pause) => {
  const pictures = new Float32Array(hands.length * PIXELS);
  for (let first = 0; first < hands.length; first += MAX) {
    await pause();
    const part = hands.slice(first, first + MAX);
    const { x } = engine.draw(Float32Array.from(part.flatMap((z) => [...z])), oneHot(part.map(() => digit)));
    pictures.set(x, first * PIXELS);
  }
  return pictures;
};

// Return a function of hands, each an array (Z), to their mean squared errors over the drawings, and the
// gradients.
const errorsIn = (engine, drawings, digits) => (hands) => {
  const n = drawings.length;
  const repeated = Float32Array.from(hands.flatMap((z) => digits.flatMap(() => [...z])));
  const { x } = engine.draw(repeated, oneHot(hands.flatMap(() => digits)), true);
  const dx = x.map(
    (value, i) => (2 * (value - drawings[Math.floor(i / PIXELS) % n][i % PIXELS])) / (n * PIXELS),
  );
  const errors = hands.map((_, k) =>
    dx.subarray(k * n * PIXELS, (k + 1) * n * PIXELS).reduce((sum, d) => sum + d * d, 0),
  );
  const dz = engine.gradient(dx);
  const slopes = hands.map((z, k) =>
    z.map((_, j) => digits.reduce((sum, _, i) => sum + dz[(k * n + i) * z.length + j], 0)),
  );
  return [errors.map((sum) => (sum * n * PIXELS) / 4), slopes];
};

// The hands after a step of Adam (Kingma and Ba 2015) for each rate, and their losses before the last step.
// penalty(z, k) -> [value, slope] is added to the error of hand k.
const descend = async (hands, rates, errorsOf, penalty, pause) => {
  hands = hands.map((z) => Float64Array.from(z));
  const [means, squares] = [0, 1].map(() => hands.map((z) => new Float64Array(z.length)));
  let losses;
  for (const [step, rate] of rates.entries()) {
    await pause();
    const [errors, slopes] = errorsOf(hands);
    losses = hands.map((z, k) => {
      const [value, slope] = penalty(z, k);
      for (let j = 0; j < z.length; j++) {
        const d = slopes[k][j] + slope[j];
        means[k][j] += 0.1 * (d - means[k][j]);
        squares[k][j] += 0.001 * (d * d - squares[k][j]);
        const scale = Math.sqrt(squares[k][j] / (1 - 0.999 ** (step + 1))) + 1e-8;
        z[j] -= (rate * means[k][j]) / (1 - 0.9 ** (step + 1)) / scale;
      }
      return errors[k] + value;
    });
  }
  return [hands, losses];
};

// The hand (Z) with the style of n drawings and nothing else: the mean of that of z, which imitates them, and
// of what is measured in them (3).
const plainHand = (directions, z, measured, n) => {
  const taken = n === 1 ? FIT.taken_from_one : FIT.taken_from_several;
  const style = styleOfHand(directions, z).map((value, s) => (taken[s] * (value + measured[s])) / 2);
  return z.map((_, j) => style.reduce((sum, value, s) => sum + value * directions[s][j], 0));
};

// The amounts (3) whose move along the directions D (3, Z) is nearest to z: (D D')^-1 D z, by Cramer's rule.
const styleOfHand = (directions, z) => {
  const products = directions.map((a) => directions.map((b) => dot(a, b)));
  const wanted = directions.map((a) => dot(a, z));
  const determinant = ([a, b, c]) =>
    a[0] * (b[1] * c[2] - b[2] * c[1]) -
    a[1] * (b[0] * c[2] - b[2] * c[0]) +
    a[2] * (b[0] * c[1] - b[1] * c[0]);
  const replaced = (s) => products.map((row, r) => row.map((value, k) => (k === s ? wanted[r] : value)));
  return directions.map((_, s) => determinant(replaced(s)) / determinant(products));
};

// The style (3) of a drawing in standard deviations of the same digit by random hands, `drawn` (count, 784).
const standardStyle = (drawing, drawn) => {
  const usual = Array.from({ length: drawn.length / PIXELS }, (_, i) =>
    measure(drawn.subarray(i * PIXELS, (i + 1) * PIXELS)),
  );
  const middle = mean(usual);
  return measure(drawing).map((value, s) => {
    const variance = usual.reduce((sum, one) => sum + (one[s] - middle[s]) ** 2, 0) / (usual.length - 1);
    return Math.max(-3, Math.min(3, (value - middle[s]) / Math.sqrt(variance)));
  });
};

// Slant, stroke weight and width of a picture (784), as ../draw/styles.py measures them.
const measure = (picture) => {
  const ink = picture.map((value) => (value + 1) / 2);
  let [total, x, y, xx, yy, xy, edges] = [0, 0, 0, 0, 0, 0, 0];
  ink.forEach((value, i) => {
    const [column, row] = [i % 28, Math.floor(i / 28)];
    [total, x, y] = [total + value, x + value * column, y + value * row];
    [xx, yy, xy] = [xx + value * column ** 2, yy + value * row ** 2, xy + value * column * row];
    if (row && column) edges += Math.hypot(value - ink[i - 28], value - ink[i - 1]);
  });
  [x, y] = [x / total, y / total];
  [xx, yy, xy] = [xx / total - x * x, yy / total - y * y, xy / total - x * y];
  return [-xy / yy, (2 * total) / edges, 4 * Math.sqrt(xx - xy ** 2 / yy)];
};
