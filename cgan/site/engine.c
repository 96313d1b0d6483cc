// The generator of ../networks/compact.py and its gradient with respect to z, for WebAssembly SIMD, without a
// C library. Z = z_dim. A map is (16, 16, C): 14 x 14 pixels with a border of zeros, channels last.
// Compiled by: python -m cgan.site.compile

#include "kernels.h"
#define EXPORT(name) __attribute__((export_name(#name))) name

enum { MAX = 128, PIXELS = 28 * 28 };  // pictures at a time
enum { WIDE = 128, C = 48, SQUARE = 4 * C, DENSE = TILES * TILES * WIDE, MAP = 16 * 16 * C };

// ---- What a picture needs ----

static struct {          // in the order of pack.fold
  float *dense;          // (Z, 7 * 7 * 128)
  float *digit;          // (10, 7 * 7 * 128), the digit's half of the dense layer
  float *bias;           // (7 * 7 * 128)
  float *inner;          // (10, 10), inner products of the digits' vectors
  float *gain[4];        // (10, 128), 3 x (10, 48); a norm's statistics and the bias before it are folded in
  float *shift[4];       // (10, 128), 3 x (10, 2 * 2 * 48)
  float *up1;            // (128, 2 * 2 * 48)
  float *conv1, *conv2;  // (3, 3, 48, 48)
  float *up2;            // (3, 3, 48, 2 * 2)
  float *up2_bias;       // (2 * 2)
} weights;

typedef struct {         // a forward pass, as its gradient needs it
  float gain[4][WIDE], shift[4][SQUARE];
  float h0[DENSE], h1[MAP], h2[MAP], h3[MAP];
  float tanh[PIXELS];
} Pass;

static int z_dim;
static float output_scale, support;
static Matrix dense, up1, up1_back;
static Filter conv1, conv2, up2, conv1_back, conv2_back, up2_back;
static Pass single, *passes;  // (MAX), once a gradient is wanted
static float *z, *dz;         // (MAX, Z)
static float y[MAX][10], x[MAX][PIXELS], dx[MAX][PIXELS];
static unsigned char grey[MAX][PIXELS];

// ---- Stages ----

// Where pixel i of a row of tiles, (7, 2, 2), is in a map of 48 channels.
INLINE int place(int row, int i) { return ((2 * row + i % 4 / 2 + 1) * 16 + i / 4 * 2 + i % 2 + 1) * C; }

// A norm and its activation, from a row of tiles (7, 2, 2, 48) to the map (16, 16, 48).
static void activate(const float *tiles, int row, const float *gain, const float *shift, float *map) {
  for (int i = 0; i < 4 * TILES; i++, tiles += C) {
    float *to = map + place(row, i);
    const float *add = shift + i % 4 * C;
    for (int c = 0; c < C; c += 4) put(to + c, leaky(at(tiles + c) * at(gain + c) + at(add + c)));
  }
}
static void activate_back(const float *tiles, int row, const float *gain, const float *h, float *map) {
  for (int i = 0; i < 4 * TILES; i++, tiles += C) {
    int p = place(row, i);
    for (int c = 0; c < C; c += 4) put(map + p + c, leaky_back(at(h + p + c), at(tiles + c) * at(gain + c)));
  }
}

// From z's half of the dense layer, h (7 * 7, 128), to h0. The digits' mixed vector gets the length sqrt(Z).
static void first_layer(const float *h, const float *y, Pass *p) {
  float length2 = 0, share[10];
  for (int i = 0; i < 10; i++)
    for (int j = 0; j < 10; j++) length2 += y[i] * y[j] * weights.inner[10 * i + j];
  for (int d = 0; d < 10; d++) share[d] = y[d] ? y[d] * __builtin_sqrtf(weights.inner[11 * d] / length2) : 0;
  for (int j = 0; j < DENSE; j += 4) {
    Vector sum = at(h + j) + at(weights.bias + j);
    for (int d = 0; d < 10; d++)
      if (share[d]) sum += share[d] * at(weights.digit + d * DENSE + j);
    put(p->h0 + j, leaky(sum * at(p->gain[0] + j % WIDE) + at(p->shift[0] + j % WIDE)));
  }
}

