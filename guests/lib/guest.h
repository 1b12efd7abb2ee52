/*
 * The runtime of a one-page test guest, of a PC or of Arm. A test is one file: it defines test_name and test_title, says in a
 * comment what is claimed, and checks it in test_main(), which runs in 64-bit mode with memory mapped one to one (a PC: the
 * first 4 GiB), interrupts off, faults caught. Verdicts: PASS, SKIP, ERROR (the test could not be made), FAIL; the worst wins,
 * and the last line is "TEST-RESULT: name VERDICT". What only one architecture has stands in x86/pc.h and arm/arm.h.
 */
#ifndef GUESTS_LIB_GUEST_H
#define GUESTS_LIB_GUEST_H
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

extern const char test_name[], test_title[];
void test_main(void);
_Noreturn void guest_main(void);        /* the architecture's start ends here: CPU 0, faults caught */

/* ---- verdicts (verdict.c) -------------------------------------------------------------- */
void check_(bool ok, const char *file, int line, const char *fmt, ...) __attribute__((format(printf, 4, 5)));
#define CHECK(ok, ...) check_((ok), __FILE__, __LINE__, __VA_ARGS__)
/* Prints both numbers when they differ. */
#define CHECK_EQ(is, want, what) check_equal((uint64_t)(is), (uint64_t)(want), __FILE__, __LINE__, (what))
void check_equal(uint64_t is, uint64_t want, const char *file, int line, const char *what);
void skip(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void test_end(void);          /* prints the verdict and ends the guest as it deserves */
void power_off(void);                   /* without Xen; returns where there is no way */
_Noreturn void break_down(void);        /* a crash, as this guest can have one */
void test_verdict(void);                /* prints the verdict only: for tests whose claim is the way they end */

/* ---- console ---------------------------------------------------------------------------- */
/* By hypercall, or through the UART without Xen; "out=ring" or "out=uart" in the command line choose otherwise. */
void print(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void console_init(void);
void console_text(const char *s, size_t n);
bool ring_write(const char *s, size_t n);   /* PV console: all of it, waiting for room (bounded). False: there is no ring, or nobody reads */
size_t ring_read(char *to, size_t n);

void uart_write(const char *s, size_t n);   /* of the architecture: each byte, waiting for room */

/* ---- what the guest was handed (words.c, and boot.c of the architecture) --------------------- */
const char *cmdline(void);                                  /* "" when none */
bool cmdline_word(const char *key, char *to, size_t size);  /* "key=value", or "key" alone (value "") */
uint64_t cmdline_number(const char *key, uint64_t otherwise);
uint64_t number(const char *text);                          /* decimal or 0x */
struct ram { uint64_t base, end; };
bool ram_range(unsigned i, struct ram *r);                  /* the i-th piece of RAM that we were told of; false: no more */
uint64_t ram_end(void);                                     /* the end of the last; 0: we were told of none */
uint64_t placed_end(uint64_t at);                           /* `at` lies in the program or in what was handed over: the end of that; 0: in neither */
bool handed_well(void);                                     /* what was handed over begins as it should */

/* ---- CPUs ------------------------------------------------------------------------------------ */
enum { CPUS_MAX = 64 };
struct cpu;                                                 /* .number: 0 is the first */
typedef void ap_entry(struct cpu *cpu);
/* Starts CPU `number` (1..) in the way that needs no device, and waits until it is up; it runs f, then stops. False: it did not come up. */
bool cpu_start(unsigned number, ap_entry *f);

/* ---- time -------------------------------------------------------------------------------------- */
uint64_t ticks_hz(void);                                    /* how fast ticks() counts */
void delay_us(uint64_t us);
/* Waits until cond holds, with interrupts as they are: false after about `s` seconds. */
#define wait_for(cond, s) ({ uint64_t end_ = ticks() + ticks_hz() * (s); bool ok_; while (!(ok_ = (cond)) && ticks() < end_) pause(); ok_; })

/* ---- memory (pages.c) -------------------------------------------------------------------------- */
void *page_take(void);                                      /* zeroed, from the runtime's own pool; never given back */
bool map_gib(unsigned gib);                                 /* one to one; false: not possible */

/* ---- Xen (xen.c) ------------------------------------------------------------------------------- */
bool xen_init(void);                                        /* finds it; of the architecture */
bool has_xen(void);
int64_t hypercall(unsigned nr, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e);
struct shared_info *shared_info(void);                      /* mapped on first use; NULL: refused */
struct vcpu_info *vcpu_info(unsigned vcpu);
int64_t evtchn_op(unsigned cmd, void *arg);
int64_t vcpu_op(unsigned cmd, unsigned vcpu, void *arg);
int64_t memory_op(unsigned cmd, void *arg);
int64_t hvm_op(unsigned cmd, void *arg);
int64_t hvm_param_get(unsigned index, uint64_t *value);
int64_t hvm_param_set(unsigned index, uint64_t value);
void xen_shutdown(unsigned reason);                         /* SHUTDOWN_* */
uint64_t system_time_ns(unsigned vcpu);                     /* Xen's clock, read without a hypercall */
uint32_t domain_number(void);                               /* it grows with each start; 0: none */
bool upcall_on(void (*f)(void));                            /* calls f at each upcall on this CPU; false: refused */
uint32_t upcalls(void);                                     /* taken on this CPU */

#ifdef __aarch64__
#include "guests/lib/arm/arm.h"
#else
#include "guests/lib/x86/pc.h"
#endif
#endif
