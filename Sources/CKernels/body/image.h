// Passes over images as planes of floats, one for each channel, and between these and pixels of 8 or 16 bits.
#ifndef DPT_IMAGE_H
#define DPT_IMAGE_H

#include "vector.h"

// MARK: Pixels and planes

static void image_planes(const uint8_t *pixels, long n, float *r, float *g, float *b) {
  for (long i = 0; i < n; i++) {
    r[i] = (float)pixels[3 * i] / 255.0f;
    g[i] = (float)pixels[3 * i + 1] / 255.0f;
    b[i] = (float)pixels[3 * i + 2] / 255.0f;
  }
}

DPT_INLINE uint8_t byte_of(float x) {
  x = x < 0.0f ? 0.0f : x;
  x = x > 1.0f ? 1.0f : x;
  return (uint8_t)(int32_t)(x * 255.0f + 0.5f);
}

DPT_INLINE v16 unit_clamp(v16 x) { return smaller(larger(x, splat(0.0f)), splat(1.0f)); }

// The lanes' bytes, as `byte_of`.
DPT_INLINE i16 bytes_of(v16 x) { return __builtin_convertvector(unit_clamp(x) * splat(255.0f) + splat(0.5f), i16); }

static void image_pixels(const float *r, const float *g, const float *b, long n, uint8_t *pixels) {
  for (long i = 0; i < n; i++) {
    pixels[3 * i] = byte_of(r[i]);
    pixels[3 * i + 1] = byte_of(g[i]);
    pixels[3 * i + 2] = byte_of(b[i]);
  }
}

static void image_normalize(const float *r, const float *g, const float *b, long n, const float *mean,
                            const float *factor, float *out) {
  const float m0 = mean[0], m1 = mean[1], m2 = mean[2], f0 = factor[0], f1 = factor[1], f2 = factor[2];
  for (long i = 0; i < n; i++) {
    out[3 * i] = (r[i] - m0) * f0;
    out[3 * i + 1] = (g[i] - m1) * f1;
    out[3 * i + 2] = (b[i] - m2) * f2;
  }
}

// MARK: One channel at a time

static void plane_from_bytes(const uint8_t *samples, long stride, long n, float *x) {
  for (long i = 0; i < n; i++) x[i] = (float)samples[stride * i] / 255.0f;
}

static void plane_from_words(const uint16_t *samples, long stride, long n, float *x) {
  for (long i = 0; i < n; i++) x[i] = (float)samples[stride * i] / 65535.0f;
}

static void plane_to_bytes(const float *x, long n, uint8_t *samples, long stride) {
  for (long i = 0; i < n; i++) samples[stride * i] = byte_of(x[i]);
}

static void plane_to_words(const float *x, long n, uint16_t *samples, long stride) {
  for (long i = 0; i < n; i++) {
    float v = x[i] < 0.0f ? 0.0f : x[i];
    v = v > 1.0f ? 1.0f : v;
    samples[stride * i] = (uint16_t)(int32_t)(v * 65535.0f + 0.5f);
  }
}

static void plane_normalize(const float *x, long n, float mean, float factor, float *out) {
  for (long i = 0; i < n; i++) out[i] = (x[i] - mean) * factor;
}

// MARK: Weighted sums of rows

static void weighted_rows(const float *const *rows, const float *weights, long taps, float *out, long n) {
  long j = 0;
  // Four groups at a time, so that their chains of additions overlap.
  for (; j + 4 * DPT_LANES <= n; j += 4 * DPT_LANES) {
    v16 a = 0, b = 0, c = 0, d = 0;
    for (long k = 0; k < taps; k++) {
      const float *x = rows[k] + j;
      const v16 w = splat(weights[k]);
      a = fma16(w, load(x), a);
      b = fma16(w, load(x + DPT_LANES), b);
      c = fma16(w, load(x + 2 * DPT_LANES), c);
      d = fma16(w, load(x + 3 * DPT_LANES), d);
    }
    store(out + j, a);
    store(out + j + DPT_LANES, b);
    store(out + j + 2 * DPT_LANES, c);
    store(out + j + 3 * DPT_LANES, d);
  }
  for (; j < n; j += DPT_LANES) {
    v16 a = 0;
    for (long k = 0; k < taps; k++) a = fma16(splat(weights[k]), load_some(rows[k] + j, n - j), a);
    store_some(out + j, a, n - j);
  }
}

