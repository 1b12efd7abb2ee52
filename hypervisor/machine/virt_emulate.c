/*
 * Owns: what an access outside the guest's RAM does: to the device that claims the address, by the syndrome or, where it is not
 * valid, by running the instruction. What nobody claims is a synchronous external abort, as on a bus without an answer.
 */
#include "hypervisor/core/guest.h"
#include "hypervisor/insn/a64.h"
#include "hypervisor/machine/virt.h"

/* ISS.DFSC, DDI 0487, D17.2.37. */
enum { STATUS_EXTERNAL = 0x10, STATUS_EXTERNAL_WALK = 0x14, STATUS_ALIGNMENT = 0x21 };

bool virt_device(struct vcpu *v, gpa_t at, unsigned size, bool write, uint64_t *value)
{
    struct io_access a = { at.v, (uint8_t)size, write, write ? *value : 0 };
    bool claimed = io_dispatch(&v->domain->memory_io, v, &a);
    if (!write)
        *value = a.value;
    return claimed;
}

static uint64_t low(uint64_t value, unsigned size) { return size < 8 ? value & ((UINT64_C(1) << 8 * size) - 1) : value; }

static uint64_t extend(const struct exit_memory *e, uint64_t value)
{
    unsigned spare = 64 - 8u * e->size;
    value = low(value, e->size);
    if (e->sign)
        value = (uint64_t)((int64_t)(value << spare) >> spare);
    return e->wide ? value : (uint32_t)value;
}

static void by_syndrome(struct vcpu *v, const struct exit_memory *e)
{
    uint64_t value = e->write ? low(virt_get(v, e->reg), e->size) : 0;
    if (e->at.v & (e->size - 1u)) {
        arch_abort(v->arch, e->gva, false, e->write, STATUS_ALIGNMENT);
        return;
    }
    if (!virt_device(v, e->at, e->size, e->write, &value)) {
        arch_abort(v->arch, e->gva, false, e->write, STATUS_EXTERNAL);
        return;
    }
    if (!e->write)
        virt_set(v, e->reg, extend(e, value));
    arch_skip(v->arch);
}

/* ---- by the instruction --------------------------------------------------------------------- */

static bool abort_at(struct vcpu *v, uint64_t gva, bool write, uint8_t status)
{
    arch_abort(v->arch, gva, false, write, status);
    return false;
}

/* One element of it: RAM where there is RAM, as a pair may lie across a page's end. */
static bool element(struct vcpu *v, uint64_t gva, unsigned size, bool write, uint64_t *value)
{
    uint32_t error, access = (write ? ACCESS_WRITE : ACCESS_READ) | (arch_in_user(v->arch) ? ACCESS_USER : 0);
    gpa_t at;
    if (gva & (size - 1))
        return abort_at(v, gva, write, STATUS_ALIGNMENT);
    if (!arch_translate(v->arch, gva, access, &at, &error))
        return abort_at(v, gva, write, (uint8_t)error);
    if (write ? guest_write(v->domain, at, value, size) : guest_read(v->domain, at, value, size))
        return true;
    return virt_device(v, at, size, write, value) || abort_at(v, gva, write, STATUS_EXTERNAL);
}

static bool bus_read(void *owner, uint64_t gva, unsigned size, uint64_t *value)
{
    *value = 0;
    return element(owner, gva, size, false, value);
}

static bool bus_write(void *owner, uint64_t gva, unsigned size, uint64_t value) { return element(owner, gva, size, true, &value); }

/* False: it cannot be read as instructions are, and the guest was told. */
static bool fetch(struct vcpu *v, uint64_t pc, uint32_t *instruction)
{
    uint32_t error, access = ACCESS_FETCH | (arch_in_user(v->arch) ? ACCESS_USER : 0);
    gpa_t at;
    uint8_t status = STATUS_EXTERNAL;
    if (!arch_translate(v->arch, pc, access, &at, &error))
        status = (uint8_t)error;
    else if (guest_read(v->domain, at, instruction, sizeof(*instruction)))
        return true;
    arch_abort(v->arch, pc, true, false, status);
    return false;
}

void virt_emulate(struct vcpu *v, const struct exit_memory *e)
{
    const struct a64_bus bus = { bus_read, bus_write, v };
    struct arm_regs *r = arch_regs(v->arch), after = *r;
    uint32_t instruction = 0;
    const char *why = "is not of A64, the only set this decoder knows";
    enum a64_result result = A64_REFUSED;
    if (arch_mode(v->arch) == 64) {
        if (!fetch(v, r->pc, &instruction))
            return;
        result = a64_execute(&after, instruction, &bus, &why);
    }
    if (result == A64_FAULT)
        return;
    if (result == A64_REFUSED) {
        virt_tell(v, "instruction %08x at pc %#llx accesses %#llx, where no RAM is, and %s: it gets an abort", instruction,
                  (unsigned long long)r->pc, (unsigned long long)e->at.v, why);
        arch_abort(v->arch, e->gva, false, e->write, STATUS_EXTERNAL);
        return;
    }
    *r = after;
    arch_skip(v->arch);
}

void virt_memory(struct vcpu *v, const struct exit_memory *e)
{
    if (e->table_walk)
        arch_abort(v->arch, e->gva, e->fetch, e->write, STATUS_EXTERNAL_WALK);
    else if (e->fetch)
        arch_abort(v->arch, e->gva, true, false, STATUS_EXTERNAL);
    else if (e->decoded)
        by_syndrome(v, e);
    else
        virt_emulate(v, e);
}
