/* Owns: fake vCPUs, which replay scripted exits, and a fake stage 2, a plain list of mappings. Translation is identity. */
#include "hypervisor/fake/fake.h"
#include <stdlib.h>
#include <string.h>

struct mapping { uint64_t gpa, hpa, size; unsigned perm; };
struct stage2 { struct mapping *map; size_t count, room; };

struct arch_vcpu {
    struct x86_state state;
    struct stage2 *stage2;
    const struct exit *script;
    unsigned left, mode;
    bool window, shadow;
    uint64_t tsc_offset;
    struct fake_event event;
};

struct stage2 *arch_stage2_create(unsigned owner)
{
    (void)owner;
    return calloc(1, sizeof(struct stage2));
}

void arch_stage2_destroy(struct stage2 *s)
{
    free(s->map);
    free(s);
}

static void append(struct stage2 *s, struct mapping m)
{
    if (s->count == s->room) {
        s->room = s->room ? s->room * 2 : 16;
        s->map = realloc(s->map, s->room * sizeof(*s->map));
        if (!s->map)
            abort();
    }
    s->map[s->count++] = m;
}

bool arch_stage2_unmap(struct stage2 *s, gpa_t g, uint64_t size)
{
    for (size_t i = 0; i < s->count;) {
        struct mapping m = s->map[i];
        if (m.gpa + m.size <= g.v || g.v + size <= m.gpa) {
            i++;
            continue;
        }
        s->map[i] = s->map[--s->count];
        if (m.gpa < g.v)
            append(s, (struct mapping){ m.gpa, m.hpa, g.v - m.gpa, m.perm });
        if (m.gpa + m.size > g.v + size)
            append(s, (struct mapping){ g.v + size, m.hpa + (g.v + size - m.gpa), m.gpa + m.size - g.v - size, m.perm });
        i = 0;
    }
    return true;
}

bool arch_stage2_map(struct stage2 *s, gpa_t g, hpa_t h, uint64_t size, unsigned perm)
{
    (void)arch_stage2_unmap(s, g, size);
    append(s, (struct mapping){ g.v, h.v, size, perm });
    return true;
}

bool arch_stage2_lookup(struct stage2 *s, gpa_t g, hpa_t *h, unsigned *perm, uint64_t *run)
{
    for (size_t i = 0; i < s->count; i++) {
        struct mapping *m = &s->map[i];
        if (g.v - m->gpa >= m->size)
            continue;
        *h = hpa(m->hpa + (g.v - m->gpa));
        *perm = m->perm;
        *run = m->size - (g.v - m->gpa);
        return true;
    }
    return false;
}

void arch_stage2_flush(struct stage2 *s) { (void)s; }
uint64_t arch_stage2_tables(struct stage2 *s) { return s->room * sizeof(*s->map); }

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