static void resample_row(const float *row, const int32_t *first, const float *weights, long taps, float *out, long n) {
  for (long j = 0; j < n; j += DPT_LANES) {
    const long lanes = n - j < DPT_LANES ? n - j : DPT_LANES;
    v16 sum = 0;
    for (long k = 0; k < taps; k++) {
      v16 x = 0;
      if (lanes == DPT_LANES)
        for (int l = 0; l < DPT_LANES; l++) x[l] = row[first[j + l] + k];
      else
        for (long l = 0; l < lanes; l++) x[l] = row[first[j + l] + k];
      sum = fma16(load_some(weights + k * n + j, lanes), x, sum);
    }
    store_some(out + j, sum, lanes);
  }
}

// MARK: Colours

// The weights of ITU-R BT.601, as torchvision writes them.
DPT_INLINE v16 grey_of(v16 r, v16 g, v16 b) {
  return fma16(splat(0.114f), b, fma16(splat(0.587f), g, splat(0.2989f) * r));
}

// One channel of a colour from its hue: `place` is the hue in sixths, shifted so that the channel is lowest from 1 to 3.
DPT_INLINE v16 channel_of(v16 place, v16 most, v16 chroma) {
  place = choose(place >= splat(6.0f), place - splat(6.0f), place);
  return fma16(-chroma, unit_clamp(smaller(place, splat(4.0f) - place)), most);
}

DPT_INLINE void turn_hue(v16 *r, v16 *g, v16 *b, float sixths) {
  const v16 most = larger(larger(*r, *g), *b), least = smaller(smaller(*r, *g), *b), chroma = most - least;
  const v16 inverse = splat(1.0f) / choose(chroma == splat(0.0f), splat(1.0f), chroma);
  const v16 fromRed = (*g - *b) * inverse;
  const v16 fromGreen = (*b - *r) * inverse + splat(2.0f);
  const v16 fromBlue = (*r - *g) * inverse + splat(4.0f);
  v16 hue = choose(*r == most, fromRed, choose(*g == most, fromGreen, fromBlue)) + splat(6.0f + sixths);
  // Bring both to 0 … 6.
  hue = choose(hue >= splat(12.0f), hue - splat(12.0f), choose(hue >= splat(6.0f), hue - splat(6.0f), hue));
  *r = channel_of(hue + splat(5.0f), most, chroma);
  *g = channel_of(hue + splat(3.0f), most, chroma);
  *b = channel_of(hue + splat(1.0f), most, chroma);
}

DPT_INLINE v16 solarized(v16 x, v16 threshold) { return choose(x >= threshold, splat(1.0f) - x, x); }

DPT_INLINE v16 posterized(v16 x, i16 mask) { return __builtin_convertvector(bytes_of(x) & mask, v16) / splat(255.0f); }

