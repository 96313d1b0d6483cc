// Draws and fits, so that the page stays free. Each message is {job, what, ...}, each answer {job, ...} or
// {job, error}; while a fit is under way, {job, part} of it that is done.

let engine;
let newest; // the job of the newest fit

const answers = {
  start: async ({ wasm, pack }) => {
    engine = await loadEngine(wasm, pack);
    const { tensors, changes, ...about } = engine.about;
    return { about };
  },

  // Draw digits[k] in hand of[k] of the hands: {seed, i, n} or {z}, then that of `z` or `i` varied for each
  // of `rows`.
  draw: ({ digits, of, hands: { seed, i = 0, n = 1, z, rows, turn = 0, style = [0, 0, 0] } }) => {
    const { z_dim: zDim, directions } = engine.about;
    let hands = z ? decode(z, zDim) : seeded(seed, i, n, zDim);
    if (!hands) throw new Error("bad_hand");
    if (rows) hands = Float32Array.of(...hands, ...natural(hands, rows, turn));
    hands = styled(hands, directions, style);
    const grey = new Uint8Array(digits.length * PIXELS);
    for (let first = 0; first < digits.length; first += MAX) {
      const part = digits.slice(first, first + MAX);
      const theirs = new Float32Array(part.length * zDim);
      part.forEach((_, k) =>
        theirs.set(hands.subarray(of[first + k] * zDim, (of[first + k] + 1) * zDim), k * zDim),
      );
      grey.set(engine.draw(theirs, oneHot(part)).grey, first * PIXELS);
    }
    return { grey };
  },

  // Fit a hand to drawings, float32 (784) each; a newer fit ends an older one.
  fit: async ({ job, drawings, digits }) => {
    newest = job;
    let told = 0;
    const pause = async (part) => {
      await turn(); // other messages are answered meanwhile
      if (newest !== job) throw new Error("superseded");
      if (part - told > 0.02) postMessage({ job, part: (told = part) });
    };
    const found = await fitHand(engine, drawings, digits, pause);
    if (!found) throw new Error("no_fit");
    return { z: encode(found) };
  },
};

// Let the other messages have their turn; a timer would wait for 4 ms.
const channel = new MessageChannel();
const turn = () =>
  new Promise((resolve) => {
    channel.port1.onmessage = resolve;
    channel.port2.postMessage(null);
  });

onmessage = async ({ data }) => {
  try {
    postMessage({ job: data.job, ...(await answers[data.what](data)) });
  } catch (error) {
    postMessage({ job: data.job, error: error.message });
  }
};
