/*
 * Owns: what a guest asks of its firmware: PSCI 1.1 (DEN 0022D) and the SMC Calling Convention 1.1 (DEN 0028). A call is a row.
 * Invariant: of all CPU_ON for one vCPU, under domain.lock, one finds it off and sets its state; it is off only once its CPU has
 * left it and saved what it had, so nobody sets the state of a vCPU that still runs.
 */
#include "hypervisor/core/guest.h"
#include "hypervisor/machine/virt.h"

enum {
    PSCI_SUCCESS = 0, PSCI_NOT_SUPPORTED = -1, PSCI_INVALID_PARAMETERS = -2, PSCI_DENIED = -3, PSCI_ALREADY_ON = -4,
    PSCI_INVALID_ADDRESS = -9,
    PSCI_1_1 = 0x10001, SMCCC_1_1 = 0x10001,
    AFFINITY_ON = 0, AFFINITY_OFF = 1, TRUSTED_OS_NONE = 2,
};
#define FUNCTION_64  0x40000000u        /* SMC64: arguments are 64 bits */
#define MPIDR_FIELDS UINT64_C(0xff00ffffff)
#define POWER_KNOWN  0x0301ffffu        /* original format (5.4.1): level, type, id */
#define POWER_DOWN   0x00010000u
#define RESET_VENDOR 0x80000000u

struct psci_call {
    struct vcpu *v;
    bool wide;
    uint64_t arg[3];
    enum virt_next next;
};

static int64_t version(struct psci_call *c) { (void)c; return PSCI_1_1; }
static int64_t smccc_version(struct psci_call *c) { (void)c; return SMCCC_1_1; }
static int64_t trusted_os(struct psci_call *c) { (void)c; return TRUSTED_OS_NONE; }

static bool is_ram(struct domain *d, uint64_t at)
{
    uint32_t word;
    return !(at & 3) && guest_read(d, gpa(at), &word, sizeof(word));
}

/*
 * Every state is given as standby, which DEN 0022 allows (5.4.5: a shallower state than asked for; the call then returns as one of a
 * standby does). Waking is as from WFI.
 */
static int64_t cpu_suspend(struct psci_call *c)
{
    if (c->arg[0] & ~(uint64_t)POWER_KNOWN)
        return PSCI_INVALID_PARAMETERS;
    if ((c->arg[0] & POWER_DOWN) && !is_ram(c->v->domain, c->arg[1]))
        return PSCI_INVALID_ADDRESS;
    c->next = VIRT_WAIT;
    return PSCI_SUCCESS;
}

/* The last to go takes the domain with it: nothing could ever bring it back. */
static int64_t cpu_off(struct psci_call *c)
{
    struct domain *d = c->v->domain;
    bool others = false;
    lock_take(&d->lock);
    for (unsigned i = 0; i < d->vcpus; i++)
        others |= d->vcpu[i] != c->v && vcpu_is_on(d->vcpu[i]) && !atomic_load(&d->vcpu[i]->stop);
    if (others)
        vcpu_stop(c->v);
    lock_give(&d->lock);
    if (!others)
        domain_shutdown(d, END_POWEROFF);
    c->next = VIRT_LEAVE;
    return PSCI_SUCCESS;
}

static int64_t cpu_on(struct psci_call *c)
{
    struct domain *d = c->v->domain;
    struct vcpu *v = virt_by_affinity(d, c->arg[0]);
    if (!v || atomic_load(&v->absent))
        return PSCI_INVALID_PARAMETERS;
    if (!is_ram(d, c->arg[1]))
        return PSCI_INVALID_ADDRESS;
    lock_take(&d->lock);
    bool off = !vcpu_is_on(v);
    if (off) {
        virt_start_state(v, c->arg[1], c->arg[2]);
        vcpu_start(v);
    }
    lock_give(&d->lock);
    return off ? PSCI_SUCCESS : PSCI_ALREADY_ON;
}

