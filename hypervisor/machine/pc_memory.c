/*
 * Owns: instructions carried out for the guest: MMIO and string I/O. Each access goes to RAM if there is RAM, else to
 * the device that claims the address. No decode assists are assumed: the bytes are fetched as the guest would.
 */
#include "hypervisor/core/guest.h"
#include "hypervisor/insn/insn.h"
#include "hypervisor/machine/pc.h"

static bool page_fault(struct insn_fault *f, uint64_t at, uint32_t error)
{
    *f = (struct insn_fault){ TRAP_PF, true, error, at };
    return false;
}

/* Linear -> physical for a device access; false: the fault is the guest's. */
static bool translate(struct vcpu *v, uint64_t gva, uint32_t access, gpa_t *at, struct insn_fault *f)
{
    uint32_t error;
    if (arch_cpl(v->arch) == 3)
        access |= PF_USER;
    return arch_translate(v->arch, gva, access, at, &error) || page_fault(f, gva, error);
}

static void device(struct vcpu *v, gpa_t at, unsigned size, bool write, uint64_t *value)
{
    struct io_access a = { at.v, (uint8_t)size, write, write ? *value : 0 };
    (void)io_dispatch(&v->domain->memory_io, v, &a);
    if (!write)
        *value = a.value;
}

static bool bus_read(void *owner, uint64_t gva, unsigned size, uint64_t *value, struct insn_fault *f)
{
    struct vcpu *v = owner;
    uint64_t bad_at;
    uint32_t error;
    gpa_t at;
    *value = 0;
    if (guest_fetch(v, value, gva, size, 0, &bad_at, &error))
        return true;
    if (error != UINT32_MAX)
        return page_fault(f, bad_at, error);
    if (!translate(v, gva, 0, &at, f))
        return false;
    device(v, at, size, false, value);
    return true;
}

static bool bus_write(void *owner, uint64_t gva, unsigned size, uint64_t value, struct insn_fault *f)
{
    struct vcpu *v = owner;
    uint64_t bad_at;
    uint32_t error;
    gpa_t at;
    if (guest_store(v, gva, &value, size, &bad_at, &error))
        return true;
    if (error != UINT32_MAX)
        return page_fault(f, bad_at, error);
    if (!translate(v, gva, PF_WRITE, &at, f))
        return false;
    device(v, at, size, true, &value);
    return true;
}

static bool bus_port(struct vcpu *v, uint16_t port, unsigned size, bool write, uint64_t *value)
{
    struct io_access a = { port, (uint8_t)size, write, write ? *value : 0 };
    (void)io_dispatch(&v->domain->ports, v, &a);
    *value = a.value;
    return true;
}

static bool bus_in(void *owner, uint16_t port, unsigned size, uint64_t *value, struct insn_fault *f)
{
    (void)f;
    return bus_port(owner, port, size, false, value);
}

static bool bus_out(void *owner, uint16_t port, unsigned size, uint64_t value, struct insn_fault *f)
{
    (void)f;
    return bus_port(owner, port, size, true, &value);
}

/* As many of the 15 bytes as can be fetched: an instruction may end right before a page that cannot. */
static unsigned fetch(struct vcpu *v, uint64_t at, uint8_t bytes[INSN_BYTES_MAX], uint64_t *bad_at, uint32_t *error)
{
    unsigned first = (unsigned)(PAGE_SIZE - (at & PAGE_MASK));
    if (guest_fetch(v, bytes, at, INSN_BYTES_MAX, PF_FETCH, bad_at, error))
        return INSN_BYTES_MAX;
    if (first < INSN_BYTES_MAX && guest_fetch(v, bytes, at, first, PF_FETCH, bad_at, error))
        return first;
    return 0;
}

static void give_fault(struct vcpu *v, const struct insn_fault *f)
{
    if (f->vector == TRAP_PF)
        arch_page_fault(v->arch, f->address, f->error);
    else
        arch_exception(v->arch, f->vector, f->has_error, f->error);
}

static void unknown(struct vcpu *v, const uint8_t *b, unsigned n, uint64_t rip)
{
    domain_crash(v->domain, "vCPU %u: the instruction at rip %#llx (%02x %02x %02x %02x) accesses a device in a way that is not emulated",
                 v->id, (unsigned long long)rip, n > 0 ? b[0] : 0, n > 1 ? b[1] : 0, n > 2 ? b[2] : 0, n > 3 ? b[3] : 0);
}

void pc_emulate(struct vcpu *v)
{
    const struct insn_bus bus = { bus_read, bus_write, bus_in, bus_out, v };
    uint8_t bytes[INSN_BYTES_MAX] = { 0 };
    struct x86_state s;
    struct insn_fault f = { 0 };
    uint64_t bad_at;
    uint32_t error;
    unsigned length = 0;
    arch_state_get(v->arch, &s);
    unsigned n = fetch(v, s.seg[SEG_CS].base + s.regs.rip, bytes, &bad_at, &error);
    if (!n && error != UINT32_MAX) {
        arch_page_fault(v->arch, bad_at, error);
        return;
    }
    uint64_t rip = s.regs.rip;
    enum insn_result result = insn_execute(&s, bytes, n, &bus, &f, &length);
    if (result == INSN_UNKNOWN && length == n && n < INSN_BYTES_MAX) {
        (void)guest_fetch(v, bytes, s.seg[SEG_CS].base + rip + n, 1, PF_FETCH, &bad_at, &error);
        if (error != UINT32_MAX) {      /* it goes on in a page that is not there: the guest's fault to handle */
            arch_page_fault(v->arch, bad_at, error);
            return;
        }
    }
    if (result == INSN_UNKNOWN) {
        unknown(v, bytes, n, rip);
        return;
    }
    if (result == INSN_FAULT)
        give_fault(v, &f);
    *arch_regs(v->arch) = s.regs;
    if (result == INSN_DONE && s.regs.rip != rip) {     /* ends an interrupt shadow as hardware would: through arch_skip */
        arch_regs(v->arch)->rip = rip;
        arch_skip(v->arch, length);
        arch_regs(v->arch)->rip = s.regs.rip;
    }
}

void machine_memory(struct vcpu *v, const struct exit_memory *e)
{
    if (e->table_walk) {
        domain_crash(v->domain, "vCPU %u: its page tables lie at %#llx, where there is no RAM", v->id, (unsigned long long)e->at.v);
        return;
    }
    if (e->fetch) {
        domain_crash(v->domain, "vCPU %u: executes at %#llx, where there is no RAM", v->id, (unsigned long long)e->at.v);
        return;
    }
    pc_emulate(v);
}
