/* Routes an access to who answers there: tables of ranges, one for ports and one for memory per domain. */
#ifndef HYPERVISOR_CORE_IO_H
#define HYPERVISOR_CORE_IO_H
#include <stdbool.h>
#include <stdint.h>

struct vcpu;
struct io_access { uint64_t addr; uint8_t size; bool write; uint64_t value; };   /* addr: within the range once dispatched; size 1, 2, 4, 8 */

struct io_range {
    uint64_t base, size;
    /* v: who accesses. Reads leave the answer in a->value (0 on entry). */
    void (*access)(void *owner, struct vcpu *v, struct io_access *a);
    void *owner;
    const char *name;
};
enum { IO_RANGES_MAX = 16 };
struct io_map { struct io_range at[IO_RANGES_MAX]; unsigned count; };

/* False: the table is full, or the range meets another: a fault of ours. */
bool io_claim(struct io_map *m, struct io_range r);
/* Routes by first match. Unclaimed reads float high, unclaimed writes go nowhere; false says that nobody claimed it. */
bool io_dispatch(struct io_map *m, struct vcpu *v, struct io_access *a);
#endif
