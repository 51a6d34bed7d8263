// HDF5, and functions for its macros, which Swift cannot read.
#include <hdf5.h>
#include <string.h>

static inline hid_t dpt_hdf5_default(void) { return H5P_DEFAULT; }
static inline hid_t dpt_hdf5_dataset_creation(void) { return H5P_DATASET_CREATE; }
static inline hid_t dpt_hdf5_dataset_access(void) { return H5P_DATASET_ACCESS; }
static inline unsigned dpt_hdf5_read_only(void) { return H5F_ACC_RDONLY; }

// Begins the library, and lets it print no errors. Where it is built for threads, each has errors of its own.
static inline int dpt_hdf5_begin(void) { return H5open() < 0 || H5Eset_auto2(H5E_DEFAULT, NULL, NULL) < 0; }

static inline herr_t dpt_hdf5_take_error(unsigned place, const H5E_error2_t *error, void *text) {
  // The first one is the innermost, which tells most, unless a filter was looked for and not found.
  if (error->desc && (place == 0 || strstr(error->desc, "not registered"))) strncpy(text, error->desc, 400);
  return 0;
}

// Writes the best message of the last failure to `text`, which has room for 401 bytes and holds zeros.
static inline void dpt_hdf5_reason(char *text) {
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, dpt_hdf5_take_error, text);
}

// Whether the link at a place in the order of names is the object itself, not a path to one.
static inline int dpt_hdf5_is_hard(hid_t group, hsize_t place) {
  H5L_info_t facts;
  return H5Lget_info_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, place, &facts, H5P_DEFAULT) >= 0 &&
         facts.type == H5L_TYPE_HARD;
}

// The machine's integer type of a size in bytes; negative if there is none.
static inline hid_t dpt_hdf5_integer(size_t size, int is_signed) {
  switch (size) {
    case 1: return is_signed ? H5T_NATIVE_INT8 : H5T_NATIVE_UINT8;
    case 2: return is_signed ? H5T_NATIVE_INT16 : H5T_NATIVE_UINT16;
    case 4: return is_signed ? H5T_NATIVE_INT32 : H5T_NATIVE_UINT32;
    case 8: return is_signed ? H5T_NATIVE_INT64 : H5T_NATIVE_UINT64;
    default: return -1;
  }
}

// The machine's floating-point type of 4 or 8 bytes.
static inline hid_t dpt_hdf5_float(size_t size) { return size == 4 ? H5T_NATIVE_FLOAT : H5T_NATIVE_DOUBLE; }

// Whether a name in a file is a link to a path of the file (1) or of another file (2), and where to; 0 if it is neither. `file` and
// `path` are the other file's name and the path; they have room for `room` bytes, with a zero at the end.
static inline int dpt_hdf5_link(hid_t id, const char *name, char *file, char *path, size_t room) {
  H5L_info_t facts;
  if (H5Lget_info(id, name, &facts, H5P_DEFAULT) < 0) return 0;
  if (facts.type != H5L_TYPE_SOFT && facts.type != H5L_TYPE_EXTERNAL) return 0;
  file[0] = path[0] = 0;
  size_t size = facts.u.val_size;
  char held[4096];
  if (size > sizeof held || H5Lget_val(id, name, held, size, H5P_DEFAULT) < 0) return 0;
  if (facts.type == H5L_TYPE_SOFT) {
    strncpy(path, held, size < room ? size : room - 1);
    return 1;
  }
  const char *other = NULL, *object = NULL;
  unsigned flags;
  if (H5Lunpack_elink_val(held, size, &flags, &other, &object) < 0) return 0;
  strncpy(file, other, room - 1);
  strncpy(path, object, room - 1);
  return 2;
}
