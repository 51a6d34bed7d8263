// The shim over a real MPI. MPI counts with int, so longer data than chunk_limit travels in pieces.
#if !defined(DPT_NO_MPI) && __has_include(<mpi.h>)

#include "CMPIShim.h"

#include <mpi.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { no_memory = -1, no_threads = -2, message_tag = 1, default_chunk_limit = 1 << 30, eager_looks = 1000 };

// All ranks that were started, and those of them that compute.
static MPI_Comm everyone = MPI_COMM_NULL;
static MPI_Comm world = MPI_COMM_NULL;
// For messages, so that they do not mix with those of collective operations.
static MPI_Comm mail = MPI_COMM_NULL;
// While the ranks that compute are divided into groups: the communicators of all of them.
static MPI_Comm whole = MPI_COMM_NULL;
static MPI_Comm whole_mail = MPI_COMM_NULL;
static int own_rank = 0, world_size = 1;
static bool serves_any_thread = false;
static size_t chunk_limit = default_chunk_limit;

// Scratch for one call: per rank a count, a displacement, two requests and two statuses.
static int *int_counts, *int_offsets;
static MPI_Request *requests;
static MPI_Status *statuses;

// MPI_THREAD_SERIALIZED: one thread in MPI at a time. A waiting thread leaves after each poll, so that others get in.
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static atomic_int before_gate;

static void enter_gate(void) {
  atomic_fetch_add(&before_gate, 1);
  pthread_mutex_lock(&gate);
  atomic_fetch_sub(&before_gate, 1);
}

static int leave_gate(int code) {
  pthread_mutex_unlock(&gate);
  return code;
}

// For repeated polls: lets threads that already wait at the gate go first.
static void enter_gate_politely(void) {
  if (atomic_load_explicit(&before_gate, memory_order_relaxed) > 0) sched_yield();
  enter_gate();
}

// Waits for requests unless `code` is an error. It spins for eager_looks polls, then yields between polls.
static int finish(int code, int count, MPI_Request *of, MPI_Status *with) {
  int is_done = 0;
  for (long looks = 0; code == MPI_SUCCESS && !is_done; looks++) {
    if (looks > 0) dpt_pause(looks > eager_looks);
    enter_gate_politely();
    code = leave_gate(MPI_Testall(count, of, &is_done, with));
  }
  return code;
}

static int finish_one(int code, MPI_Request request) { return finish(code, 1, &request, MPI_STATUSES_IGNORE); }

bool dpt_mpi_available(void) { return true; }

const char *dpt_mpi_library_version(void) {
  static char text[MPI_MAX_LIBRARY_VERSION_STRING];
  int length = 0;
  if (MPI_Get_library_version(text, &length) != MPI_SUCCESS) text[0] = '\0';
  return text;
}

static int allocate_scratch(void) {
  size_t n = (size_t)world_size;
  int_counts = malloc(n * sizeof *int_counts);
  int_offsets = malloc(n * sizeof *int_offsets);
  requests = malloc(2 * n * sizeof *requests);
  statuses = malloc(2 * n * sizeof *statuses);
  return int_counts && int_offsets && requests && statuses ? MPI_SUCCESS : no_memory;
}

// Makes `computing` the communicator of all later calls.
static int enter(MPI_Comm computing) {
  world = computing;
  int code = MPI_Comm_dup(world, &mail);
  if (code == MPI_SUCCESS) code = MPI_Comm_set_errhandler(mail, MPI_ERRORS_RETURN);
  if (code == MPI_SUCCESS) code = MPI_Comm_rank(world, &own_rank);
  if (code == MPI_SUCCESS) code = MPI_Comm_size(world, &world_size);
  return code;
}

// The code of several requests: if some failed, that of the first.
static int first_error(int code, const MPI_Status *of, int count) {
  if (code != MPI_ERR_IN_STATUS) return code;
  for (int i = 0; i < count; i++) {
    if (of[i].MPI_ERROR != MPI_SUCCESS && of[i].MPI_ERROR != MPI_ERR_PENDING) return of[i].MPI_ERROR;
  }
  return code;
}

