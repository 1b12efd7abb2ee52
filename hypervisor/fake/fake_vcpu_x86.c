/* Owns: fake vCPUs of a PC, which replay scripted exits. Translation is identity. */
#include "hypervisor/fake/fake_x86.h"
#include <stdlib.h>

struct arch_vcpu {
    struct x86_state state;
    struct stage2 *stage2;
    const struct exit *script;
    unsigned left, mode;
    bool window, shadow;
    uint64_t tsc_offset;
    struct fake_event event;
};

struct arch_vcpu *arch_vcpu_create(struct stage2 *s, unsigned owner)
{
    struct arch_vcpu *v = calloc(1, sizeof(*v));
    (void)owner;
    if (!v)
        abort();
    v->stage2 = s;
    v->mode = 64;
    v->state.regs.rflags = RFLAGS_1;
    return v;
}

void arch_vcpu_destroy(struct arch_vcpu *v) { free(v); }

void arch_enter(struct arch_vcpu *v, struct exit *e)
{
    if (!v->left) {
        *e = (struct exit){ .kind = EXIT_IDLE };
        return;
    }
    v->left--;
    *e = *v->script++;
}

void fake_script(struct arch_vcpu *v, const struct exit *exits, unsigned count)
{
    v->script = exits;
    v->left = count;
}

void fake_mode(struct arch_vcpu *v, unsigned mode, uint8_t cpl)
{
    v->mode = mode;
    v->state.cpl = cpl;
}

struct fake_event fake_take_event(struct arch_vcpu *v)
{
    struct fake_event e = v->event;
    v->event = (struct fake_event){ 0 };
    return e;
}

void arch_vcpu_load(struct arch_vcpu *v) { (void)v; }
void arch_vcpu_unload(struct arch_vcpu *v) { (void)v; }
struct x86_regs *arch_regs(struct arch_vcpu *v) { return &v->state.regs; }
void arch_state_get(struct arch_vcpu *v, struct x86_state *s) { *s = v->state; }
void arch_state_set(struct arch_vcpu *v, const struct x86_state *s) { v->state = *s; v->event = (struct fake_event){ 0 }; }
uint64_t arch_cr3(struct arch_vcpu *v) { return v->state.cr3; }
uint8_t arch_cpl(struct arch_vcpu *v) { return v->state.cpl; }
unsigned arch_mode(struct arch_vcpu *v) { return v->mode; }
void arch_skip(struct arch_vcpu *v, unsigned length) { v->state.regs.rip += length ? length : 2; }
bool arch_interrupts_enabled(struct arch_vcpu *v) { return v->state.regs.rflags & RFLAGS_IF; }
bool arch_can_interrupt(struct arch_vcpu *v) { return arch_interrupts_enabled(v) && !v->shadow && !v->event.interrupt; }
void arch_interrupt(struct arch_vcpu *v, uint8_t vector) { v->event = (struct fake_event){ .interrupt = true, .vector = vector }; }
void arch_nmi(struct arch_vcpu *v) { v->event = (struct fake_event){ .nmi = true, .vector = 2 }; }
void arch_window(struct arch_vcpu *v, bool wanted) { v->window = wanted; }

void arch_exception(struct arch_vcpu *v, uint8_t vector, bool has_error, uint32_t error)
{
    v->event = (struct fake_event){ .exception = true, .vector = vector, .error = has_error ? error : 0 };
}

void arch_page_fault(struct arch_vcpu *v, uint64_t address, uint32_t error)
{
    v->state.cr2 = address;
    v->event = (struct fake_event){ .exception = true, .vector = TRAP_PF, .error = error, .address = address };
}

bool arch_translate(struct arch_vcpu *v, uint64_t gva, uint32_t access, gpa_t *at, uint32_t *error)
{
    (void)v;
    *at = gpa(gva);
    *error = access;
    return gva >> 47 == 0;
}

bool arch_msr_read(struct arch_vcpu *v, uint32_t msr, uint64_t *value)
{
    if (msr != MSR_EFER)
        return false;
    *value = v->state.efer;
    return true;
}

bool arch_msr_write(struct arch_vcpu *v, uint32_t msr, uint64_t value, bool *fault)
{
    *fault = false;
    if (msr != MSR_EFER)
        return false;
    v->state.efer = value;
    return true;
}

uint64_t arch_pc(struct arch_vcpu *v) { return v->state.regs.rip; }
bool arch_in_user(struct arch_vcpu *v) { return v->state.cpl == 3; }
void arch_vcpu_tell(struct arch_vcpu *v, void (*line)(const char *text)) { (void)v; line("a fake vCPU"); }
uint64_t arch_tsc(void) { return fake_now; }
uint64_t arch_tsc_to_ns(uint64_t tsc) { return tsc; }
uint64_t arch_ns_to_tsc(uint64_t ns) { return ns; }

void arch_clock_scale(uint32_t *mul, int8_t *shift, uint64_t *base_tsc)
{
    *mul = 0x80000000u;     /* 1 GHz: ns = ((tsc << 1) * 2^31) >> 32 */
    *shift = 1;
    *base_tsc = 0;
}

uint64_t arch_tsc_offset(struct arch_vcpu *v) { return v->tsc_offset; }
void arch_set_tsc_offset(struct arch_vcpu *v, uint64_t offset) { v->tsc_offset = offset; }
bool arch_xsetbv(struct arch_vcpu *v, uint32_t index, uint64_t value) { (void)v; return index == 0 && (value & 1); }

void arch_cpuid(struct arch_vcpu *v, uint32_t leaf, uint32_t subleaf, struct x86_cpuid *out)
{
    (void)v;
    (void)subleaf;
    *out = (struct x86_cpuid){ 0 };
    if (leaf == 0)
        *out = (struct x86_cpuid){ 0xd, 0x68747541, 0x444d4163, 0x69746e65 };
    if (leaf == 1)
        *out = (struct x86_cpuid){ 0x00800f12, 0, 0x01200000, 0x00000201 };
}
