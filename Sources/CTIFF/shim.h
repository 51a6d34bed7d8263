// libtiff on bytes in memory. Its callbacks and its functions with a variable number of arguments are wrapped here: Swift
// cannot call them.
#ifndef DPT_TIFF_H
#define DPT_TIFF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <tiffio.h>

/// A file's bytes, and what libtiff says about them.
typedef struct {
  const uint8_t *bytes;
  uint64_t count, place;
  /// The first error since the text was last cleared.
  char error[240];
  /// The last warning of the decoder of JPEG parts.
  char warning[240];
} dpt_tiff_source;

/// The facts of a picture that say how its samples are stored.
typedef struct {
  uint32_t width, height;
  /// Of a tile, or of a strip, which is as wide as the picture.
  uint32_t chunk_width, chunk_height;
  uint16_t bits, samples, sample_format, photometric, compression, orientation, ink_set;
  /// The samples beyond the colour's, and what the first one is.
  uint16_t extra_count, extra_kind;
  bool is_tiled, is_separate, is_known_compression;
  /// Of a palette: 2^bits values of red, green and blue.
  const uint16_t *palette[3];
} dpt_tiff_facts;

// Handlers are shared by the whole process, so one that is called for the file of other code must not touch its handle.
static inline dpt_tiff_source **dpt_tiff_current(void) {
  static _Thread_local dpt_tiff_source *current;
  return &current;
}

static inline void dpt_tiff_on_error(thandle_t handle, const char *module, const char *format, va_list arguments) {
  (void)module;
  dpt_tiff_source *source = *dpt_tiff_current();
  if (source && source == handle && !source->error[0]) vsnprintf(source->error, sizeof source->error, format, arguments);
}

static inline void dpt_tiff_on_warning(thandle_t handle, const char *module, const char *format, va_list arguments) {
  dpt_tiff_source *source = *dpt_tiff_current();
  if (source && source == handle && module && !strcmp(module, "JPEGLib"))
    vsnprintf(source->warning, sizeof source->warning, format, arguments);
}

/// Keeps libtiff from writing to standard error.
static inline void dpt_tiff_silence(void) {
  TIFFSetErrorHandler(NULL);
  TIFFSetWarningHandler(NULL);
  TIFFSetErrorHandlerExt(dpt_tiff_on_error);
  TIFFSetWarningHandlerExt(dpt_tiff_on_warning);
}

static inline tmsize_t dpt_tiff_read(thandle_t handle, void *to, tmsize_t count) {
  dpt_tiff_source *source = handle;
  const uint64_t left = source->place < source->count ? source->count - source->place : 0;
  const uint64_t read = count < 0 ? 0 : (uint64_t)count < left ? (uint64_t)count : left;
  if (read) memcpy(to, source->bytes + source->place, read);
  source->place += read;
  return (tmsize_t)read;
}

static inline tmsize_t dpt_tiff_write(thandle_t handle, void *from, tmsize_t count) {
  (void)handle, (void)from, (void)count;
  return 0;
}

static inline toff_t dpt_tiff_seek(thandle_t handle, toff_t offset, int whence) {
  dpt_tiff_source *source = handle;
  source->place = whence == SEEK_SET ? offset : (whence == SEEK_CUR ? source->place : source->count) + offset;
  return source->place;
}

static inline int dpt_tiff_end(thandle_t handle) {
  (void)handle;
  return 0;
}

static inline toff_t dpt_tiff_size(thandle_t handle) { return ((dpt_tiff_source *)handle)->count; }

static inline int dpt_tiff_map(thandle_t handle, void **base, toff_t *size) {
  dpt_tiff_source *source = handle;
  *base = (void *)source->bytes;
  *size = source->count;
  return 1;
}

static inline void dpt_tiff_unmap(thandle_t handle, void *base, toff_t size) { (void)handle, (void)base, (void)size; }

/// Opens the first picture; NULL if there is none. The source must stay where it is until `dpt_tiff_close`.
static inline TIFF *dpt_tiff_open(dpt_tiff_source *source) {
  *dpt_tiff_current() = source;
  return TIFFClientOpen("image", "r", source, dpt_tiff_read, dpt_tiff_write, dpt_tiff_seek, dpt_tiff_end, dpt_tiff_size,
                        dpt_tiff_map, dpt_tiff_unmap);
}

static inline void dpt_tiff_close(TIFF *tiff) {
  if (tiff) TIFFClose(tiff);
  *dpt_tiff_current() = NULL;
}

/// Reads a picture's facts. Has its decoder give colours that are stored as brightness and two differences in JPEG parts as
/// red, green and blue; the photometric kind is then that of these.
static inline dpt_tiff_facts dpt_tiff_read_facts(TIFF *tiff) {
  dpt_tiff_facts facts = {0};
  uint16_t planar = PLANARCONFIG_CONTIG, *extra = NULL, *red = NULL, *green = NULL, *blue = NULL;
  TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &facts.width);
  TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &facts.height);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &facts.bits);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &facts.samples);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &facts.sample_format);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_COMPRESSION, &facts.compression);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_ORIENTATION, &facts.orientation);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_INKSET, &facts.ink_set);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &planar);
  facts.is_separate = planar == PLANARCONFIG_SEPARATE && facts.samples > 1;
  facts.is_known_compression = TIFFIsCODECConfigured(facts.compression);
  if (!TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &facts.photometric))
    facts.photometric = facts.samples >= 3 ? PHOTOMETRIC_RGB : PHOTOMETRIC_MINISBLACK;
  if (TIFFGetFieldDefaulted(tiff, TIFFTAG_EXTRASAMPLES, &facts.extra_count, &extra) && facts.extra_count && extra)
    facts.extra_kind = extra[0];
  if (facts.photometric == PHOTOMETRIC_PALETTE && TIFFGetField(tiff, TIFFTAG_COLORMAP, &red, &green, &blue)) {
    facts.palette[0] = red;
    facts.palette[1] = green;
    facts.palette[2] = blue;
  }
  if (facts.photometric == PHOTOMETRIC_YCBCR && facts.compression == COMPRESSION_JPEG && !facts.is_separate &&
      TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB))
    facts.photometric = PHOTOMETRIC_RGB;
  facts.is_tiled = TIFFIsTiled(tiff);
  if (facts.is_tiled) {
    TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &facts.chunk_width);
    TIFFGetField(tiff, TIFFTAG_TILELENGTH, &facts.chunk_height);
  } else {
    TIFFGetFieldDefaulted(tiff, TIFFTAG_ROWSPERSTRIP, &facts.chunk_height);
    facts.chunk_width = facts.width;
    if (facts.chunk_height > facts.height) facts.chunk_height = facts.height;
  }
  return facts;
}

#endif