int dpt_mpi_init(void) {
  int provided = MPI_THREAD_SINGLE;
  int code = MPI_Init_thread(NULL, NULL, MPI_THREAD_SERIALIZED, &provided);
  if (code != MPI_SUCCESS) return code;
  if (provided < MPI_THREAD_FUNNELED) return no_threads;
  serves_any_thread = provided >= MPI_THREAD_SERIALIZED;
  code = MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  if (code == MPI_SUCCESS) code = MPI_Comm_dup(MPI_COMM_WORLD, &everyone);
  if (code == MPI_SUCCESS) code = MPI_Comm_set_errhandler(everyone, MPI_ERRORS_RETURN);
  if (code == MPI_SUCCESS) code = enter(everyone);
  return code == MPI_SUCCESS ? allocate_scratch() : code;
}

int dpt_mpi_select(bool computes) {
  MPI_Comm part = MPI_COMM_NULL;
  int code = MPI_Comm_free(&mail);
  if (code == MPI_SUCCESS) code = MPI_Comm_split(everyone, computes ? 0 : MPI_UNDEFINED, own_rank, &part);
  if (code != MPI_SUCCESS || !computes) return code;
  // The scratch of more ranks is large enough.
  code = MPI_Comm_set_errhandler(part, MPI_ERRORS_RETURN);
  return code == MPI_SUCCESS ? enter(part) : code;
}

int dpt_mpi_release(const int *waiting, int count, int exit_status) {
  int code = MPI_SUCCESS, open = 0;
  for (; open < count && code == MPI_SUCCESS; open++) {
    code = MPI_Isend(&exit_status, 1, MPI_INT, waiting[open], message_tag, everyone, &requests[open]);
  }
  return code == MPI_SUCCESS ? first_error(MPI_Waitall(open, requests, statuses), statuses, open) : code;
}

int dpt_mpi_released(bool *released, int *exit_status) {
  int is_there = 0;
  int code = MPI_Iprobe(0, message_tag, everyone, &is_there, MPI_STATUS_IGNORE);
  *released = is_there != 0;
  if (code != MPI_SUCCESS || !is_there) return code;
  return MPI_Recv(exit_status, 1, MPI_INT, 0, message_tag, everyone, MPI_STATUS_IGNORE);
}

int dpt_mpi_finalize(void) {
  free(int_counts);
  free(int_offsets);
  free(requests);
  free(statuses);
  int code = mail == MPI_COMM_NULL ? MPI_SUCCESS : MPI_Comm_free(&mail);
  if (code == MPI_SUCCESS && world != everyone) code = MPI_Comm_free(&world);
  if (code == MPI_SUCCESS) code = MPI_Comm_free(&everyone);
  int end = MPI_Finalize();
  return code != MPI_SUCCESS ? code : end;
}

int dpt_mpi_enter_group(int group) {
  MPI_Comm part = MPI_COMM_NULL;
  int code = MPI_Comm_split(world, group, own_rank, &part);
  if (code == MPI_SUCCESS) code = MPI_Comm_set_errhandler(part, MPI_ERRORS_RETURN);
  if (code != MPI_SUCCESS) return code;
  whole = world;
  whole_mail = mail;
  // The scratch of more ranks is large enough.
  return enter(part);
}

int dpt_mpi_leave_group(void) {
  int code = MPI_Comm_free(&mail);
  if (code == MPI_SUCCESS) code = MPI_Comm_free(&world);
  world = whole;
  mail = whole_mail;
  if (code == MPI_SUCCESS) code = MPI_Comm_rank(world, &own_rank);
  return code == MPI_SUCCESS ? MPI_Comm_size(world, &world_size) : code;
}

int dpt_mpi_rank(void) { return own_rank; }

int dpt_mpi_size(void) { return world_size; }

bool dpt_mpi_serves_any_thread(void) { return serves_any_thread; }

int dpt_mpi_barrier(void) {
  MPI_Request request;
  enter_gate();
  return finish_one(leave_gate(MPI_Ibarrier(world, &request)), request);
}

// The length in bytes of piece `index` of a message of `count` bytes; 0 past the end.
static int piece_length(size_t count, size_t index) {
  size_t start = index * chunk_limit;
  if (start >= count) return 0;
  return (int)(count - start < chunk_limit ? count - start : chunk_limit);
}

int dpt_mpi_broadcast(void *buffer, size_t count, int root) {
  int code = MPI_SUCCESS;
  for (size_t piece = 0; code == MPI_SUCCESS && piece * chunk_limit < count; piece++) {
    MPI_Request request;
    enter_gate();
    code = MPI_Ibcast((char *)buffer + piece * chunk_limit, piece_length(count, piece), MPI_BYTE, root, world, &request);
    code = finish_one(leave_gate(code), request);
  }
  return code;
}

