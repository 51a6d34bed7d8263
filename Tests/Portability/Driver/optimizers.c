// The optimizers.
#include "driver.h"

// A number of 0 ..< 1.
static double share(void) { return (double)draw(0, 999) / 1000; }

// Weights, gradients and the optimizers' state; squares are not negative.
typedef struct {
  long n;
  float *w, *g, *m, *v, *mean, *velocity;
} variables;

static variables draw_variables(void) {
  variables s = {.n = draw(1, 400)};
  s.w = random_floats(s.n, 1);
  s.g = random_floats(s.n, 1);
  s.m = random_floats(s.n, 0.1f);
  s.v = random_floats(s.n, 0.1f);
  for (long i = 0; i < s.n; i++) s.v[i] *= s.v[i];
  s.mean = random_floats(s.n, 0.1f);
  s.velocity = random_floats(s.n, 0.1f);
  return s;
}

static void hash_variables(const variables *s) {
  float *all[] = {s->w, s->m, s->v, s->mean, s->velocity};
  for (int i = 0; i < 5; i++) hash_floats(all[i], s->n);
}

static void sgd(void) {
  const variables s = draw_variables();
  float *velocity = draw_bool() ? s.m : NULL;
  const dpt_sgd_step step = {.learningRate = share(), .momentum = share(), .weightDecay = draw_bool() ? share() : 0,
                             .nesterov = draw_bool(), .first = draw_bool()};
  dpt_sgd(s.w, s.g, velocity, s.n, &step);
  hash_variables(&s);
}

static void rmsprop(void) {
  const variables s = draw_variables();
  const dpt_rmsprop_step step = {.learningRate = share(), .alpha = share(), .epsilon = 1e-8, .momentum = share(),
                                 .weightDecay = draw_bool() ? share() : 0};
  float *mean = draw_bool() ? s.mean : NULL, *velocity = draw_bool() ? s.velocity : NULL;
  dpt_rmsprop(s.w, s.g, s.v, mean, velocity, s.n, &step);
  hash_variables(&s);
}

static dpt_adam_step draw_adam(void) {
  return (dpt_adam_step){.learningRate = share(), .beta1 = share(), .beta2 = share(), .correction1 = share() + 0.001,
                         .correction2 = share() + 0.001, .epsilon = 1e-8, .weightDecay = draw_bool() ? share() : 0};
}

static void adam(void) {
  const variables s = draw_variables();
  const dpt_adam_step step = draw_adam();
  dpt_adam(s.w, s.g, s.m, s.v, s.n, &step, draw_bool());
  hash_variables(&s);
}

static void lamb(void) {
  const variables s = draw_variables();
  const dpt_adam_step step = draw_adam();
  dpt_lamb_direction(s.w, s.g, s.m, s.v, s.velocity, s.n, &step);
  hash_variables(&s);
}

static void lars(void) {
  const variables s = draw_variables();
  dpt_lars(s.w, s.g, s.velocity, s.n, share(), share(), share());
  hash_variables(&s);
}

void optimizer_cases(void) {
  each_case("sgd", 150, sgd);
  each_case("rmsprop", 150, rmsprop);
  each_case("adam", 150, adam);
  each_case("lamb", 100, lamb);
  each_case("lars", 100, lars);
}