static void layer(const float *map, const Filter filter, const float *gain, const float *shift, float *out) {
  static float tiles[TILES * SQUARE];
  for (int row = 0; row < TILES; row++) {
    convolve(map, row, filter, tiles);
    activate(tiles, row, gain, shift, out);
  }
}
static void layer_back(const float *map, const Filter filter, const float *gain, const float *h, float *out) {
  static float tiles[TILES * SQUARE];
  for (int row = 0; row < TILES; row++) {
    convolve(map, row, filter, tiles);
    activate_back(tiles, row, gain, h, out);
  }
}

static void last_layer(Pass *p) {  // from h3 to tanh, four pixels for each of h3's
  static float tiles[TILES * 4 * 4];
  for (int row = 0; row < TILES; row++) {
    convolve(p->h3, row, up2, tiles);
    for (int i = 0; i < 4 * TILES; i++) {
      Vector square = tanh4(at(tiles + 4 * i) + at(weights.up2_bias));
      float *to = p->tanh + (4 * row + i % 4 / 2 * 2) * 28 + i / 4 * 4 + i % 2 * 2;
      to[0] = square[0], to[1] = square[1], to[28] = square[2], to[29] = square[3];
    }
  }
}

static void forward(const float *h, const float *y, Pass *p) {
  static float tiles[TILES * TILES * SQUARE];
  for (int k = 0; k < 4; k++) {
    mix(y, weights.gain[k], k ? C : WIDE, p->gain[k]);
    mix(y, weights.shift[k], k ? SQUARE : WIDE, p->shift[k]);
  }
  first_layer(h, y, p);                                // h0 (7, 7, 128)
  multiply(TILES * TILES, p->h0, up1, tiles);          // (7, 7, 2, 2, 48)
  for (int row = 0; row < TILES; row++)
    activate(tiles + row * TILES * SQUARE, row, p->gain[1], p->shift[1], p->h1);
  layer(p->h1, conv1, p->gain[2], p->shift[2], p->h2);  // (14, 14, 48)
  layer(p->h2, conv2, p->gain[3], p->shift[3], p->h3);  // (14, 14, 48)
  last_layer(p);                                       // (28, 28)
}

// The picture in [-1, 1], and from 0 to 255: scaled, clamped, without specks (compact.without_specks).
static void picture(const float *tanh, float *x, unsigned char *grey) {
  static float ink[30][30], across[30][30];  // with a border of zeros
  for (int i = 0; i < PIXELS; i++) {
    float v = output_scale * tanh[i];
    ink[i / 28 + 1][i % 28 + 1] = ((v < -1 ? -1 : v > 1 ? 1 : v) + 1) / 2;
  }
  for (int i = 1; i <= 28; i++)
    for (int j = 1; j <= 28; j++) across[i][j] = ink[i][j - 1] + ink[i][j] + ink[i][j + 1];
  for (int i = 1; i <= 28; i++)
    for (int j = 1; j <= 28; j++, x++, grey++) {
      float around = across[i - 1][j] + across[i][j] + across[i + 1][j];
      float gate = support > 0 ? (around - support) / (2 * support) : 1;
      *x = ink[i][j] * (gate < 0 ? 0 : gate > 1 ? 1 : gate) * 2 - 1;
      *grey = (unsigned char)__builtin_rintf((*x + 1) * 127.5f);
    }
}