// The usual ring: in each step, a rank sends to its right neighbour the part that it got in the step before.
static int ring_allgather(char *receive, const ptrdiff_t *counts, const ptrdiff_t *offsets) {
  int right = (own_rank + 1) % world_size, left = (own_rank + world_size - 1) % world_size;
  for (int step = 0; step < world_size - 1; step++) {
    int out = (own_rank + world_size - step) % world_size, in = (out + world_size - 1) % world_size;
    size_t longer = (size_t)(counts[out] > counts[in] ? counts[out] : counts[in]);
    for (size_t piece = 0; piece * chunk_limit < longer; piece++) {
      int out_length = piece_length((size_t)counts[out], piece), in_length = piece_length((size_t)counts[in], piece);
      size_t start = piece * chunk_limit;
      MPI_Request both[2];
      enter_gate();
      int code = MPI_Irecv(in_length ? receive + offsets[in] + start : NULL, in_length, MPI_BYTE,
                           in_length ? left : MPI_PROC_NULL, message_tag, world, &both[0]);
      if (code == MPI_SUCCESS) {
        code = MPI_Isend(out_length ? receive + offsets[out] + start : NULL, out_length, MPI_BYTE,
                         out_length ? right : MPI_PROC_NULL, message_tag, world, &both[1]);
      }
      code = finish(leave_gate(code), 2, both, MPI_STATUSES_IGNORE);
      if (code != MPI_SUCCESS) return code;
    }
  }
  return MPI_SUCCESS;
}

int dpt_mpi_allgather(const void *send, void *receive, const ptrdiff_t *counts, const ptrdiff_t *offsets) {
  // MPI_IN_PLACE must be passed by all ranks or none, so copy the own part to its place first.
  char *own_place = (char *)receive + offsets[own_rank];
  if (counts[own_rank] > 0 && send != own_place) memcpy(own_place, send, (size_t)counts[own_rank]);
  bool fits = true;
  for (int r = 0; r < world_size; r++) fits = fits && (size_t)(offsets[r] + counts[r]) <= chunk_limit;
  if (!fits) return ring_allgather(receive, counts, offsets);
  for (int r = 0; r < world_size; r++) {
    int_counts[r] = (int)counts[r];
    int_offsets[r] = (int)offsets[r];
  }
  MPI_Request request;
  enter_gate();
  int code = MPI_Iallgatherv(MPI_IN_PLACE, 0, MPI_BYTE, receive, int_counts, int_offsets, MPI_BYTE, world, &request);
  return finish_one(leave_gate(code), request);
}

// For MPI_Alltoallv all ranks would have to agree whether their counts fit an int, but each knows only its own. So each
// pair exchanges pieces directly: piece i of all pairs at a time, starting with the nearest neighbours.
int dpt_mpi_alltoall(const void *send, const ptrdiff_t *send_counts, const ptrdiff_t *send_offsets, void *receive,
                     const ptrdiff_t *receive_counts, const ptrdiff_t *receive_offsets) {
  if (send_counts[own_rank] > 0) {
    memcpy((char *)receive + receive_offsets[own_rank], (const char *)send + send_offsets[own_rank],
           (size_t)send_counts[own_rank]);
  }
  for (size_t piece = 0;; piece++) {
    size_t start = piece * chunk_limit;
    int open = 0, code = MPI_SUCCESS;
    enter_gate();
    for (int step = 1; step < world_size && code == MPI_SUCCESS; step++) {
      int peer = (own_rank + world_size - step) % world_size;
      int length = piece_length((size_t)receive_counts[peer], piece);
      if (length == 0) continue;
      code = MPI_Irecv((char *)receive + receive_offsets[peer] + start, length, MPI_BYTE, peer, message_tag, world,
                       &requests[open++]);
    }
    for (int step = 1; step < world_size && code == MPI_SUCCESS; step++) {
      int peer = (own_rank + step) % world_size;
      int length = piece_length((size_t)send_counts[peer], piece);
      if (length == 0) continue;
      code = MPI_Isend((const char *)send + send_offsets[peer] + start, length, MPI_BYTE, peer, message_tag, world,
                       &requests[open++]);
    }
    leave_gate(code);
    if (code != MPI_SUCCESS || open == 0) return code;
    code = first_error(finish(code, open, requests, statuses), statuses, open);
    if (code != MPI_SUCCESS) return code;
  }
}

