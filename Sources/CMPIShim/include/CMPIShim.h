// What the program needs of MPI and of the system for ranks to work together, as plain C functions: MPI on one
// communicator (a duplicate of the world, or those of its ranks that compute), memory that ranks of a machine share,
// and counters in it.
//
// Where MPI was not installed when this was built, the same functions describe a job of one rank.
// Each function that returns int gives 0, or a code that dpt_mpi_error_string puts into words; collective ones are
// called by every rank, in the same order, from the thread that called dpt_mpi_init; those on messages from any thread
// where dpt_mpi_serves_any_thread: one at a time is let into MPI. Lengths and offsets count bytes and may be larger than
// 2^31.
#ifndef DPT_MPI_SHIM_H
#define DPT_MPI_SHIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Whether the program was built with MPI.
bool dpt_mpi_available(void);

// The library's own version text ("Open MPI v4.1.4, ..."), empty without MPI. May be asked before dpt_mpi_init.
const char *_Nonnull dpt_mpi_library_version(void);

// Starts MPI for calls from one thread at a time. Errors are returned from then on, not fatal.
int dpt_mpi_init(void);

// Ends MPI; every rank must call it. No other call may follow.
int dpt_mpi_finalize(void);

// This process's rank and the number of ranks, after dpt_mpi_init.
int dpt_mpi_rank(void);
int dpt_mpi_size(void);

// Whether this MPI can be called from other threads than the one that called dpt_mpi_init (MPI_THREAD_SERIALIZED).
bool dpt_mpi_serves_any_thread(void);

// Lets some ranks alone compute: they are numbered anew, in the same order, and all functions below are theirs. Called once
// by every rank, before the others. Those that do not compute may then call dpt_mpi_released and dpt_mpi_finalize only.
int dpt_mpi_select(bool computes);

// Tells ranks that do not compute that the work is done, and the status to exit with; called by rank 0, which computes.
// `waiting` has their numbers of before dpt_mpi_select.
int dpt_mpi_release(const int *_Nonnull waiting, int count, int exit_status);

// Whether the work is done, and then the status to exit with.
int dpt_mpi_released(bool *_Nonnull released, int *_Nonnull exit_status);

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

// Adds up vectors of floats of all ranks in place, in whatever order MPI likes.
int dpt_mpi_sum(float *_Nullable values, size_t count);

// The lowest rank on the machine of each rank, ranks of one machine being those that MPI says can share memory.
int dpt_mpi_machines(int *_Nonnull lowest_ranks);

// Lets MPI look after what came in; for ranks that wait for something else.
int dpt_mpi_progress(void);

// A message that is sent or received again and again between the same places. Messages between two ranks with one tag
// arrive in the order in which they are started.
typedef struct dpt_message dpt_message;

// Makes a message of `count` > 0 bytes to or from `peer`; `tag` is below 32768.
int dpt_mpi_message_create(bool sends, void *_Nonnull buffer, size_t count, int peer, int tag,
                           dpt_message *_Nullable *_Nonnull message);

// Starts to send or receive; the buffer belongs to MPI until the message is complete.
int dpt_mpi_message_start(dpt_message *_Nonnull message);

// Says whether a started message is complete.
int dpt_mpi_message_test(dpt_message *_Nonnull message, bool *_Nonnull complete);

// Frees a message that is not under way; may also be called after dpt_mpi_finalize.
void dpt_mpi_message_free(dpt_message *_Nonnull message);

// Ends the job on every rank with this exit status.
_Noreturn void dpt_mpi_abort(int exit_status);

// Writes what a code means, in MPI's words, as a C string of at most `capacity` bytes.
void dpt_mpi_error_string(int code, char *_Nonnull text, size_t capacity);

// The most bytes one message may hold; longer ones travel in pieces. Equal on all ranks; for tests of the cutting.
void dpt_mpi_set_chunk_limit(size_t bytes);

// Makes standard output flush at every line, so that a launcher's pipe loses none when the job is killed.
void dpt_mpi_line_buffer_stdout(void);

// MARK: Shared memory

// Makes zeroed memory and opens it: without a name, so that nothing is left where processes are killed (Linux; others find
// it as /proc/PROCESS/fd/FILE); or under a POSIX name ("/..."), which stays until it is removed. 0, or errno.
int dpt_shared_create(const char *_Nullable name, size_t bytes, int *_Nonnull file);

// Maps memory that was made, of a path in /proc or a name, and reserves the part that is this rank's own, near its
// processor, so that touching it cannot fail later. NULL where that fails, with errno in `error`.
void *_Nullable dpt_shared_map(const char *_Nonnull place, size_t bytes, size_t own_start, size_t own_bytes,
                               int *_Nonnull error);

// Closes what dpt_shared_create opened, and takes the name away; mappings stay, and the memory ends with the last of them.
void dpt_shared_close(const char *_Nullable name, int file);

// Ends a mapping.
void dpt_shared_unmap(void *_Nonnull start, size_t bytes);

// MARK: Counters in shared memory

// Counts arrivals, on a cache line of its own. Starts from zeroed memory. Values wrap around; those compared with each
// other lie less than 2^31 apart.
typedef struct {
  uint32_t value;
  uint32_t sleepers;
  uint8_t rest[56];
} dpt_counter;

// Counts one arrival, and wakes those that sleep where it makes the counter `target`. What was written before is seen by
// those that see the counter.
void dpt_counter_arrive(dpt_counter *_Nonnull counter, uint32_t target);

// Whether the counter has come to `target`.
bool dpt_counter_reached(const dpt_counter *_Nonnull counter, uint32_t target);

// Waits until the counter comes to `target`: first spins, then sleeps. False where it has not when the time is over.
bool dpt_counter_wait(dpt_counter *_Nonnull counter, uint32_t target, uint32_t spin_microseconds,
                      uint32_t sleep_microseconds);

// Gives the processor to another thread if `yields`, else lets it rest for a moment.
void dpt_pause(bool yields);

// Lets this thread's sleeps end when they should; the system is some 50 µs late otherwise.
void dpt_sleep_precisely(void);

// MARK: Processors

enum { DPT_PROCESSOR_WORDS = 16 };

// The processors that this process may run on, a bit each.
void dpt_processors(uint64_t mask[_Nonnull DPT_PROCESSOR_WORDS]);

#endif