static double adjust_colors(float *red, float *green, float *blue, long n, const dpt_color_step *steps, long count) {
  double total = 0;
  for (long block = 0; block < n; block += 1024) {
    const long end = n - block < 1024 ? n : block + 1024;
    v16 sum = 0;
    for (long i = block; i < end; i += DPT_LANES) {
      v16 r = load_some(red + i, end - i), g = load_some(green + i, end - i), b = load_some(blue + i, end - i);
      for (long s = 0; s < count; s++) {
        const v16 factor = splat(steps[s].factor);
        v16 other = splat(0.0f);
        switch (steps[s].kind) {
        case DPT_HUE:
          turn_hue(&r, &g, &b, steps[s].factor * 6.0f);
          continue;
        case DPT_INVERSION:
          r = splat(1.0f) - r, g = splat(1.0f) - g, b = splat(1.0f) - b;
          continue;
        case DPT_SOLARIZATION:
          r = solarized(r, factor), g = solarized(g, factor), b = solarized(b, factor);
          continue;
        case DPT_POSTERIZATION: {
          const i16 mask = (i16)(int32_t)steps[s].factor;
          r = posterized(r, mask), g = posterized(g, mask), b = posterized(b, mask);
          continue;
        }
        case DPT_BRIGHTNESS: break;
        case DPT_CONTRAST: other = splat((1.0f - steps[s].factor) * steps[s].mean); break;
        case DPT_SATURATION: other = splat(1.0f - steps[s].factor) * grey_of(r, g, b); break;
        }
        r = unit_clamp(fma16(factor, r, other));
        g = unit_clamp(fma16(factor, g, other));
        b = unit_clamp(fma16(factor, b, other));
      }
      store_some(red + i, r, end - i);
      store_some(green + i, g, end - i);
      store_some(blue + i, b, end - i);
      sum += first_lanes(grey_of(r, g, b), end - i);
    }
    for (int l = 0; l < DPT_LANES; l++) total += (double)sum[l];
  }
  return total;
}

static double adjust_greys(float *x, long n, const dpt_color_step *steps, long count) {
  double total = 0;
  for (long block = 0; block < n; block += 1024) {
    const long end = n - block < 1024 ? n : block + 1024;
    v16 sum = 0;
    for (long i = block; i < end; i += DPT_LANES) {
      v16 v = load_some(x + i, end - i);
      for (long s = 0; s < count; s++) {
        const v16 factor = splat(steps[s].factor);
        switch (steps[s].kind) {
        case DPT_HUE:
        case DPT_SATURATION: break;
        case DPT_INVERSION: v = splat(1.0f) - v; break;
        case DPT_SOLARIZATION: v = solarized(v, factor); break;
        case DPT_POSTERIZATION: v = posterized(v, (i16)(int32_t)steps[s].factor); break;
        case DPT_BRIGHTNESS: v = unit_clamp(fma16(factor, v, splat(0.0f))); break;
        case DPT_CONTRAST:
          v = unit_clamp(fma16(factor, v, splat((1.0f - steps[s].factor) * steps[s].mean)));
          break;
        }
      }
      store_some(x + i, v, end - i);
      sum += first_lanes(v, end - i);
    }
    for (int l = 0; l < DPT_LANES; l++) total += (double)sum[l];
  }
  return total;
}

// MARK: Levels of one channel

static void stretch_plane(float *x, long n) {
  v16 least = splat(x[0]), most = least;
  for (long i = 0; i < n; i += DPT_LANES) {
    v16 v = load_some(x + i, n - i);
    if (n - i < DPT_LANES)
      for (long l = n - i; l < DPT_LANES; l++) v[l] = x[0];
    least = smaller(v, least);
    most = larger(v, most);
  }
  float low = least[0], high = most[0];
  for (int l = 1; l < DPT_LANES; l++) {
    low = least[l] < low ? least[l] : low;
    high = most[l] > high ? most[l] : high;
  }
  if (high <= low) return;
  for (long i = 0; i < n; i += DPT_LANES)
    store_some(x + i, unit_clamp((load_some(x + i, n - i) - splat(low)) / splat(high - low)), n - i);
}

static void equalize_plane(float *x, long n) {
  long counts[256] = {0};
  for (long i = 0; i < n; i++) counts[byte_of(x[i])]++;
  long last = 255;
  while (last > 0 && counts[last] == 0) last--;
  const long step = (n - counts[last]) / 255;
  float values[256];
  long below = 0;
  for (long k = 0; k < 256; k++) {
    long value = k;
    if (step > 0) value = (below + step / 2) / step;
    values[k] = (float)(value < 255 ? value : 255) / 255.0f;
    below += counts[k];
  }
  for (long i = 0; i < n; i++) x[i] = values[byte_of(x[i])];
}

// MARK: Warps

// Rounds to the nearest integer, ties to even, for values below 2^22.
DPT_INLINE v16 nearest_whole(v16 x) { return (x + splat(0x1.8p23f)) - splat(0x1.8p23f); }

