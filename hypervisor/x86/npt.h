/* Nested page tables, as the entry code and the unit tests see them. */
#ifndef HYPERVISOR_X86_NPT_H
#define HYPERVISOR_X86_NPT_H
#include "hypervisor/arch_x86.h"

struct stage2 {
    hpa_t root;                         /* nested CR3 */
    uint64_t flushes;                   /* atomic: arch_stage2_flush counts; each vCPU remembers what it entered with */
    uint64_t tables;                    /* 4 KiB pages held, this struct's included */
    unsigned owner;
};

extern unsigned npt_largest;            /* level of the largest page: 2 (2 MiB) or 3 (1 GiB), set before the first map */
#endif