/* Of all CPUs that agree with the affinity above `level` bits: on if one is. */
static int64_t affinity_info(struct psci_call *c)
{
    struct domain *d = c->v->domain;
    uint64_t level = c->arg[1], mask;
    bool found = false;
    if (level > 3 || (c->arg[0] & ~MPIDR_FIELDS))
        return PSCI_INVALID_PARAMETERS;
    mask = level == 3 ? MPIDR_FIELDS & ~UINT64_C(0xffffff) : MPIDR_FIELDS & (UINT64_MAX << 8 * level);
    for (unsigned i = 0; i < d->vcpus; i++) {
        if ((platform_mpidr(i) ^ c->arg[0]) & mask)
            continue;
        if (vcpu_is_on(d->vcpu[i]))
            return AFFINITY_ON;
        found = true;
    }
    return found ? AFFINITY_OFF : PSCI_INVALID_PARAMETERS;
}

static int64_t end(struct psci_call *c, enum domain_end how)
{
    domain_shutdown(c->v->domain, how);
    c->next = VIRT_LEAVE;
    return PSCI_SUCCESS;
}

static int64_t system_off(struct psci_call *c) { return end(c, END_POWEROFF); }
static int64_t system_reset(struct psci_call *c) { return end(c, END_REBOOT); }

/* 0: SYSTEM_WARM_RESET, which keeps nothing here that a cold one does not. */
static int64_t system_reset2(struct psci_call *c)
{
    if ((uint32_t)c->arg[0])
        return (uint32_t)c->arg[0] & RESET_VENDOR ? PSCI_NOT_SUPPORTED : PSCI_INVALID_PARAMETERS;
    return end(c, END_REBOOT);
}

static int64_t psci_features(struct psci_call *c);
static int64_t arch_features(struct psci_call *c);

/* either: also as SMC64, with FUNCTION_64 set. */
static const struct row { uint32_t function; bool either; int64_t (*call)(struct psci_call *c); } rows[] = {
    { 0x80000000, false, smccc_version }, { 0x80000001, false, arch_features },
    { 0x84000000, false, version }, { 0x84000001, true, cpu_suspend }, { 0x84000002, false, cpu_off }, { 0x84000003, true, cpu_on },
    { 0x84000004, true, affinity_info }, { 0x84000006, false, trusted_os }, { 0x84000008, false, system_off },
    { 0x84000009, false, system_reset }, { 0x8400000a, false, psci_features }, { 0x84000012, true, system_reset2 },
};

static const struct row *find(uint32_t function)
{
    for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        if (function == rows[i].function || (rows[i].either && function == (rows[i].function | FUNCTION_64)))
            return &rows[i];
    return NULL;
}

/* What may be asked about: PSCI's own, and SMCCC_VERSION (5.15.2), whose answer there is how its callers find it. */
static int64_t psci_features(struct psci_call *c)
{
    uint32_t function = (uint32_t)c->arg[0];
    bool ours = (function & 0xbfff0000u) == 0x84000000u || function == 0x80000000u;
    return ours && find(function) ? PSCI_SUCCESS : PSCI_NOT_SUPPORTED;
}

/* Workarounds (0x80008000, 0x80007fff, 0x80003fff) are firmware's to offer: not ours, and the guest's kernel tells its user so. */
static int64_t arch_features(struct psci_call *c)
{
    uint32_t function = (uint32_t)c->arg[0];
    return function >> 16 == 0x8000 && find(function) ? PSCI_SUCCESS : PSCI_NOT_SUPPORTED;
}

enum virt_next virt_smccc(struct vcpu *v)
{
    uint32_t function = (uint32_t)virt_get(v, 0);
    const struct row *row = find(function);
    struct psci_call c = { .v = v, .wide = function & FUNCTION_64, .next = VIRT_GO_ON };
    int64_t result = PSCI_NOT_SUPPORTED;    /* also SMCCC's answer to a function it does not know */
    for (unsigned i = 0; i < 3; i++)
        c.arg[i] = c.wide ? virt_get(v, i + 1) : (uint32_t)virt_get(v, i + 1);
    if (row)
        result = row->call(&c);
    if (c.next != VIRT_LEAVE)       /* who leaves does not return; a vCPU that is off may be started by another at once */
        virt_set(v, 0, (uint64_t)result);
    return c.next;
}
