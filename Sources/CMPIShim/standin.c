// The stand-in where MPI is not installed: a job of one rank, which has everything already.
#if defined(DPT_NO_MPI) || !__has_include(<mpi.h>)

#include "CMPIShim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool dpt_mpi_available(void) { return false; }

const char *dpt_mpi_library_version(void) { return ""; }

int dpt_mpi_init(void) { return 0; }

int dpt_mpi_finalize(void) { return 0; }

int dpt_mpi_rank(void) { return 0; }

int dpt_mpi_size(void) { return 1; }

int dpt_mpi_barrier(void) { return 0; }

int dpt_mpi_broadcast(void *buffer, size_t count, int root) {
  (void)buffer, (void)count, (void)root;
  return 0;
}

int dpt_mpi_allgather(const void *send, void *receive, const ptrdiff_t *counts, const ptrdiff_t *offsets) {
  if (counts[0] > 0) memmove((char *)receive + offsets[0], send, (size_t)counts[0]);
  return 0;
}

int dpt_mpi_alltoall(const void *send, const ptrdiff_t *send_counts, const ptrdiff_t *send_offsets, void *receive,
                     const ptrdiff_t *receive_counts, const ptrdiff_t *receive_offsets) {
  (void)receive_counts;
  if (send_counts[0] > 0) {
    memmove((char *)receive + receive_offsets[0], (const char *)send + send_offsets[0], (size_t)send_counts[0]);
  }
  return 0;
}

void dpt_mpi_abort(int exit_status) {
  fflush(NULL);
  exit(exit_status);
}

void dpt_mpi_error_string(int code, char *text, size_t capacity) {
  snprintf(text, capacity, "error %d, though the program was built without MPI", code);
}

void dpt_mpi_set_chunk_limit(size_t bytes) { (void)bytes; }

void dpt_mpi_line_buffer_stdout(void) { setvbuf(stdout, NULL, _IOLBF, 0); }

#endif
