// A network between network namespaces with delay, jitter, loss and limited rate, for kernels that cannot do this to packets.
//
//     wire [OPTION ...] RATE_MBIT NAMESPACE ADDRESS/PREFIX NAMESPACE ADDRESS/PREFIX ...
//       -d MICROSECONDS   the delay of each packet
//       -j MICROSECONDS   lengthens or shortens each delay by up to this, at random
//       -l PERCENT        loses this share of the packets, at random
//       -p A-B=MBIT       the rate between the machines of these numbers, counted from 1
//
// Each namespace gets a TUN device `wire0` with its address. A packet leaves its machine at the rate (0: unlimited), travels
// for the delay, and enters the other machine at the rate. Packets from one machine to another stay in order. Runs until it is
// killed; prints "ready" when the devices are up, and on SIGTERM how many packets it took and lost. Needs root, and keeps a core
// busy: cc -O2 -o wire wire.c
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

enum { MTU = 9000, CAPACITY = 8192, MACHINES = 9, BURST = 64 };

typedef struct {
  double due;
  int length;
  unsigned char bytes[];
} Packet;

// The way from one machine to another, and the packets on it. Another can start at time `out`, after the last one's due time.
typedef struct {
  Packet *packets[CAPACITY];
  unsigned head, tail;
  double perByte, out, last;
} Way;

// A machine can send again at time `out` and receive again at time `in`.
typedef struct {
  int device;
  in_addr_t address;
  double out, in;
  Way ways[MACHINES];
} Machine;

static struct {
  double delay, jitter, loss, perByte;
} settings;

static volatile sig_atomic_t is_over;

static void end(int signal) { is_over = signal; }

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static void make(Machine *m, const char *space, const char *address) {
  char text[300];
  snprintf(text, sizeof text, "/var/run/netns/%s", space);
  int handle = open(text, O_RDONLY);
  if (handle < 0 || setns(handle, CLONE_NEWNET)) fail(text);
  close(handle);
  m->device = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
  if (m->device < 0) fail("/dev/net/tun");
  struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
  strcpy(request.ifr_name, "wire0");
  if (ioctl(m->device, TUNSETIFF, &request)) fail("TUNSETIFF");
  snprintf(text, sizeof text, "ip addr add %s dev wire0 && ip link set wire0 mtu %d txqueuelen 2000 up", address, MTU);
  if (system(text)) exit(1);
  snprintf(text, sizeof text, "%s", address);
  text[strcspn(text, "/")] = 0;
  m->address = inet_addr(text);
}

static int machine_of(const Machine *machines, int count, in_addr_t address) {
  for (int i = 0; i < count; i++)
    if (machines[i].address == address) return i;
  return -1;
}

// Delivers the packets on a way that are due. Returns the due time of its next packet, or `next` if that is earlier.
static double deliver(Machine *target, Way *way, double time, double next) {
  while (way->head != way->tail) {
    Packet *p = way->packets[way->head % CAPACITY];
    const double due = p->due > target->in ? p->due : target->in;
    if (due > time) return due < next ? due : next;
    if (write(target->device, p->bytes, (size_t)p->length) < 0 && errno == EAGAIN) return time;
    target->in = (target->in > p->due ? target->in : p->due) + p->length * settings.perByte;
    free(p);
    way->head++;
  }
  return next;
}

// Takes packets of `m`. A way that is full loses packets, as a switch does.
static void receive(Machine *machines, int count, Machine *m, long *taken, long *lost) {
  unsigned char bytes[MTU + 64];
  for (int k = 0; k < BURST; k++) {
    const ssize_t length = read(m->device, bytes, sizeof bytes);
    if (length <= 0) return;
    in_addr_t target;
    memcpy(&target, bytes + 16, sizeof target);
    const int number = bytes[0] >> 4 == 4 ? machine_of(machines, count, target) : -1;
    if (number < 0) continue;
    Way *way = &m->ways[number];
    const double time = now();
    m->out = (m->out > time ? m->out : time) + (double)length * settings.perByte;
    *taken += 1;
    if (way->tail - way->head == CAPACITY || drand48() < settings.loss) {
      *lost += 1;
      continue;
    }
    Packet *p = malloc(sizeof *p + (size_t)length);
    if (!p) fail("malloc");
    way->out = (way->out > m->out ? way->out : m->out) + (double)length * way->perByte;
    p->due = way->out + settings.delay + settings.jitter * (2 * drand48() - 1);
    if (p->due < way->last) p->due = way->last;
    way->last = p->due;
    p->length = (int)length;
    memcpy(p->bytes, bytes, (size_t)length);
    way->packets[way->tail++ % CAPACITY] = p;
  }
}

static double per_byte(double mbit) { return mbit > 0 ? 8e-6 / mbit : 0; }

int main(int argc, char **argv) {
  static Machine machines[MACHINES];
  int option, a, b;
  double mbit;
  while ((option = getopt(argc, argv, "d:j:l:p:")) != -1) {
    if (option == 'd') settings.delay = atof(optarg) * 1e-6;
    else if (option == 'j') settings.jitter = atof(optarg) * 1e-6;
    else if (option == 'l') settings.loss = atof(optarg) * 1e-2;
    else if (option == 'p' && sscanf(optarg, "%d-%d=%lf", &a, &b, &mbit) == 3 && a > 0 && b > 0 && a <= MACHINES &&
             b <= MACHINES)
      machines[a - 1].ways[b - 1].perByte = machines[b - 1].ways[a - 1].perByte = per_byte(mbit);
    else return 2;
  }
  const int count = (argc - optind - 1) / 2;
  if (argc - optind < 5 || (argc - optind) % 2 == 0 || count > MACHINES) {
    fprintf(stderr, "usage: wire [OPTION ...] RATE_MBIT NAMESPACE ADDRESS/PREFIX NAMESPACE ADDRESS/PREFIX ...\n");
    return 2;
  }
  settings.perByte = per_byte(atof(argv[optind]));
  for (int i = 0; i < count; i++) make(&machines[i], argv[optind + 1 + 2 * i], argv[optind + 2 + 2 * i]);
  prctl(PR_SET_TIMERSLACK, 1);
  signal(SIGTERM, end);
  puts("ready");
  fflush(stdout);
  long taken = 0, lost = 0;
  while (!is_over) {
    double next = now() + 1;
    struct pollfd polls[MACHINES];
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < count; j++) next = deliver(&machines[j], &machines[i].ways[j], now(), next);
      polls[i] = (struct pollfd){.fd = machines[i].device, .events = POLLIN};
    }
    double wait = next - now();
    if (wait < 0) wait = 0;
    const struct timespec span = {(time_t)wait, (long)((wait - (double)(time_t)wait) * 1e9)};
    ppoll(polls, (nfds_t)count, &span, NULL);
    for (int i = 0; i < count; i++)
      if (polls[i].revents & POLLIN) receive(machines, count, &machines[i], &taken, &lost);
  }
  printf("%ld packets, %ld lost\n", taken, lost);
}
