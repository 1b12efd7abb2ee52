/* Owns: fake vCPUs of BOARD_VIRT, which replay scripted exits, and the fake host's GIC. Translation is identity. */
#include "hypervisor/fake/fake_arm.h"
#include <stdlib.h>

struct arch_vcpu {
    struct arm_regs regs;
    struct gic_lr lr[LRS_MAX];
    const struct exit *script;
    unsigned left, mode;
    bool user, window;
    uint64_t counter_offset;
    struct fake_start start;
    struct fake_event event;
};

unsigned fake_gic_version = 3, fake_lrs = 4;
uint64_t fake_deadline = UINT64_MAX;
uint8_t fake_priority_mask = 0xff;
struct fake_route fake_route[GIC_INTIDS_MAX];

unsigned arch_gic_version(void) { return fake_gic_version; }
unsigned arch_lrs(void) { return fake_lrs; }
uint64_t arch_counter(void) { return fake_now; }
uint64_t arch_counter_to_ns(uint64_t ticks) { return ticks; }
uint64_t arch_ns_to_counter(uint64_t ns) { return ns; }
void arch_clean(void *p, uint64_t bytes) { (void)p; (void)bytes; }
hpa_t arch_gicv(void) { return hpa(fake_gic_version == 2 ? 0x08040000 : 0); }

bool arch_irq_route(unsigned intid, bool edge, unsigned cpu, bool routed)
{
    if (intid < GIC_PRIVATE || intid >= GIC_INTIDS_MAX || (routed && fake_route[intid].routed))
        return false;
    fake_route[intid] = (struct fake_route){ .routed = routed, .edge = edge, .cpu = cpu };
    return true;
}

const char *arch_kept(hpa_t at, uint64_t size) { return at.v <= 0x08000000 && at.v + size > 0x08000000 ? "the GIC" : NULL; }
uint64_t arch_stage2_end(void) { return UINT64_C(1) << 40; }
void arch_irq_end(unsigned intid) { fake_route[intid].ended++; }

struct arch_vcpu *arch_vcpu_create(struct stage2 *s, unsigned owner)
{
    struct arch_vcpu *v = calloc(1, sizeof(*v));
    (void)s;
    (void)owner;
    if (!v)
        abort();
    v->mode = 64;
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

void fake_mode(struct arch_vcpu *v, unsigned mode, bool user)
{
    v->mode = mode;
    v->user = user;
}

struct fake_event fake_take_event(struct arch_vcpu *v)
{
    struct fake_event e = v->event;
    v->event = (struct fake_event){ 0 };
    return e;
}

struct fake_start fake_start(struct arch_vcpu *v) { return v->start; }
bool fake_window(struct arch_vcpu *v) { return v->window; }

void arch_start_state(struct arch_vcpu *v, uint64_t pc, uint64_t x0, uint64_t mpidr)
{
    v->regs = (struct arm_regs){ .x = { x0 }, .pc = pc, .pstate = PSTATE_EL1H | PSTATE_D | PSTATE_A | PSTATE_I | PSTATE_F };
    v->start = (struct fake_start){ pc, x0, mpidr, v->start.count + 1 };
    for (unsigned i = 0; i < LRS_MAX; i++)
        v->lr[i] = (struct gic_lr){ 0 };
}

void arch_vcpu_load(struct arch_vcpu *v) { (void)v; }
void arch_vcpu_unload(struct arch_vcpu *v) { (void)v; }
struct arm_regs *arch_regs(struct arch_vcpu *v) { return &v->regs; }
uint64_t arch_pc(struct arch_vcpu *v) { return v->regs.pc; }
unsigned arch_mode(struct arch_vcpu *v) { return v->mode; }
bool arch_in_user(struct arch_vcpu *v) { return v->user; }
void arch_skip(struct arch_vcpu *v) { v->regs.pc += 4; }
void arch_vcpu_tell(struct arch_vcpu *v, void (*line)(const char *text)) { (void)v; line("a fake vCPU"); }
void arch_window(struct arch_vcpu *v, bool wanted) { v->window = wanted; }
void arch_undefined(struct arch_vcpu *v) { v->event = (struct fake_event){ .undefined = true }; }

void arch_abort(struct arch_vcpu *v, uint64_t far, bool fetch, bool write, uint8_t status)
{
    v->event = (struct fake_event){ .abort = true, .fetch = fetch, .write = write, .status = status, .far = far };
}

struct gic_lr *arch_lr(struct arch_vcpu *v) { return v->lr; }
bool arch_lrs_in_use(struct arch_vcpu *v) { (void)v; return true; }    /* whoever asks looks */
uint8_t arch_priority_mask(struct arch_vcpu *v) { (void)v; return fake_priority_mask; }
bool arch_group_enabled(struct arch_vcpu *v, bool group1) { (void)v; return group1; }
uint64_t arch_vtimer_deadline(struct arch_vcpu *v) { (void)v; return fake_deadline; }
unsigned arch_vtimer_host(void) { return 27; }
void arch_set_counter_offset(struct arch_vcpu *v, uint64_t ticks) { v->counter_offset = ticks; }
uint64_t arch_id_register(uint32_t name) { (void)name; return UINT64_MAX; }
bool arch_sysreg_read(struct arch_vcpu *v, uint32_t name, uint64_t *value) { (void)v; (void)name; (void)value; return false; }
bool arch_sysreg_write(struct arch_vcpu *v, uint32_t name, uint64_t value) { (void)v; (void)name; (void)value; return false; }

bool arch_translate(struct arch_vcpu *v, uint64_t gva, uint32_t access, gpa_t *at, uint32_t *error)
{
    (void)v;
    (void)access;
    *at = gpa(gva);
    *error = 4;             /* translation fault, level 0 */
    return gva >> 47 == 0;
}
