/* xl's notation for sets of host CPUs. */
#ifndef CLI_CONFIG_CPUS_H
#define CLI_CONFIG_CPUS_H
#include "lib/error.h"
#include <stdint.h>

/* "0-3,5,^1" as bits, "all" as 0 (any); CPUs 0..63. False with a sentence that names `file`. */
bool config_cpus(const char *text, const char *file, uint64_t *set, struct error *e);
#endif
