/* TLB maintenance for the VMID that VTTBR_EL2 names (DDI 0487, D8.14). "All CPUs": the inner shareable domain; DSB by who calls. */
#ifndef HYPERVISOR_ARM_TLB_H
#define HYPERVISOR_ARM_TLB_H
#include <stdint.h>

/* Both stages, all CPUs. */
static inline void tlbi_vmid_all(void) { __asm__ volatile("tlbi vmalls12e1is" : : : "memory"); }
/* Stage 2 of one page's or block's address, all CPUs; then stage 1, by which TLBs that keep both stages as one forget it too. */
static inline void tlbi_ipa(uint64_t page) { __asm__ volatile("tlbi ipas2e1is, %0" : : "r"(page) : "memory"); }
static inline void tlbi_vmid_stage1(void) { __asm__ volatile("tlbi vmalle1is" : : : "memory"); }
/* Stage 1 on this CPU, done when it returns. */
static inline void tlbi_vmid_here(void) { __asm__ volatile("tlbi vmalle1\n\tdsb nsh\n\tisb" : : : "memory"); }
/* All instruction caches, done when it returns. */
static inline void icache_invalidate(void) { __asm__ volatile("ic ialluis\n\tdsb ish\n\tisb" : : : "memory"); }
#endif
