// Find the hand that writes like given drawings: the method of ../draw/fit.py, with its settings.

const FIT = { starts: 512, rounds: [[8, 15], [3, 15]], rate: 0.2, last: 3, steps: 60, history: 20, pull: 0.015, most: 0.1 };

// The error of a picture, (784) in [-1, 1], against a drawing; writes its gradient into `slope`.
const pictureError = (picture, drawing, slope) => {
  let sum = 0;
  for (let i = 0; i < PIXELS; i++) {
    const difference = picture[i] - drawing[i];
    sum += difference ** 2;
    slope[i] = (2 * difference) / PIXELS;
  }
  return sum / PIXELS;
};

// drawings: n arrays (784); digits: n. `pause` is awaited between steps; it may throw. Returns {z, error}, or null
// if no hand draws this.
const fitHand = async (engine, drawings, digits, pause) => {
  const [n, zDim] = [drawings.length, engine.about.z_dim];

  // The errors of hands, each an array (Z): [{error, loss, slope}]; slope, the gradient of the loss, if asked for.
  const evaluate = async (hands, isSloped) => {
    const found = [];
    const size = Math.floor(MAX / n);
    for (let first = 0; first < hands.length; first += size) {
      await pause();
      found.push(...evaluatePart(hands.slice(first, first + size), isSloped));
    }
    return found;
  };
  const evaluatePart = (hands, isSloped) => {
    const repeated = new Float32Array(hands.length * n * zDim);
    for (let i = 0; i < hands.length * n; i++) repeated.set(hands[Math.floor(i / n)], i * zDim);
    const { x } = engine.draw(repeated, oneHot(hands.flatMap(() => digits)), isSloped);
    const dx = new Float32Array(x.length);
    const errors = hands.map((_, k) => {
      let sum = 0;
      for (let i = k * n; i < (k + 1) * n; i++) {
        const [start, end] = [i * PIXELS, (i + 1) * PIXELS];
        sum += pictureError(x.subarray(start, end), drawings[i % n], dx.subarray(start, end));
      }
      return sum / n;
    });
    const dz = isSloped && engine.gradient(dx.map((slope) => slope / n));
    return hands.map((z, k) => {
      const slope = Float64Array.from(z, (value) => (2 * FIT.pull * value) / zDim);
      for (let i = k * n; isSloped && i < (k + 1) * n; i++) {
        for (let j = 0; j < zDim; j++) slope[j] += dz[i * zDim + j];
      }
      return { error: errors[k], loss: errors[k] + (FIT.pull * dot(z, z)) / zDim, slope };
    });
  };

  const count = Math.max(64, Math.floor(FIT.starts / n));
  const starts = seeded(0, 0, count, zDim);
  let hands = Array.from({ length: count }, (_, i) => Float64Array.from(starts.subarray(i * zDim, (i + 1) * zDim)));
  let losses = (await evaluate(hands, false)).map(({ error }) => error);
  for (const [left, steps] of FIT.rounds) {
    hands = best(hands, losses, left);
    losses = await adam(hands, steps, evaluate);
  }
  const ends = [];
  for (const z of best(hands, losses, FIT.last)) ends.push(await lbfgs(z, async (z) => (await evaluate([z], true))[0]));
  const found = await evaluate(ends, false);
  const [z] = best(ends, found.map(({ loss }) => loss), 1);
  const { error } = found[ends.indexOf(z)];
  return error <= FIT.most ? { z: Float32Array.from(z), error } : null;
};

const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);
const best = (hands, losses, left) => {
  const order = losses.map((_, i) => i).sort((a, b) => losses[a] - losses[b]);
  return order.slice(0, left).map((i) => hands[i]);
};

// Adam (Kingma and Ba 2015) on each hand; changes them in place. Returns the losses before the last step.
const adam = async (hands, steps, evaluate) => {
  const [mean, square] = [0, 1].map(() => hands.map((z) => new Float64Array(z.length)));
  let found;
  for (let step = 1; step <= steps; step++) {
    found = await evaluate(hands, true);
    found.forEach(({ slope }, k) =>
      slope.forEach((d, j) => {
        mean[k][j] += 0.1 * (d - mean[k][j]);
        square[k][j] += 0.001 * (d * d - square[k][j]);
        const scale = Math.sqrt(square[k][j] / (1 - 0.999 ** step)) + 1e-8;
        hands[k][j] -= (FIT.rate * mean[k][j]) / (1 - 0.9 ** step) / scale;
      }),
    );
  }
  return found.map(({ loss }) => loss);
};

// L-BFGS (Nocedal 1980) with a backtracking line search, from z; evaluate(z) -> {loss, slope}.
const lbfgs = async (z, evaluate) => {
  let now = await evaluate(z);
  const moves = []; // {dz, dg, scale}, the newest last
  const add = (a, scale, b) => a.map((value, i) => value + scale * b[i]);
  for (let step = 0; step < FIT.steps; step++) {
    let down = now.slope.map((d) => -d);
    const shares = [];
    for (const { dz, dg, scale } of [...moves].reverse()) {
      shares.unshift(scale * dot(dz, down));
      down = add(down, -shares[0], dg);
    }
    const last = moves.at(-1);
    const size = last ? 1 / (last.scale * dot(last.dg, last.dg)) : Math.min(1, 1 / down.reduce((s, d) => s + Math.abs(d), 0));
    down = down.map((d) => size * d);
    moves.forEach(({ dz, dg, scale }, i) => (down = add(down, shares[i] - scale * dot(dg, down), dz)));

    const fall = dot(now.slope, down);
    let [length, tried, next] = [2, z, now];
    do {
      length /= 2;
      tried = add(z, length, down);
      next = await evaluate(tried);
    } while (next.loss > now.loss + 1e-4 * length * fall && length > 1e-3);
    if (!(next.loss < now.loss)) break;
    const [dz, dg] = [add(tried, -1, z), add(next.slope, -1, now.slope)];
    const curve = dot(dz, dg);
    if (curve > 1e-10) moves.push({ dz, dg, scale: 1 / curve });
    if (moves.length > FIT.history) moves.shift();
    const isDone = now.loss - next.loss < 1e-9;
    [z, now] = [tried, next];
    if (isDone) break;
  }
  return z;
};
