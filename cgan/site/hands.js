// Hands as ../draw/hands.py makes them: NumPy's random numbers, CRC-32, codes, natural variation, styles.

const CODE_STEPS = 25;
const VARIATION = 0.5;

// RandomState(seed).standard_normal of NumPy: MT19937 (Matsumoto and Nishimura 1998) and the polar method
// (Marsaglia).
class RandomState {
  constructor(seed) {
    this.key = new Uint32Array(624);
    this.key[0] = seed;
    for (let i = 1; i < 624; i++) {
      const last = this.key[i - 1];
      this.key[i] = Math.imul(1812433253, last ^ (last >>> 30)) + i;
    }
    this.place = 624;
    this.spare = null; // normal numbers come in pairs
  }

  word() {
    const { key } = this;
    if (this.place === 624) {
      for (let i = 0; i < 624; i++) {
        const joined = (key[i] & 0x80000000) | (key[(i + 1) % 624] & 0x7fffffff);
        key[i] = key[(i + 397) % 624] ^ (joined >>> 1) ^ (joined & 1 ? 0x9908b0df : 0);
      }
      this.place = 0;
    }
    let word = key[this.place++];
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    return (word ^ (word >>> 18)) >>> 0;
  }

  // From 0 to 1, of 53 random bits.
  uniform() {
    const high = this.word() >>> 5;
    return (high * 2 ** 26 + (this.word() >>> 6)) / 2 ** 53;
  }

  normal() {
    const { spare } = this;
    this.spare = null;
    if (spare !== null) return spare;
    for (;;) {
      const [a, b] = [2 * this.uniform() - 1, 2 * this.uniform() - 1];
      const length2 = a * a + b * b;
      if (length2 >= 1 || length2 === 0) continue;
      const scale = Math.sqrt((-2 * Math.log(length2)) / length2);
      this.spare = scale * a;
      return scale * b;
    }
  }
}

// Rows `first` to `first + n` of a seed's hands, float32 (n, zDim).
const seeded = (seed, first, n, zDim) => {
  const stream = new RandomState(seed);
  for (let skipped = first * zDim; skipped > 0; skipped--) stream.normal();
  return Float32Array.from({ length: n * zDim }, () => stream.normal());
};

// zlib.crc32 of a text in ASCII.
const crc32 = (text) => {
  let crc = -1;
  for (const character of text) {
    crc ^= character.charCodeAt();
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
};

const roundHalfEven = (x) => {
  const low = Math.floor(x);
  return x - low === 0.5 ? low + (low % 2 ? 1 : 0) : Math.round(x);
};

// A hand's code in links: base64url of one signed byte a number.
const encode = (z) => {
  const steps = z.map((value) =>
    Math.max(-127, Math.min(127, roundHalfEven(Math.fround(CODE_STEPS * value)))),
  );
  const code = btoa(String.fromCharCode(...Uint8Array.from(steps)));
  return code.replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
};

// The hand of a code, or null unless `encode` could have written it for zDim numbers.
const decode = (code, zDim) => {
  try {
    const bytes = atob(code.replace(/-/g, "+").replace(/_/g, "/"));
    const z = Float32Array.from(bytes, (byte) => ((byte.charCodeAt() << 24) >> 24) / CODE_STEPS);
    return z.length === zDim && encode(z) === code ? z : null;
  } catch {
    return null;
  }
};

// A hand varied as people do from digit to digit: rows `rows` of what its code and the turn decide, (rows,
// zDim).
const natural = (z, rows, turn) => {
  const fresh = seeded(crc32(`${encode(z)}.${turn}`), 0, Math.max(...rows) + 1, z.length);
  const kept = Math.fround(Math.sqrt(1 - VARIATION ** 2));
  return Float32Array.from({ length: rows.length * z.length }, (_, at) => {
    const k = at % z.length;
    return Math.fround(kept * z[k]) + VARIATION * fresh[rows[(at - k) / z.length] * z.length + k];
  });
};

// Hands (n, zDim) moved along the directions (3, zDim) of slant, stroke weight and width.
const styled = (hands, directions, amounts) => {
  if (!directions || !amounts.some(Boolean)) return hands;
  const move = directions[0].map((_, k) =>
    amounts.reduce((sum, amount, s) => sum + amount * directions[s][k], 0),
  );
  return hands.map((value, at) => value + Math.fround(move[at % move.length]));
};
