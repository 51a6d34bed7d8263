// MPI and system calls for ranks that work together, as plain C functions: MPI on one communicator (a duplicate of the
// world, or those of its ranks that compute), shared memory of a machine's ranks, and counters in it.
//
// Built without MPI, the same functions describe a job of one rank.
// Functions that return int return 0, or a code for dpt_mpi_error_string. Every rank calls collective functions in the
// same order, from the thread that called dpt_mpi_init. Functions on messages may be called from any thread if
// dpt_mpi_serves_any_thread; they enter MPI one at a time. Lengths and offsets count bytes and may exceed 2^31.
#ifndef DPT_MPI_SHIM_H
#define DPT_MPI_SHIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Whether the program was built with MPI.
bool dpt_mpi_available(void);

// The library's version text ("Open MPI v4.1.4, ..."), empty without MPI. May be called before dpt_mpi_init.
const char *_Nonnull dpt_mpi_library_version(void);

// Starts MPI for calls from one thread at a time. From then on errors are returned, not fatal.
int dpt_mpi_init(void);

// Ends MPI; every rank must call it. No other call may follow.
int dpt_mpi_finalize(void);

// This process's rank and the number of ranks, after dpt_mpi_init.
int dpt_mpi_rank(void);
int dpt_mpi_size(void);

// Whether this MPI can be called from other threads than the one that called dpt_mpi_init (MPI_THREAD_SERIALIZED).
bool dpt_mpi_serves_any_thread(void);

// Selects the ranks that compute; they get new numbers in the same order, and all functions below concern only them. Every
// rank calls it once, before the others. Ranks that do not compute may then only call dpt_mpi_released and dpt_mpi_finalize.
int dpt_mpi_select(bool computes);

// Tells ranks that do not compute that the work is done, and their exit status. Rank 0 calls it, which always computes.
// `waiting` has their numbers before dpt_mpi_select.
int dpt_mpi_release(const int *_Nonnull waiting, int count, int exit_status);

// Whether the work is done; if so, the exit status.
int dpt_mpi_released(bool *_Nonnull released, int *_Nonnull exit_status);

// Divides the ranks into groups by number. Until dpt_mpi_leave_group the functions above and below, but dpt_mpi_abort, concern
// only the ranks of this rank's group, which get new numbers in the same order. Groups are not divided again.
int dpt_mpi_enter_group(int group);

// Ends the division for this rank's group; its ranks call it together. No message of the group may be under way.
int dpt_mpi_leave_group(void);

// Waits until every rank has called it.
int dpt_mpi_barrier(void);

// Copies `count` bytes of the root's buffer into every rank's buffer.
int dpt_mpi_broadcast(void *_Nullable buffer, size_t count, int root);

// Every rank sends counts[rank] bytes from `send` and receives rank r's at receive + offsets[r]. The send buffer may be its
// own place in `receive`. Counts and offsets have one entry per rank and are equal on all ranks.
int dpt_mpi_allgather(const void *_Nullable send, void *_Nullable receive, const ptrdiff_t *_Nonnull counts,
                      const ptrdiff_t *_Nonnull offsets);

// Sends send_counts[r] bytes from send + send_offsets[r] to rank r, and receives its receive_counts[r] bytes at
// receive + receive_offsets[r].
int dpt_mpi_alltoall(const void *_Nullable send, const ptrdiff_t *_Nonnull send_counts,
                     const ptrdiff_t *_Nonnull send_offsets, void *_Nullable receive,
                     const ptrdiff_t *_Nonnull receive_counts, const ptrdiff_t *_Nonnull receive_offsets);

// Adds vectors of floats of all ranks in place, in an order that MPI chooses.
int dpt_mpi_sum(float *_Nullable values, size_t count);

// For each rank, the lowest rank on its machine. By MPI's definition, ranks of one machine can share memory.
int dpt_mpi_machines(int *_Nonnull lowest_ranks);

// Lets MPI handle incoming messages while a rank waits for something else.
int dpt_mpi_progress(void);

