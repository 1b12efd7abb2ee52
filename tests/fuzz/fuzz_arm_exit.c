/* Any exception from a guest: the decoder answers each, and what it says keeps to the ranges that arch.h promises. */
#include "hypervisor/arm/exit.c"
#include <stdlib.h>
#include <string.h>

static void demand(bool holds) { if (!holds) abort(); }

static void memory(const struct exit_memory *m)
{
    demand(m->reg <= ARM_ZERO && m->at.v < UINT64_C(1) << 56);
    demand(m->decoded ? m->size == 1 || m->size == 2 || m->size == 4 || m->size == 8 : !m->size);
    demand(!(m->fetch && m->write) && !(m->fetch && m->decoded) && !(m->table_walk && m->decoded));
}

static void other(uint64_t esr, uint64_t pstate, struct exit *e)
{
    if (exit_decode(esr, pstate, e) != TODO_EXIT)
        return;
    demand(e->kind < EXIT_KINDS);
    if (e->kind == EXIT_SYSREG)
        demand(e->sysreg.reg <= ARM_ZERO && e->sysreg.name < ARM_SYSREG(4, 0, 0, 0, 0));
}

static void skip(uint64_t esr, uint64_t pstate, uint64_t pc)
{
    struct arm_regs r = { .pc = pc, .pstate = pstate };
    exit_skip(&r, esr);
    if (pstate & PSTATE_32)
        demand(r.pc <= UINT32_MAX && (r.pstate & ~(PSTATE32_IT | PSTATE_SS)) == (pstate & ~(PSTATE32_IT | PSTATE_SS)));
    else
        demand(r.pc == pc + 4 && (r.pstate & ~(PSTATE_BTYPE | PSTATE_SS)) == (pstate & ~(PSTATE_BTYPE | PSTATE_SS)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint64_t v[4];          /* ESR, FAR or PC, HPFAR, SPSR */
    struct exit e = { 0 };
    if (size < sizeof(v))
        return 0;
    memcpy(v, data, sizeof(v));
    if (exit_is_abort(v[0])) {
        (void)exit_decode_abort(v[0], v[1], v[2], &e);
        demand(e.kind == EXIT_MEMORY);
        memory(&e.memory);
    } else {
        other(v[0], v[3], &e);
    }
    skip(v[0], v[3], v[1]);
    return 0;
}
