// What engine.c computes with: vectors of four numbers, matrix products, and the 3 x 3 convolution by
// Winograd's F(2 x 2, 3 x 3) (Lavin and Gray 2016): 16 multiplications make a tile of 2 x 2 outputs, not 36.

typedef float Vector __attribute__((vector_size(16), aligned(4)));
typedef int Mask __attribute__((vector_size(16), aligned(4)));
typedef struct { int in, out; float *panels; } Matrix;  // (in, out), stored as (out / 4, in, 4)
typedef Matrix Filter[16];                              // (3, 3, in, out) in Winograd's form

enum { TILES = 7, ROWS = 7 };  // tiles of 2 x 2 across 14 pixels; rows of a matrix product at a time
#define SLOPE 0.2f             // of LeakyReLU below 0
#define INLINE static inline __attribute__((always_inline))

extern char __heap_base;
static void *take(int bytes) {  // memory, all zeros, never given back
  static char *next = &__heap_base;
  char *start = next;
  next += (bytes + 15) / 16 * 16;
  int pages = ((int)next + 65535) / 65536 - (int)__builtin_wasm_memory_size(0);
  if (pages > 0 && __builtin_wasm_memory_grow(0, pages) == -1ul) __builtin_trap();
  return start;
}

// ---- Vectors ----

INLINE Vector at(const float *p) { return *(const Vector *)p; }
INLINE void put(float *p, Vector v) { *(Vector *)p = v; }
INLINE Vector splat(float a) { return (Vector){a, a, a, a}; }
INLINE float total(Vector v) { return v[0] + v[1] + v[2] + v[3]; }
INLINE Vector choose(Mask mask, Vector yes, Vector no) {
  return (Vector)(((Mask)yes & mask) | ((Mask)no & ~mask));
}
INLINE Vector leaky(Vector v) { return choose(v > 0, v, SLOPE * v); }
INLINE Vector leaky_back(Vector h, Vector d) { return choose(h > 0, d, SLOPE * d); }  // h: the activation

INLINE Vector tanh4(Vector v) {  // (1 - e) / (1 + e), e = exp(-2 |v|) = 2^(whole + f)
  Mask sign = (Mask)v & (int)0x80000000;
  Vector power = (Vector)((Mask)v ^ sign) * -2.885390082f;  // 2 / log(2)
  power = choose(power > -60, power, splat(-60));
  Mask whole = __builtin_convertvector(power - 0.5f, Mask);
  Vector f = power - __builtin_convertvector(whole, Vector);  // -0.5 to 0.5
  Vector e = 0.05550411f + f * (0.00961813f + f * 0.00133336f);
  e = 1 + f * (0.69314718f + f * (0.24022651f + f * e));
  e = (Vector)((Mask)e + (whole << 23));
  return (Vector)((Mask)((1 - e) / (1 + e)) | sign);
}

// ---- Matrices ----

static Matrix matrix(int in, int out, const float *from, int step_in, int step_out) {
  Matrix m = {in, out, take(4 * in * out)};
  for (int o = 0; o < out; o++)
    for (int i = 0; i < in; i++) m.panels[(o / 4 * in + i) * 4 + o % 4] = from[i * step_in + o * step_out];
  return m;
}

// a (rows, in) times m (in, out) = c (rows, out)
INLINE void product(int rows, const float *a, Matrix m, float *c) {
  const float *b = m.panels;
  for (int o = 0; o < m.out; o += 4) {
    Vector sum[ROWS] = {};
    for (int i = 0; i < m.in; i++, b += 4)
#pragma clang loop unroll(full)
      for (int r = 0; r < rows; r++) sum[r] += splat(a[r * m.in + i]) * at(b);
    for (int r = 0; r < rows; r++) put(c + r * m.out + o, sum[r]);
  }
}
static void multiply(int rows, const float *a, Matrix m, float *c) {
  for (; rows >= ROWS; rows -= ROWS, a += ROWS * m.in, c += ROWS * m.out) product(ROWS, a, m, c);
  for (; rows > 0; rows--, a += m.in, c += m.out) product(1, a, m, c);
}

// y (10), a digit or a mixture of them, times rows (10, n)
static void mix(const float *y, const float *rows, int n, float *sum) {
  for (int i = 0; i < n; i++) sum[i] = 0;
  for (int d = 0; d < 10; d++, rows += n)
    for (int i = 0; y[d] && i < n; i++) sum[i] += y[d] * rows[i];
}

// ---- Convolutions ----

// For the gradient of a convolution, its filter is turned by half a circle, with `in` and `out` exchanged.
static void winograd(Filter filter, const float *from, int in, int out, int is_backward) {
  static const float G[4][3] = {{1, 0, 0}, {0.5, 0.5, 0.5}, {0.5, -0.5, 0.5}, {0, 0, 1}};
  float *u = take(4 * in * out);
  for (int k = 0; k < 16; k++) {
    for (int i = 0; i < in * out; i++) {
      u[i] = 0;
      for (int s = 0; s < 9; s++) {
        float weight = from[(is_backward ? 8 - s : s) * in * out + i];
        u[i] += G[k / 4][s / 3] * G[k % 4][s % 3] * weight;
      }
    }
    filter[k] = is_backward ? matrix(out, in, u, 1, out) : matrix(in, out, u, out, 1);
  }
}

// A row of tiles, (7, 2, 2, out), of the convolution of a map (16, 16, in); in and out: up to 48.
static void convolve(const float *map, int row, const Filter filter, float *tiles) {
  static float v[16][TILES * 48], m[16][TILES * 48];
  int in = filter->in, out = filter->out;
  for (int t = 0; t < TILES; t++)
    for (int c = 0; c < in; c += 4) {
      Vector d[4][4], h[4][4];
      for (int i = 0; i < 4; i++)
        for (int j = 0; j < 4; j++) d[i][j] = at(map + ((2 * row + i) * 16 + 2 * t + j) * in + c);
      for (int j = 0; j < 4; j++) {
        h[0][j] = d[0][j] - d[2][j], h[1][j] = d[1][j] + d[2][j];
        h[2][j] = d[2][j] - d[1][j], h[3][j] = d[1][j] - d[3][j];
      }
      for (int i = 0; i < 4; i++) {
        put(v[4 * i] + t * in + c, h[i][0] - h[i][2]), put(v[4 * i + 1] + t * in + c, h[i][1] + h[i][2]);
        put(v[4 * i + 2] + t * in + c, h[i][2] - h[i][1]), put(v[4 * i + 3] + t * in + c, h[i][1] - h[i][3]);
      }
    }
  for (int k = 0; k < 16; k++) multiply(TILES, v[k], filter[k], m[k]);
  for (int t = 0; t < TILES; t++)
    for (int c = 0; c < out; c += 4) {
      Vector h[2][4];
      for (int j = 0; j < 4; j++) {
        Vector a = at(m[j] + t * out + c), b = at(m[4 + j] + t * out + c), d = at(m[8 + j] + t * out + c);
        h[0][j] = a + b + d, h[1][j] = b - d - at(m[12 + j] + t * out + c);
      }
      for (int i = 0; i < 2; i++) {
        put(tiles + (4 * t + 2 * i) * out + c, h[i][0] + h[i][1] + h[i][2]);
        put(tiles + (4 * t + 2 * i + 1) * out + c, h[i][1] - h[i][2] - h[i][3]);
      }
    }
}
