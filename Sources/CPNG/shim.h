// libpng, and its low-level interface for 16-bit samples, which the simplified one converts to linear light. Its errors are
// long jumps, which must not pass through Swift.
#ifndef DPT_PNG_H
#define DPT_PNG_H

#include <png.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/// What is left of a file's bytes, and libpng's error message.
typedef struct {
  const uint8_t *bytes;
  size_t count;
  char error[96];
} dpt_png_source;

static inline void dpt_png_on_error(png_structp png, png_const_charp text) {
  dpt_png_source *source = png_get_error_ptr(png);
  snprintf(source->error, sizeof source->error, "%s", text);
  png_longjmp(png, 1);
}

static inline void dpt_png_on_warning(png_structp png, png_const_charp text) { (void)png, (void)text; }

static inline void dpt_png_read(png_structp png, png_bytep to, size_t count) {
  dpt_png_source *source = png_get_io_ptr(png);
  if (count > source->count) png_error(png, "the file ends early");
  memcpy(to, source->bytes, count);
  source->bytes += count;
  source->count -= count;
}

/// Decodes a file of 16-bit samples without its alpha: `count` samples in all, of `channels` each pixel. Returns whether
/// it could.
static inline int dpt_png_decode_wide(dpt_png_source *source, uint16_t *samples, size_t count, size_t channels) {
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, source, dpt_png_on_error, dpt_png_on_warning);
  if (!png) return 0;
  png_infop info = png_create_info_struct(png);
  if (!info || setjmp(png_jmpbuf(png))) {
    png_destroy_read_struct(&png, &info, NULL);
    return 0;
  }
  png_set_read_fn(png, source, dpt_png_read);
  png_read_info(png, info);
  png_set_strip_alpha(png);
  const uint16_t one = 1;
  if (*(const uint8_t *)&one) png_set_swap(png);
  const int passes = png_set_interlace_handling(png);
  png_read_update_info(png, info);
  const size_t height = png_get_image_height(png, info), row = channels * png_get_image_width(png, info);
  if (png_get_rowbytes(png, info) != 2 * row || height * row != count) png_error(png, "its header contradicts itself");
  for (int pass = 0; pass < passes; pass++)
    for (size_t y = 0; y < height; y++) png_read_row(png, (png_bytep)(samples + y * row), NULL);
  png_read_end(png, NULL);
  png_destroy_read_struct(&png, &info, NULL);
  return 1;
}

#endif
