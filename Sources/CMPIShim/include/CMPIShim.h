// What the program needs of MPI, as plain C functions on one communicator (a duplicate of the world).
//
// Where MPI was not installed when this was built, the same functions describe a job of one rank.
// Each function that returns int gives 0, or a code that dpt_mpi_error_string puts into words; collective ones are
// called by every rank, in the same order, from the thread that called dpt_mpi_init. Lengths and offsets count bytes
// and may be larger than 2^31.
#ifndef DPT_MPI_SHIM_H
#define DPT_MPI_SHIM_H

#include <stdbool.h>
#include <stddef.h>

// Whether the program was built with MPI.
bool dpt_mpi_available(void);

// The library's own version text ("Open MPI v4.1.4, ..."), empty without MPI. May be asked before dpt_mpi_init.
const char *_Nonnull dpt_mpi_library_version(void);

// Starts MPI for calls from this one thread. Errors are returned from then on, not fatal.
int dpt_mpi_init(void);

// Ends MPI; every rank must call it. No other call may follow.
int dpt_mpi_finalize(void);

// This process's rank and the number of ranks, after dpt_mpi_init.
int dpt_mpi_rank(void);
int dpt_mpi_size(void);

// Waits until every rank has called it.
int dpt_mpi_barrier(void);

// Copies `count` bytes of the root's buffer into every rank's buffer.
int dpt_mpi_broadcast(void *_Nullable buffer, size_t count, int root);

// Every rank gives counts[rank] bytes at `send` and gets rank r's at receive + offsets[r]. The send buffer may be its
// own place in `receive`. Counts and offsets have one entry a rank and are equal on all ranks.
int dpt_mpi_allgather(const void *_Nullable send, void *_Nullable receive, const ptrdiff_t *_Nonnull counts,
                      const ptrdiff_t *_Nonnull offsets);

// Rank r gets send_counts[r] bytes at send + send_offsets[r]; what it sends here lies at receive + receive_offsets[r].
int dpt_mpi_alltoall(const void *_Nullable send, const ptrdiff_t *_Nonnull send_counts,
                     const ptrdiff_t *_Nonnull send_offsets, void *_Nullable receive,
                     const ptrdiff_t *_Nonnull receive_counts, const ptrdiff_t *_Nonnull receive_offsets);

// Ends the job on every rank with this exit status.
_Noreturn void dpt_mpi_abort(int exit_status);

// Writes what a code means, in MPI's words, as a C string of at most `capacity` bytes.
void dpt_mpi_error_string(int code, char *_Nonnull text, size_t capacity);

// The most bytes one message may hold; longer ones travel in pieces. Equal on all ranks; for tests of the cutting.
void dpt_mpi_set_chunk_limit(size_t bytes);

// Makes standard output flush at every line, so that a launcher's pipe loses none when the job is killed.
void dpt_mpi_line_buffer_stdout(void);

#endif
