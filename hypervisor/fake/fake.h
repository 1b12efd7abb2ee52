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

struct fake_event { bool interrupt, exception, nmi; uint8_t vector; uint32_t error; uint64_t address; };

/* arch_enter returns these in turn, then EXIT_IDLE for ever. The array must outlive its use. */
void fake_script(struct arch_vcpu *v, const struct exit *exits, unsigned count);
/* The mode a vCPU says it runs in: 16, 32 or 64 and its CPL. */
void fake_mode(struct arch_vcpu *v, unsigned mode, uint8_t cpl);
/* What was last injected; cleared by the call. */
struct fake_event fake_take_event(struct arch_vcpu *v);
/* What the console was sent; cleared by the call. */
const char *fake_console(void);
void fake_type(const char *text);           /* bytes for arch_console_get */
#endif
