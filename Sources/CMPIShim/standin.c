// The shim without MPI: a job of one rank.
#if defined(DPT_NO_MPI) || !__has_include(<mpi.h>)

#if defined(DPT_NAMED_MPI) && !defined(DPT_NO_MPI)
#error "the MPI that DPTRAIN_MPI_PC names has no mpi.h here: install it, or let PKG_CONFIG_PATH name the folder of its .pc file"
#endif

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

bool dpt_mpi_serves_any_thread(void) { return false; }

int dpt_mpi_select(bool computes) {
  (void)computes;
  return 0;
}

int dpt_mpi_release(const int *waiting, int count, int exit_status) {
  (void)waiting, (void)count, (void)exit_status;
  return 0;
}

int dpt_mpi_released(bool *released, int *exit_status) {
  *released = true;
  *exit_status = 0;
  return 0;
}

int dpt_mpi_enter_group(int group) {
  (void)group;
  return 0;
}

int dpt_mpi_leave_group(void) { return 0; }

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

int dpt_mpi_sum(float *values, size_t count) {
  (void)values, (void)count;
  return 0;
}

int dpt_mpi_machines(int *lowest_ranks) {
  lowest_ranks[0] = 0;
  return 0;
}

int dpt_mpi_progress(void) { return 0; }

// A single rank has no peer for messages.
enum { no_peer = 1 };

int dpt_mpi_message_create(bool sends, void *buffer, size_t count, int peer, int tag, dpt_message **message) {
  (void)sends, (void)buffer, (void)count, (void)peer, (void)tag, (void)message;
  return no_peer;
}

int dpt_mpi_message_start(dpt_message *message) {
  (void)message;
  return no_peer;
}

int dpt_mpi_message_test(dpt_message *message, bool *complete) {
  (void)message, (void)complete;
  return no_peer;
}

void dpt_mpi_message_free(dpt_message *message) { (void)message; }

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
