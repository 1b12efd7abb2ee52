/* Builds one domain. Internal to builder/. */
#ifndef HYPERVISOR_BUILDER_BUILD_H
#define HYPERVISOR_BUILDER_BUILD_H
#include "hypervisor/builder/plan.h"
#include "hypervisor/core/domain.h"
#include "lib/random.h"
#include "loader/bundle.h"

/* A guest of the bundle, for as long as the hypervisor runs: what it is built from, again and again. */
struct guest {
    struct platform platform;
    struct domain *domain;      /* NULL: does not run */
    unsigned starts;
    bool refused;               /* it does not fit the others: never built */
};

/* platform -> domain, ready to be started. NULL: *e says why, and nothing is held. */
struct domain *build_domain(struct guest *g, const struct bundle *b, struct error *e);
/* Gives back all that a domain held. None of its vCPUs is on. */
void build_undo(struct domain *d);

/* ---- between build.c and what a board needs (build_pc.c, build_virt.c) ---- */
/* Before anything is planned or taken: can this host's board be it at all? Settles what the platform leaves to the host. */
bool build_check(struct platform *p, struct error *e);
void build_traits(const struct platform *p, char *to, uint64_t size);   /* what of the board people are told */
/* With d->stage2 there: all of d, up to its first vCPU's first state. */
bool build_board(struct domain *d, const struct bundle *b, const struct plan *plan, struct error *e);
/* Its steps that are alike; in this order, after RAM. False: *e says why. */
bool build_place(struct domain *d, gpa_t at, struct span bytes, struct error *e);
bool build_modules(struct domain *d, const struct bundle *b, const struct plan *plan, struct error *e);
bool build_acpi(struct domain *d, const struct plan *plan, gpa_t *rsdp, uint64_t *used, struct error *e);
bool build_vcpus(struct domain *d, struct error *e);
bool build_out_of_memory(const struct platform *p, struct error *e);    /* the sentence; false */
unsigned build_order(uint64_t bytes);                                   /* of 4 KiB pages that hold so much */
/* Random bytes for a guest's /chosen (seed_virt.c). False: this host has no seed to draw them from. */
bool build_seed(uint8_t to[RANDOM_SEED]);
#endif