int dpt_mpi_sum(float *values, size_t count) {
  int code = MPI_SUCCESS;
  for (size_t start = 0; code == MPI_SUCCESS && start < count; start += default_chunk_limit) {
    size_t rest = count - start;
    // MPI_Iallreduce is slower. This may block: no other thread uses MPI while it adds gradients.
    enter_gate();
    code = leave_gate(MPI_Allreduce(MPI_IN_PLACE, values + start,
                                    (int)(rest < default_chunk_limit ? rest : default_chunk_limit), MPI_FLOAT, MPI_SUM,
                                    world));
  }
  return code;
}

int dpt_mpi_machines(int *lowest_ranks) {
  MPI_Comm machine = MPI_COMM_NULL;
  int code = MPI_Comm_split_type(world, MPI_COMM_TYPE_SHARED, own_rank, MPI_INFO_NULL, &machine);
  if (code != MPI_SUCCESS) return code;
  int lowest = own_rank;
  code = MPI_Bcast(&lowest, 1, MPI_INT, 0, machine);
  if (code == MPI_SUCCESS) code = MPI_Allgather(&lowest, 1, MPI_INT, lowest_ranks, 1, MPI_INT, world);
  int end = MPI_Comm_free(&machine);
  return code != MPI_SUCCESS ? code : end;
}

int dpt_mpi_progress(void) {
  int is_there = 0;
  enter_gate_politely();
  return leave_gate(MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, mail, &is_there, MPI_STATUS_IGNORE));
}

struct dpt_message {
  int pieces;
  MPI_Status *statuses;
  MPI_Request requests[];
};

int dpt_mpi_message_create(bool sends, void *buffer, size_t count, int peer, int tag, dpt_message **message) {
  size_t pieces = (count + chunk_limit - 1) / chunk_limit;
  dpt_message *made = malloc(sizeof *made + pieces * sizeof made->requests[0]);
  if (!made) return no_memory;
  made->pieces = 0;
  made->statuses = malloc(pieces * sizeof *made->statuses);
  int code = made->statuses ? MPI_SUCCESS : no_memory;
  enter_gate();
  for (size_t i = 0; code == MPI_SUCCESS && i < pieces; i++) {
    char *start = (char *)buffer + i * chunk_limit;
    int length = piece_length(count, i);
    code = sends ? MPI_Send_init(start, length, MPI_BYTE, peer, tag, mail, &made->requests[i])
                 : MPI_Recv_init(start, length, MPI_BYTE, peer, tag, mail, &made->requests[i]);
    if (code == MPI_SUCCESS) made->pieces++;
  }
  leave_gate(code);
  if (code == MPI_SUCCESS) *message = made;
  else dpt_mpi_message_free(made);
  return code;
}

int dpt_mpi_message_start(dpt_message *message) {
  enter_gate();
  return leave_gate(MPI_Startall(message->pieces, message->requests));
}

int dpt_mpi_message_test(dpt_message *message, bool *complete) {
  int flag = 0;
  enter_gate_politely();
  int code = leave_gate(MPI_Testall(message->pieces, message->requests, &flag, message->statuses));
  *complete = flag != 0;
  return first_error(code, message->statuses, message->pieces);
}

void dpt_mpi_message_free(dpt_message *message) {
  int has_ended = 0;
  enter_gate();
  if (MPI_Finalized(&has_ended) == MPI_SUCCESS && !has_ended) {
    for (int i = 0; i < message->pieces; i++) MPI_Request_free(&message->requests[i]);
  }
  leave_gate(MPI_SUCCESS);
  free(message->statuses);
  free(message);
}

void dpt_mpi_abort(int exit_status) {
  fflush(NULL);
  MPI_Abort(MPI_COMM_WORLD, exit_status);
  exit(exit_status);
}

void dpt_mpi_error_string(int code, char *text, size_t capacity) {
  char message[MPI_MAX_ERROR_STRING] = "";
  int length = 0;
  if (code == no_memory) {
    snprintf(text, capacity, "out of memory");
  } else if (code == no_threads) {
    snprintf(text, capacity, "this MPI allows no threads beside its own (MPI_THREAD_FUNNELED is needed)");
  } else if (MPI_Error_string(code, message, &length) == MPI_SUCCESS) {
    snprintf(text, capacity, "%s", message);
  } else {
    snprintf(text, capacity, "MPI error %d", code);
  }
}

void dpt_mpi_set_chunk_limit(size_t bytes) {
  chunk_limit = bytes > 0 && bytes < default_chunk_limit ? bytes : default_chunk_limit;
}

void dpt_mpi_line_buffer_stdout(void) { setvbuf(stdout, NULL, _IOLBF, 0); }

#endif
