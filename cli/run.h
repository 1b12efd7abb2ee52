/* What `bedplate run` decides before it starts a machine: how large that is, and who emulates or runs its CPUs. */
#ifndef CLI_RUN_H
#define CLI_RUN_H
#include "cli/dtb.h"
#include "cli/guests.h"
#include "cli/machine.h"

enum { RUN_CPUS_MAX = 64 };
#define RUN_BY_TURNS     "tcg,thread=single"
#define RUN_SIDE_BY_SIDE "tcg,thread=multi"

struct run_options {
    struct machine_options machine;
    unsigned seconds;
    const char *log;
    struct dtb tree;
    unsigned cpus_given;        /* by --host-cpus; 0: none were */
    bool memory_given;          /* by --host-memory */
    const char *why_tcg;        /* out of run_accelerator: why it is not KVM; NULL: it is, or was not asked */
    const char *why_single;     /* out: why CPUs take turns that would not have to; NULL: they do not */
    bool counts;                /* out: the clock counts instructions */
};

/* CPUs and memory, unless they are given, as the guests need them. False with a sentence: this machine has not as much. */
bool run_size(struct run_options *o, const struct guests *g, struct error *e);

enum run_answer { RUN_GOES, RUN_REFUSED, RUN_CANNOT };
/*
 * The accelerator, unless it is given, and what it asks of the machine (CPUs, a clock). With a sentence: RUN_REFUSED, options
 * and guests do not go together; RUN_CANNOT, this machine has no such accelerator.
 */
enum run_answer run_accelerator(struct run_options *o, const struct guests *g, const char *image, struct error *e);
/* What was decided, on stderr. */
void run_tell(const struct run_options *o);
#endif
