/* Builds one domain. Internal to builder/. */
#ifndef HYPERVISOR_BUILDER_BUILD_H
#define HYPERVISOR_BUILDER_BUILD_H
#include "hypervisor/core/domain.h"
#include "loader/bundle.h"

/* A guest of the bundle, for as long as the hypervisor runs: what it is built from, again and again. */
struct guest {
    struct platform platform;
    struct domain *domain;      /* NULL: does not run */
    unsigned starts;
};

/* platform -> domain, ready to be started. NULL: *e says why, and nothing is held. */
struct domain *build_domain(struct guest *g, const struct bundle *b, struct error *e);
/* Gives back all that a domain held. None of its vCPUs is on. */
void build_undo(struct domain *d);
#endif
