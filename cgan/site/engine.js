// The engine with its weights: hands and digits in, pictures out, and gradients back.

const MAX = 128; // pictures at a time, as in engine.c
const PIXELS = 28 * 28;

// wasm: engine.wasm; pack: what pack.py wrote; both ArrayBuffers.
const loadEngine = async (wasm, pack) => {
  const unpacked = new Blob([pack]).stream().pipeThrough(new DecompressionStream("gzip"));
  const [bytes, { instance }] = await Promise.all([
    new Response(unpacked).arrayBuffer().then((buffer) => new Uint8Array(buffer)),
    WebAssembly.instantiate(wasm),
  ]);
  const length = new DataView(bytes.buffer).getUint32(0, true);
  const about = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  const engine = instance.exports;
  const floats = (place, n) => new Float32Array(engine.memory.buffer, place, n);

  const size = about.tensors.reduce((sum, [n]) => sum + n, 0);
  const weights = floats(engine.setup(about.z_dim, about.output_scale, about.support), size);
  let [at, from] = [0, 4 + length];
  for (const [n, width] of about.tensors) {
    const part = bytes.slice(from, from + width * n);
    weights.set(width === 4 ? new Float32Array(part.buffer) : halves(part, n), at);
    [at, from] = [at + n, from + width * n];
  }
  engine.prepare();
  about.changes = new Float32Array(bytes.slice(from).buffer); // (Z, Z), or empty

  // Draw hands (n, Z) with digits or mixtures y (n, 10), n up to MAX: x, float32 (n, 784) in [-1, 1], and
  // grey, uint8 (n, 784). keep: for a call of gradient().
  const draw = (hands, y, keep = false) => {
    const n = y.length / 10;
    floats(engine.y_at(), y.length).set(y);
    floats(engine.z_at(), hands.length).set(hands);
    engine.draw(n, keep);
    const grey = new Uint8Array(engine.memory.buffer, engine.grey_at(), n * PIXELS);
    return { x: floats(engine.x_at(), n * PIXELS), grey };
  };
  // From the gradients of the n pictures that were drawn and kept, (n, 784), to those of their hands, (n, Z).
  const gradient = (dx) => {
    floats(engine.dx_at(), dx.length).set(dx);
    engine.gradient(dx.length / PIXELS);
    return floats(engine.dz_at(), (dx.length / PIXELS) * about.z_dim);
  };
  return { about, draw, gradient };
};

// Digits as y, float32 (n, 10).
const oneHot = (digits) => {
  const y = new Float32Array(10 * digits.length);
  digits.forEach((digit, i) => (y[10 * i + digit] = 1));
  return y;
};

// Decode float16 numbers, all low bytes before all high ones.
const halves = (bytes, n) => {
  const found = new Float32Array(n);
  for (let i = 0; i < n; i++) {
    const half = bytes[i] | (bytes[n + i] << 8);
    const [exponent, fraction] = [(half >> 10) & 31, half & 1023];
    const size = exponent ? (1 + fraction / 1024) * POWERS[exponent] : fraction * 2 ** -24;
    found[i] = half & 0x8000 ? -size : size;
  }
  return found;
};
const POWERS = Float64Array.from({ length: 32 }, (_, exponent) => 2 ** (exponent - 15));
