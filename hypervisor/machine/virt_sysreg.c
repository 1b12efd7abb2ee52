/*
 * Owns: the system registers that trap, each with what it answers and why. One that has no row, and that the architecture does not
 * know either, is undefined in the guest, with a line in the log: so it is on a CPU without the feature.
 * Invariant: the rows are sorted by register; a row answers for all from `first` to `last`.
 */
#include "hypervisor/machine/virt.h"

typedef bool (*answer)(struct vcpu *v, uint32_t name, bool write, uint64_t *value);

/* Reads as zero, takes writes: what a guest may set without an effect it could rely on. */
static bool zero(struct vcpu *v, uint32_t name, bool write, uint64_t *value)
{
    (void)v;
    (void)name;
    if (!write)
        *value = 0;
    return true;
}

static bool undefined(struct vcpu *v, uint32_t name, bool write, uint64_t *value)
{
    (void)v;
    (void)name;
    (void)write;
    (void)value;
    return false;
}

static bool id(struct vcpu *v, uint32_t name, bool write, uint64_t *value)
{
    if (write)
        return false;
    *value = virt_id_register(v->domain, name);
    return true;
}

/* OSLSR: the OS lock is implemented (OSLM = 0b10) and open. */
static bool lock_status(struct vcpu *v, uint32_t name, bool write, uint64_t *value)
{
    (void)v;
    (void)name;
    *value = 8;
    return !write;
}

/* No debugger may do anything: DBGAUTHSTATUS says "implemented and disabled" for non-secure states. */
static bool debug_authority(struct vcpu *v, uint32_t name, bool write, uint64_t *value)
{
    (void)v;
    (void)name;
    *value = 0xa;
    return !write;
}

static bool physical_counter(struct vcpu *v, uint32_t name, bool write, uint64_t *value)
{
    (void)v;
    (void)name;
    *value = arch_counter();
    return !write;
}

static bool physical_timer(struct vcpu *v, uint32_t name, bool write, uint64_t *value)
{
    if (write)
        virt_timer_write(v, name, *value);
    else
        *value = virt_timer_read(v, name);
    return true;
}

/* ICC_SGI1R, ICC_ASGI1R, ICC_SGI0R: CRm 11, op2 5, 6, 7. The alias is of the other security state's group 1, which is group 0 here. */
static bool sgi(struct vcpu *v, uint32_t name, bool write, uint64_t *value)
{
    return write && virt_send_sgi(v, *value, (name >> 2 & 7) == 5);
}

/* ICC_SRE_EL1: registers, not memory; no bypass. It cannot be changed. */
static bool register_enable(struct vcpu *v, uint32_t name, bool write, uint64_t *value)
{
    (void)name;
    if (!write)
        *value = 7;
    return v->domain->machine->gic.version == 3;
}

/*
 * DC ISW, CSW, CISW. By set and way a guest reaches only the caches of the CPU it happens to be on, which is why none may use them
 * for coherency (DDI 0487, D7.5.9.5), and RAM was clean when it was given. Nothing is done.
 */
static bool set_way(struct vcpu *v, uint32_t name, bool write, uint64_t *value)
{
    (void)v;
    (void)name;
    (void)value;
    return write;
}

