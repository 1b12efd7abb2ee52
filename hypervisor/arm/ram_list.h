/* Lists of host RAM: of HOST_RAM_MAX entries at most; no entry's end wraps. */
#ifndef HYPERVISOR_ARM_RAM_LIST_H
#define HYPERVISOR_ARM_RAM_LIST_H
#include "hypervisor/arch.h"

struct ram_list { struct host_ram *ram; unsigned *count; };

/* Ascending, and what was named twice, once; neighbours become one. */
void ram_sort(struct ram_list l);
/* Takes the pages that [at, at+size) touches out of the list. A range it lies within becomes two; without room for that its upper part is lost. */
void ram_cut(struct ram_list l, uint64_t at, uint64_t size);
#endif
