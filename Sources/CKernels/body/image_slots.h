// Images laid out in slots for products.
#ifndef DPT_IMAGE_SLOTS_H
#define DPT_IMAGE_SLOTS_H

#include "gemm.h"

// Images of `channels` values a pixel, and where they lie: the distances of pixels, lines and images.
typedef struct {
  const element *at;
  long batch, height, width, channels;
  long stride, line, image;
} value_images;

// The same in slots.
typedef struct {
  const float *at;
  long stride, line, image;
  // Whether a pixel's slots lie behind those of the one before.
  bool areDense;
} slot_images;

// Pixels that are laid out in slots at once, if they do not lie so.
#define DPT_SLOT_PIXELS 1024

DPT_INLINE bool images_lie_in_slots(const value_images *m) { return !DPT_ROUNDED || lie_in_slots(m->channels, m->stride); }

// Images laid out in slots at once: all of them, if they lie so.
DPT_INLINE long images_at_once(const value_images *m) {
  if (images_lie_in_slots(m)) return m->batch;
  const long count = DPT_SLOT_PIXELS / (m->height * m->width > 0 ? m->height * m->width : 1);
  return count < 1 ? 1 : count < m->batch ? count : m->batch;
}

// Floats for the slots of images.
DPT_INLINE size_t slots_of_images(const value_images *m) {
  return images_lie_in_slots(m) ? 0 : (size_t)(images_at_once(m) * m->height * m->width * slots_of(m->channels)) + DPT_LANES;
}

// The slots of `count` images from one on.
DPT_INLINE slot_images images_in_slots(const value_images *m, long first, long count, float *scratch) {
  const element *at = m->at + first * m->image;
#if DPT_ROUNDED
  if (images_lie_in_slots(m))
    return (slot_images){(const float *)at, m->stride / 2, m->line / 2, m->image / 2, m->stride == m->channels};
  const long pixel = slots_of(m->channels);
  float *slots = scratch;
  for (long n = 0; n < count; n++)
    for (long h = 0; h < m->height; h++)
      for (long x = 0; x < m->width; x++, slots += pixel)
        write_slots(at + n * m->image + h * m->line + x * m->stride, m->channels, slots);
  return (slot_images){scratch, pixel, m->width * pixel, m->height * m->width * pixel, true};
#else
  (void)count, (void)scratch;
  return (slot_images){at, m->stride, m->line, m->image, m->stride == m->channels};
#endif
}

#endif