static const struct row { uint32_t first, last; const char *name; answer answer; } rows[] = {
    /* system instructions */
    { ARM_SYSREG(1, 0, 7, 6, 2), ARM_SYSREG(1, 0, 7, 6, 2), "DC ISW", set_way },
    { ARM_SYSREG(1, 0, 7, 10, 2), ARM_SYSREG(1, 0, 7, 10, 2), "DC CSW", set_way },
    { ARM_SYSREG(1, 0, 7, 14, 2), ARM_SYSREG(1, 0, 7, 14, 2), "DC CISW", set_way },
    /* debug, without MDSCR and the pairs that arm/ keeps and answers for itself: the architecture demands it; it is there and does nothing */
    { ARM_SYSREG(2, 0, 0, 0, 2), ARM_SYSREG(2, 0, 0, 0, 2), "OSDTRRX_EL1", zero },
    { ARM_SYSREG(2, 0, 0, 0, 4), ARM_SYSREG(2, 0, 0, 15, 7), "MDSCR, MDCCINT, OSECCR, DBGBVR, DBGBCR, DBGWVR, DBGWCR", zero },
    { ARM_SYSREG(2, 0, 1, 0, 0), ARM_SYSREG(2, 0, 1, 0, 0), "MDRAR_EL1", zero },
    { ARM_SYSREG(2, 0, 1, 0, 4), ARM_SYSREG(2, 0, 1, 0, 4), "OSLAR_EL1", zero },
    { ARM_SYSREG(2, 0, 1, 1, 4), ARM_SYSREG(2, 0, 1, 1, 4), "OSLSR_EL1", lock_status },
    { ARM_SYSREG(2, 0, 1, 3, 4), ARM_SYSREG(2, 0, 1, 3, 4), "OSDLR_EL1", zero },
    { ARM_SYSREG(2, 0, 1, 4, 4), ARM_SYSREG(2, 0, 1, 4, 4), "DBGPRCR_EL1", zero },
    { ARM_SYSREG(2, 0, 7, 8, 6), ARM_SYSREG(2, 0, 7, 8, 6), "DBGCLAIMSET_EL1", zero },
    { ARM_SYSREG(2, 0, 7, 9, 6), ARM_SYSREG(2, 0, 7, 9, 6), "DBGCLAIMCLR_EL1", zero },
    { ARM_SYSREG(2, 0, 7, 14, 6), ARM_SYSREG(2, 0, 7, 14, 6), "DBGAUTHSTATUS_EL1", debug_authority },
    { ARM_SYSREG(2, 3, 0, 1, 0), ARM_SYSREG(2, 3, 0, 1, 0), "MDCCSR_EL0", zero },
    { ARM_SYSREG(2, 3, 0, 4, 0), ARM_SYSREG(2, 3, 0, 5, 0), "DBGDTR_EL0, DBGDTRRX_EL0", zero },
    /* identification: what has no register there yet reads as zero, as DDI 0487 reserves it */
    { ARM_SYSREG(3, 0, 0, 0, 6), ARM_SYSREG(3, 0, 0, 0, 6), "REVIDR_EL1", zero },
    { ARM_SYSREG(3, 0, 0, 1, 0), ARM_SYSREG(3, 0, 0, 7, 7), "ID registers", id },
    { ARM_SYSREG(3, 0, 1, 0, 1), ARM_SYSREG(3, 0, 1, 0, 1), "ACTLR_EL1", zero },
    /* features that the ID registers deny */
    { ARM_SYSREG(3, 0, 9, 14, 1), ARM_SYSREG(3, 0, 9, 14, 6), "PMU of EL1", undefined },
    { ARM_SYSREG(3, 0, 10, 4, 0), ARM_SYSREG(3, 0, 10, 4, 7), "LORegions", undefined },
    { ARM_SYSREG(3, 0, 12, 11, 5), ARM_SYSREG(3, 0, 12, 11, 7), "ICC_SGI1R, ICC_ASGI1R, ICC_SGI0R", sgi },
    { ARM_SYSREG(3, 0, 12, 12, 5), ARM_SYSREG(3, 0, 12, 12, 5), "ICC_SRE_EL1", register_enable },
    { ARM_SYSREG(3, 1, 0, 0, 7), ARM_SYSREG(3, 1, 0, 0, 7), "AIDR_EL1", zero },
    { ARM_SYSREG(3, 3, 9, 12, 0), ARM_SYSREG(3, 3, 9, 14, 7), "PMU", undefined },
    { ARM_SYSREG(3, 3, 14, 0, 1), ARM_SYSREG(3, 3, 14, 0, 1), "CNTPCT_EL0", physical_counter },
    { ARM_SYSREG(3, 3, 14, 0, 5), ARM_SYSREG(3, 3, 14, 0, 5), "CNTPCTSS_EL0", physical_counter },
    { ARM_SYSREG(3, 3, 14, 2, 0), ARM_SYSREG(3, 3, 14, 2, 2), "CNTP_TVAL, CNTP_CTL, CNTP_CVAL", physical_timer },
    { ARM_SYSREG(3, 3, 14, 8, 0), ARM_SYSREG(3, 3, 14, 15, 7), "PMU counters", undefined },
};

static const struct row *find(uint32_t name)
{
    for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        if (name >= rows[i].first && name <= rows[i].last)
            return &rows[i];
    return NULL;
}

static void tell(struct vcpu *v, const struct exit_sysreg *e, const struct row *row)
{
    virt_tell(v, "%s S%u_%u_C%u_C%u_%u (%s) at pc %#llx is not there; it gets an undefined instruction", e->write ? "MSR" : "MRS",
              e->name >> 16 & 3, e->name >> 13 & 7, e->name >> 9 & 15, e->name >> 5 & 15, e->name >> 2 & 7, row ? row->name : "no name here",
              (unsigned long long)arch_pc(v->arch));
}

/* Programs reach registers of EL0 (op1 3) alone, and those only where their kernel has let them: it traps to EL1 first. */
static bool allowed(struct vcpu *v, uint32_t name) { return (name >> 13 & 7) == 3 || !arch_in_user(v->arch); }

void virt_sysreg(struct vcpu *v, const struct exit_sysreg *e)
{
    const struct row *row = allowed(v, e->name) ? find(e->name) : NULL;
    uint64_t value = e->write ? virt_get(v, e->reg) : 0;
    bool done = row && row->answer(v, e->name, e->write, &value);
    if (!row)
        done = e->write ? arch_sysreg_write(v->arch, e->name, value) : arch_sysreg_read(v->arch, e->name, &value);
    if (!done) {
        tell(v, e, row);
        arch_undefined(v->arch);
        return;
    }
    if (!e->write)
        virt_set(v, e->reg, value);
    arch_skip(v->arch);
}
