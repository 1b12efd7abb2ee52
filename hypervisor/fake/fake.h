/* What tests may do to the fake architecture: give it RAM, set its clock, script a vCPU's exits, look at what was asked of it. */
#ifndef HYPERVISOR_FAKE_FAKE_H
#define HYPERVISOR_FAKE_FAKE_H
#include "hypervisor/arch.h"

enum { FAKE_RAM_BASE = 0x40000000 };        /* host physical */

/* A host with `bytes` of RAM (whole MiB) and `cpus` CPUs; frees what an earlier call made. */
const struct host *fake_host(uint64_t bytes, unsigned cpus);
void fake_set_bundle(const void *bytes, uint64_t size);     /* copied; before page_init */
extern uint64_t fake_now;                   /* arch_clock() */
extern unsigned fake_this_cpu;
extern unsigned fake_kicks[HOST_CPUS_MAX];
extern uint64_t fake_alarm;
extern void (*fake_idle)(void);             /* what arch_idle() does; NULL: nothing */

/* arch_enter returns these in turn, then EXIT_IDLE for ever. The array must outlive its use. */
void fake_script(struct arch_vcpu *v, const struct exit *exits, unsigned count);
/* What the console was sent; cleared by the call. */
const char *fake_console(void);
void fake_type(const char *text);           /* bytes for arch_console_get */
#endif
