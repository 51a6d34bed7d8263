// A network between network namespaces, with delay and limited rate, for kernels that cannot delay packets.
//
//     wire DELAY_MICROSECONDS RATE_MBIT NAMESPACE ADDRESS/PREFIX [NAMESPACE ADDRESS/PREFIX ...]
//
// Each namespace gets a TUN device `wire0` with its address. A packet leaves its machine at the rate (0: unlimited), travels
// for the delay, and enters the other machine at the rate. Packets of a machine stay in order. Runs until it is killed; prints
// "ready" when the devices are up. Needs root, and keeps a core busy: cc -O2 -o wire wire.c
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

enum { MTU = 9000, CAPACITY = 8192, MACHINES = 16, BURST = 64 };

typedef struct {
  double due;
  int length, target;
  unsigned char bytes[MTU + 64];
} Packet;

// A machine and its packets under way. It can send again at time `out` and receive again at time `in`.
typedef struct {
  int device;
  in_addr_t address;
  Packet *packets;
  unsigned head, tail;
  double out, in;
} Machine;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static Machine machine(const char *space, const char *address) {
  char text[300];
  snprintf(text, sizeof text, "/var/run/netns/%s", space);
  int handle = open(text, O_RDONLY);
  if (handle < 0 || setns(handle, CLONE_NEWNET)) fail(text);
  close(handle);
  Machine m = {.device = open("/dev/net/tun", O_RDWR | O_NONBLOCK), .packets = malloc(sizeof(Packet) * CAPACITY)};
  if (m.device < 0 || !m.packets) fail("/dev/net/tun");
  struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
  strcpy(request.ifr_name, "wire0");
  if (ioctl(m.device, TUNSETIFF, &request)) fail("TUNSETIFF");
  snprintf(text, sizeof text, "ip addr add %s dev wire0 && ip link set wire0 mtu %d txqueuelen 2000 up", address, MTU);
  if (system(text)) exit(1);
  snprintf(text, sizeof text, "%s", address);
  text[strcspn(text, "/")] = 0;
  m.address = inet_addr(text);
  return m;
}

static int machine_of(const Machine *machines, int count, in_addr_t address) {
  for (int i = 0; i < count; i++)
    if (machines[i].address == address) return i;
  return -1;
}

// Delivers the packets of `m` that are due. Returns the due time of its next packet, or `next` if that is earlier.
static double deliver(Machine *machines, Machine *m, double time, double perByte, double next) {
  while (m->head != m->tail) {
    Packet *p = &m->packets[m->head % CAPACITY];
    Machine *target = &machines[p->target];
    const double due = p->due > target->in ? p->due : target->in;
    if (due > time) return due < next ? due : next;
    if (write(target->device, p->bytes, (size_t)p->length) < 0 && errno == EAGAIN) return time;
    target->in = (target->in > p->due ? target->in : p->due) + p->length * perByte;
    m->head++;
  }
  return next;
}

static void receive(Machine *machines, int count, Machine *m, double delay, double perByte) {
  for (int k = 0; k < BURST && m->tail - m->head < CAPACITY; k++) {
    Packet *p = &m->packets[m->tail % CAPACITY];
    const ssize_t length = read(m->device, p->bytes, sizeof p->bytes);
    if (length <= 0) return;
    in_addr_t target;
    memcpy(&target, p->bytes + 16, sizeof target);
    p->target = p->bytes[0] >> 4 == 4 ? machine_of(machines, count, target) : -1;
    if (p->target < 0) continue;
    const double time = now();
    m->out = (m->out > time ? m->out : time) + (double)length * perByte;
    p->due = m->out + delay;
    p->length = (int)length;
    m->tail++;
  }
}

int main(int argc, char **argv) {
  const int count = (argc - 3) / 2;
  if (argc < 7 || argc % 2 == 0 || count > MACHINES) {
    fprintf(stderr, "usage: wire DELAY_MICROSECONDS RATE_MBIT NAMESPACE ADDRESS/PREFIX NAMESPACE ADDRESS/PREFIX ...\n");
    return 2;
  }
  const double delay = atof(argv[1]) * 1e-6, rate = atof(argv[2]) * 1e6 / 8, perByte = rate > 0 ? 1 / rate : 0;
  static Machine machines[MACHINES];
  for (int i = 0; i < count; i++) machines[i] = machine(argv[3 + 2 * i], argv[4 + 2 * i]);
  prctl(PR_SET_TIMERSLACK, 1);
  puts("ready");
  fflush(stdout);
  for (;;) {
    double next = now() + 1;
    struct pollfd polls[MACHINES];
    for (int i = 0; i < count; i++) {
      Machine *m = &machines[i];
      next = deliver(machines, m, now(), perByte, next);
      polls[i] = (struct pollfd){.fd = m->device, .events = m->tail - m->head < CAPACITY ? POLLIN : 0};
    }
    double wait = next - now();
    if (wait < 0) wait = 0;
    const struct timespec span = {(time_t)wait, (long)((wait - (double)(time_t)wait) * 1e9)};
    ppoll(polls, (nfds_t)count, &span, NULL);
    for (int i = 0; i < count; i++)
      if (polls[i].revents & POLLIN) receive(machines, count, &machines[i], delay, perByte);
  }
}