// Places that are NaN, or too far outside to be rounded, are moved to one that is far outside.
DPT_INLINE v16 bounded(v16 x) { return smaller(larger(x, splat(-0x1p21f)), splat(0x1p21f)); }

DPT_INLINE i16 within(v16 x, float limit) { return (x >= splat(0.0f)) & (x < splat(limit)); }

DPT_INLINE v16 gather(const float *from, i16 places) {
  v16 v;
  for (int l = 0; l < DPT_LANES; l++) v[l] = from[places[l]];
  return v;
}

// Adds `weight` times the pixel (y, x) of each plane to the sums, and nothing outside the image.
DPT_INLINE void add_tap(const dpt_warping *w, const int channels, v16 y, v16 x, v16 weight, v16 *sums, v16 *mask) {
  const i16 inside = within(x, (float)w->width) & within(y, (float)w->height);
  weight = floats(bits(weight) & inside);
  const i16 places = inside & (__builtin_convertvector(y, i16) * (i16)(int32_t)w->width + __builtin_convertvector(x, i16));
  for (int c = 0; c < channels; c++) sums[c] = fma16(weight, gather(w->from[c], places), sums[c]);
  *mask += weight;
}

// `channels` is a constant, so that the loops over channels are unrolled.
DPT_INLINE void warp_channels(const dpt_warping *w, const int channels) {
  const v16 lane = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  const float middleX = 0.5f * (float)(w->width - 1), middleY = 0.5f * (float)(w->height - 1);
  const bool isFlat = w->depth[0] == 0.0f && w->depth[1] == 0.0f;
  for (long i = 0; i < w->height; i++) {
    const float below = (float)i - middleY;
    const float startX = w->across[1] * below + w->across[2], startY = w->down[1] * below + w->down[2];
    const float startDepth = w->depth[1] * below + 1.0f;
    for (long j = 0; j < w->width; j += DPT_LANES) {
      const v16 beside = lane + splat((float)j - middleX);
      v16 x, y;
      if (isFlat) {
        x = bounded(fma16(splat(w->across[0]), beside, splat(middleX + startX)));
        y = bounded(fma16(splat(w->down[0]), beside, splat(middleY + startY)));
      } else {
        const v16 depth = fma16(splat(w->depth[0]), beside, splat(startDepth));
        x = bounded(fma16(splat(w->across[0]), beside, splat(startX)) / depth + splat(middleX));
        y = bounded(fma16(splat(w->down[0]), beside, splat(startY)) / depth + splat(middleY));
      }
      v16 sums[3] = {0, 0, 0}, mask = 0;
      if (w->bilinear) {
        const v16 left = nearest_whole(x - splat(0.5f)), top = nearest_whole(y - splat(0.5f));
        const v16 right = x - left, bottom = y - top, one = splat(1.0f);
        add_tap(w, channels, top, left, (one - bottom) * (one - right), sums, &mask);
        add_tap(w, channels, top, left + one, (one - bottom) * right, sums, &mask);
        add_tap(w, channels, top + one, left, bottom * (one - right), sums, &mask);
        add_tap(w, channels, top + one, left + one, bottom * right, sums, &mask);
        // torchvision weights border pixels twice: by zeros outside the image, then by the mask.
        for (int c = 0; c < channels; c++) {
          const v16 fill = splat(w->fill[c]);
          sums[c] = fma16(sums[c] - fill, mask, fill);
        }
      } else {
        add_tap(w, channels, nearest_whole(y), nearest_whole(x), splat(1.0f), sums, &mask);
        for (int c = 0; c < channels; c++) sums[c] = choose(mask == splat(0.0f), splat(w->fill[c]), sums[c]);
      }
      for (int c = 0; c < channels; c++) store_some(w->to[c] + i * w->width + j, sums[c], w->width - j);
    }
  }
}

static void warp(const dpt_warping *w) {
  if (w->channels == 1)
    warp_channels(w, 1);
  else
    warp_channels(w, 3);
}

#endif
