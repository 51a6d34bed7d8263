// Passes over images.
#include "driver.h"

typedef struct {
  long height, width;
  float *planes[3];
} image;

static image draw_image(void) {
  image m = {.height = draw(1, 40), .width = draw(1, 90)};
  const long n = m.height * m.width;
  uint8_t *pixels = memory((size_t)(3 * n));
  for (long i = 0; i < 3 * n; i++) pixels[i] = (uint8_t)draw(0, 255);
  for (int c = 0; c < 3; c++) m.planes[c] = floats(n);
  dpt_image_planes(pixels, n, m.planes[0], m.planes[1], m.planes[2]);
  return m;
}

static void pixels(void) {
  image m = draw_image();
  const long n = m.height * m.width;
  for (int c = 0; c < 3; c++) hash_floats(m.planes[c], n);
  for (int c = 0; c < 3; c++)
    for (long i = 0; i < n; i++) m.planes[c][i] += draw_float(0.2f);
  uint8_t *bytes = memory((size_t)(3 * n));
  dpt_image_pixels(m.planes[0], m.planes[1], m.planes[2], n, bytes);
  hash_bytes(bytes, (size_t)(3 * n));
  float *normal = floats(3 * n);
  dpt_image_normalize(m.planes[0], m.planes[1], m.planes[2], n, random_floats(3, 1), random_floats(3, 4), normal);
  hash_floats(normal, 3 * n);
}

static void resampling(void) {
  const image m = draw_image();
  const long taps = draw(1, m.height < m.width ? m.height : m.width), n = draw(1, 120);
  const float *rows[40];
  for (long k = 0; k < taps; k++) rows[k] = m.planes[0] + draw(0, m.height - 1) * m.width;
  float *out = floats(m.width);
  dpt_weighted_rows(rows, random_floats(taps, 1), taps, out, m.width);
  hash_floats(out, m.width);
  int32_t *first = memory((size_t)n * sizeof(int32_t));
  for (long j = 0; j < n; j++) first[j] = (int32_t)draw(0, m.width - taps);
  float *row = floats(n);
  dpt_resample_row(m.planes[1], first, random_floats(taps * n, 1), taps, row, n);
  hash_floats(row, n);
}

static void colors(void) {
  const image m = draw_image();
  const long n = m.height * m.width, count = draw(1, 4);
  dpt_color_step steps[4];
  for (long s = 0; s < count; s++) {
    const dpt_color_kind kind = (dpt_color_kind)draw(DPT_BRIGHTNESS, DPT_HUE);
    steps[s] = (dpt_color_step){kind, kind == DPT_HUE ? draw_float(0.5f) : 1 + draw_float(1), 0.5f + draw_float(0.5f)};
  }
  hash_double(dpt_adjust_colors(m.planes[0], m.planes[1], m.planes[2], n, steps, count));
  for (int c = 0; c < 3; c++) hash_floats(m.planes[c], n);
}

static void levels(void) {
  const image m = draw_image();
  const long n = m.height * m.width;
  for (int c = 0; c < 3; c++)
    for (long i = 0; i < n; i++) m.planes[c][i] += draw_float(0.2f);
  const dpt_color_kind kind = (dpt_color_kind)draw(DPT_INVERSION, DPT_POSTERIZATION);
  const float factor = kind == DPT_POSTERIZATION ? (float)(256 - (1 << draw(1, 8))) : 0.5f + draw_float(0.5f);
  const dpt_color_step step = {kind, factor, 0};
  hash_double(dpt_adjust_colors(m.planes[0], m.planes[1], m.planes[2], n, &step, 1));
  dpt_stretch_plane(m.planes[1], n);
  dpt_equalize_plane(m.planes[2], n);
  for (int c = 0; c < 3; c++) hash_floats(m.planes[c], n);
}

static void hash_warp(const image *m, dpt_warping w) {
  const long n = m->height * m->width;
  w.channels = 3;
  w.height = m->height;
  w.width = m->width;
  for (int c = 0; c < 3; c++) {
    w.from[c] = m->planes[c];
    w.to[c] = floats(n);
  }
  dpt_warp(&w);
  for (int c = 0; c < 3; c++) hash_floats(w.to[c], n);
}

static void rotation(void) {
  const image m = draw_image();
  const float cosine = draw_float(1), sine = draw_float(1);
  hash_warp(&m, (dpt_warping){.across = {cosine, -sine, 0}, .down = {sine, cosine, 0}, .bilinear = draw_bool()});
}

static void warps(void) {
  const image m = draw_image();
  dpt_warping w = {.bilinear = draw_bool()};
  for (int k = 0; k < 3; k++) {
    w.across[k] = draw_float(k < 2 ? 2 : 20);
    w.down[k] = draw_float(k < 2 ? 2 : 20);
    w.fill[k] = draw_float(1);
    // Large enough that divisors are sometimes near 0.
    if (k < 2) w.depth[k] = draw_float(0.05f);
  }
  hash_warp(&m, w);
}

static void greys(void) {
  const long height = draw(1, 40), width = draw(1, 90), n = height * width, stride = draw(1, 3);
  uint8_t *bytes = memory((size_t)(stride * n));
  uint16_t *words = memory((size_t)(stride * n) * sizeof(uint16_t));
  for (long i = 0; i < stride * n; i++) {
    bytes[i] = (uint8_t)draw(0, 255);
    words[i] = (uint16_t)draw(0, 65535);
  }
  float *x = floats(n), *y = floats(n), *normal = floats(n);
  dpt_plane_from_bytes(bytes, stride, n, x);
  dpt_plane_from_words(words, stride, n, y);
  hash_floats(x, n);
  hash_floats(y, n);
  dpt_color_step steps[4];
  for (long s = 0; s < 4; s++) {
    const dpt_color_kind kind = (dpt_color_kind)draw(DPT_BRIGHTNESS, DPT_SOLARIZATION);
    steps[s] = (dpt_color_step){kind, 0.5f + draw_float(0.5f), 0.5f + draw_float(0.5f)};
  }
  hash_double(dpt_adjust_greys(y, n, steps, draw(1, 4)));
  for (long i = 0; i < n; i++) x[i] += draw_float(0.2f);
  dpt_plane_to_bytes(x, n, bytes, stride);
  dpt_plane_to_words(x, n, words, stride);
  hash_bytes(bytes, (size_t)(stride * n));
  hash_bytes(words, (size_t)(stride * n) * sizeof(uint16_t));
  dpt_plane_normalize(x, n, draw_float(1), draw_float(4), normal);
  hash_floats(normal, n);
  const float cosine = draw_float(1), sine = draw_float(1);
  const dpt_warping w = {.from = {y}, .to = {normal}, .channels = 1, .height = height, .width = width,
                         .across = {cosine, -sine, 0}, .down = {sine, cosine, 0}, .bilinear = draw_bool()};
  dpt_warp(&w);
  hash_floats(normal, n);
}

void image_cases(void) {
  each_case("pixels", 60, pixels);
  each_case("resampling", 100, resampling);
  each_case("colors", 100, colors);
  each_case("rotation", 100, rotation);
  each_case("levels", 100, levels);
  each_case("warps", 100, warps);
  each_case("greys", 100, greys);
}