// From the gradient of a picture, dx (28, 28), to that of z (Z). Clamping and removing specks pass it on.
static void backward(const float *dx, const Pass *p, float *dz) {
  static float d0[DENSE], d1[MAP], d2[MAP], d3[MAP], d4[16 * 16 * 4], tiles[TILES * TILES * SQUARE];
  for (int i = 0; i < 28; i++)
    for (int j = 0; j < 28; j++) {
      float t = p->tanh[28 * i + j], *to = d4 + ((i / 2 + 1) * 16 + j / 2 + 1) * 4;
      to[i % 2 * 2 + j % 2] = dx[28 * i + j] * output_scale * (1 - t * t);
    }
  layer_back(d4, up2_back, p->gain[3], p->h3, d3);     // (14, 14, 48)
  layer_back(d3, conv2_back, p->gain[2], p->h2, d2);   // (14, 14, 48)
  layer_back(d2, conv1_back, p->gain[1], p->h1, d1);   // (14, 14, 48)
  for (int i = 0; i < TILES * TILES * 4; i++)          // (7, 7, 2, 2, 48)
    for (int c = 0; c < C; c += 4) put(tiles + i * C + c, at(d1 + place(i / 28, i % 28) + c));
  multiply(TILES * TILES, tiles, up1_back, d0);        // (7, 7, 128)
  for (int k = 0; k < z_dim; k++) dz[k] = 0;
  for (int j = 0; j < DENSE; j += 4) {
    Vector d = leaky_back(at(p->h0 + j), at(d0 + j) * at(p->gain[0] + j % WIDE));
    for (int k = 0; k < z_dim; k++) dz[k] += total(d * at(dense.panels + j * z_dim + 4 * k));
  }
}

// ---- For JavaScript: setup, prepare; then z, y -> draw -> x, grey; dx -> gradient -> dz ----

#define BUFFER(name, type) type *EXPORT(name##_at)(void) { return (type *)name; }
BUFFER(z, float) BUFFER(y, float) BUFFER(x, float) BUFFER(grey, unsigned char)
BUFFER(dx, float) BUFFER(dz, float)

// Return where to write the weights before prepare().
float *EXPORT(setup)(int dimensions, float scale, float least) {
  z_dim = dimensions, output_scale = scale, support = least;
  z = take(4 * MAX * z_dim), dz = take(4 * MAX * z_dim);
  weights.dense = take(4 * z_dim * DENSE), weights.digit = take(4 * 10 * DENSE);
  weights.bias = take(4 * DENSE), weights.inner = take(4 * 10 * 10);
  for (int k = 0; k < 4; k++) {
    weights.gain[k] = take(4 * 10 * (k ? C : WIDE));
    weights.shift[k] = take(4 * 10 * (k ? SQUARE : WIDE));
  }
  weights.up1 = take(4 * WIDE * SQUARE), weights.conv1 = take(36 * C * C), weights.conv2 = take(36 * C * C);
  weights.up2 = take(36 * C * 4), weights.up2_bias = take(4 * 4);
  return weights.dense;
}

void EXPORT(prepare)(void) {
  dense = matrix(z_dim, DENSE, weights.dense, DENSE, 1);
  up1 = matrix(WIDE, SQUARE, weights.up1, SQUARE, 1), up1_back = matrix(SQUARE, WIDE, weights.up1, 1, SQUARE);
  winograd(conv1, weights.conv1, C, C, 0), winograd(conv1_back, weights.conv1, C, C, 1);
  winograd(conv2, weights.conv2, C, C, 0), winograd(conv2_back, weights.conv2, C, C, 1);
  winograd(up2, weights.up2, C, 4, 0), winograd(up2_back, weights.up2, C, 4, 1);
}

// Draw the first n hands of z with the digits or mixtures y. keep: for a call of gradient(n).
void EXPORT(draw)(int n, int keep) {
  static float h[ROWS * DENSE];
  if (keep && !passes) passes = take(MAX * sizeof(Pass));
  for (int i = 0; i < n; i++) {
    if (i % ROWS == 0) multiply(n - i < ROWS ? n - i : ROWS, z + i * z_dim, dense, h);
    Pass *p = keep ? passes + i : &single;
    forward(h + i % ROWS * DENSE, y[i], p);
    picture(p->tanh, x[i], grey[i]);
  }
}

void EXPORT(gradient)(int n) {
  for (int i = 0; i < n; i++) backward(dx[i], passes + i, dz + i * z_dim);
}
