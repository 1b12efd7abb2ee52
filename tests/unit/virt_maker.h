/* A domain of the Arm board on the fake architecture, and its first vCPU's turns through scripted exits. */
#ifndef TESTS_VIRT_MAKER_H
#define TESTS_VIRT_MAKER_H
#include "hypervisor/builder/build.h"
#include "hypervisor/core/page.h"
#include "hypervisor/core/sched.h"
#include "hypervisor/fake/fake_arm.h"
#include "hypervisor/machine/virt_exits.h"
#include "hypervisor/run.h"
#include "platform/virt_map.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#define RAM VIRT_RAM0_BASE
#define ENTRY (RAM + 0x1000)

static struct platform virt_platform;

static inline struct domain *virt_make(unsigned vcpus, unsigned gic)
{
    virt_platform = (struct platform){ .name = "t", .board = BOARD_VIRT, .vcpus = vcpus, .memory = MIB(2), .cmdline = "",
                                       .ram = { { gpa(RAM), MIB(2) } }, .arm = { .gic_version = gic, .pl011 = true, .pl011_backend = "" } };
    fake_gic_version = gic;
    page_init(fake_host(MIB(16), 1));
    sched_init(1);
    struct domain *d = domain_create(&virt_platform);
    assert_non_null(d);
    d->stage2 = arch_stage2_create(d->id);
    assert_true(domain_ram_add(d, gpa(RAM), MIB(2)));
    for (unsigned i = 0; i < vcpus; i++)
        d->vcpu[i]->arch = arch_vcpu_create(d->stage2, d->id);
    assert_true(machine_create(d));
    virt_start_state(d->vcpu[0], ENTRY, 0);
    atomic_store(&d->state, DOMAIN_RUNNING);
    vcpu_start(d->vcpu[0]);
    return d;
}

static inline void virt_end(struct domain *d)
{
    uint16_t id = d->id;
    domain_shutdown(d, END_POWEROFF);
    assert_true(domain_is_quiet(d));
    assert_true(domain_take_ended());
    build_undo(d);
    assert_int_equal(page_held_bytes(id), 0);
}

/* Runs vCPU `n`, who must be the next, through a script and its final WFI. True: it blocked. */
static inline bool virt_play(struct domain *d, unsigned n, const struct exit *script, unsigned count)
{
    struct vcpu *v = sched_next();
    assert_ptr_equal(v, d->vcpu[n]);
    fake_script(v->arch, script, count);
    bool blocked = run_vcpu(v);
    sched_put(v, blocked);
    return blocked;
}

static inline struct arm_regs *virt_regs(struct domain *d, unsigned n) { return arch_regs(d->vcpu[n]->arch); }

/* One exit by the first vCPU, which goes on after it; then it waits and is woken again. */
static inline void virt_one(struct domain *d, struct exit e)
{
    (void)virt_play(d, 0, &e, 1);
    vcpu_wake(d->vcpu[0]);
}

static inline struct exit virt_load(uint64_t at, unsigned size, unsigned reg)
{
    return (struct exit){ .kind = EXIT_MEMORY, .memory = { .at = gpa(at), .decoded = true, .wide = size == 8, .size = (uint8_t)size,
                                                           .reg = (uint8_t)reg, .gva = at } };
}

static inline struct exit virt_store(uint64_t at, unsigned size, unsigned reg)
{
    struct exit e = virt_load(at, size, reg);
    e.memory.write = true;
    return e;
}
#endif