// A message that is sent or received repeatedly with the same buffer, peer and tag. Messages between two ranks with one tag
// arrive in the order in which they are started.
typedef struct dpt_message dpt_message;

// Makes a message of `count` > 0 bytes to or from `peer`; `tag` is below 32768.
int dpt_mpi_message_create(bool sends, void *_Nonnull buffer, size_t count, int peer, int tag,
                           dpt_message *_Nullable *_Nonnull message);

// Starts to send or receive; the buffer belongs to MPI until the message is complete.
int dpt_mpi_message_start(dpt_message *_Nonnull message);

// Tests whether a started message is complete.
int dpt_mpi_message_test(dpt_message *_Nonnull message, bool *_Nonnull complete);

// Frees a message that is complete or was never started. May also be called after dpt_mpi_finalize.
void dpt_mpi_message_free(dpt_message *_Nonnull message);

// Ends the job on every rank with this exit status.
_Noreturn void dpt_mpi_abort(int exit_status);

// Writes MPI's description of a code as a C string of at most `capacity` bytes.
void dpt_mpi_error_string(int code, char *_Nonnull text, size_t capacity);

// Sets the maximum bytes of a message; longer ones travel in pieces. Must be equal on all ranks. For tests.
void dpt_mpi_set_chunk_limit(size_t bytes);

// Makes standard output flush at every line, so that a launcher's pipe loses none when the job is killed.
void dpt_mpi_line_buffer_stdout(void);

// MARK: Shared memory

// Creates and opens zeroed memory. Without a name (Linux), killed processes leave nothing behind, and other processes open it
// as /proc/PROCESS/fd/FILE. A POSIX name ("/...") stays until it is removed. Memory that `grows` may be larger than what is
// available. Returns 0 or errno.
int dpt_shared_create(const char *_Nullable name, size_t bytes, bool grows, int *_Nonnull file);

// Maps memory by its path in /proc or its name, and reserves this rank's own part near its processor, so that touching it
// cannot fail later; or for memory that grows, reserves nothing and keeps it open in `growing`. Returns NULL if that fails,
// with errno in `error`.
void *_Nullable dpt_shared_map(const char *_Nonnull place, size_t bytes, size_t own_start, size_t own_bytes,
                               int *_Nullable growing, int *_Nonnull error);

// Reserves a part of memory that grows. Returns 0 or errno.
int dpt_shared_grow(int file, size_t start, size_t bytes);

// Closes memory of dpt_shared_create and removes its name. Mappings stay; the memory is freed with the last of them.
void dpt_shared_close(const char *_Nullable name, int file);

// Ends a mapping.
void dpt_shared_unmap(void *_Nonnull start, size_t bytes);

// MARK: Counters in shared memory

// Counts arrivals; fills a cache line. Starts from zeroed memory. Values wrap around; compared values must be less than 2^31
// apart.
typedef struct {
  uint32_t value;
  uint32_t sleepers;
  uint8_t rest[56];
} dpt_counter;

// Counts one arrival, and wakes all sleepers if the counter is now `target`. Ranks that see the new value also see all
// earlier writes.
void dpt_counter_arrive(dpt_counter *_Nonnull counter, uint32_t target);

// Whether the counter has reached `target`.
bool dpt_counter_reached(const dpt_counter *_Nonnull counter, uint32_t target);

// Waits until the counter reaches `target`: first spins, then sleeps. Returns false if the time is over before.
bool dpt_counter_wait(dpt_counter *_Nonnull counter, uint32_t target, uint32_t spin_microseconds,
                      uint32_t sleep_microseconds);

// Yields the processor to another thread, or just pauses it for a moment.
void dpt_pause(bool yields);

// Makes this thread's sleeps precise; by default they end about 50 µs late.
void dpt_sleep_precisely(void);

// MARK: Processors

enum { DPT_PROCESSOR_WORDS = 16 };

// The processors that this process may run on, one bit each.
void dpt_processors(uint64_t mask[_Nonnull DPT_PROCESSOR_WORDS]);

#endif
