/* List registers as the hardware lays them out: GICv2 GICH_LRn (IHI 0048B, 5.3.8), GICv3 ICH_LRn_EL2 (IHI 0069, 12.4.9). Pure. */
#ifndef HYPERVISOR_ARM_VGIC_LR_H
#define HYPERVISOR_ARM_VGIC_LR_H
#include "lib/arm.h"

#define LR3_STATE_SHIFT 62
#define LR3_HW      (UINT64_C(1) << 61)
#define LR3_EOI     (UINT64_C(1) << 41) /* without hw */
#define LR3_GROUP1  (UINT64_C(1) << 60)
#define LR3_PRIORITY_SHIFT 48
#define LR3_HOST_SHIFT 32
#define LR2_HW      (UINT64_C(1) << 31)
#define LR2_GROUP1  (UINT64_C(1) << 30)
#define LR2_EOI     (UINT64_C(1) << 19) /* without hw */
#define LR2_STATE_SHIFT 28
#define LR2_PRIORITY_SHIFT 23           /* bits 7:3 of it */
#define LR2_HOST_SHIFT 10

static inline uint64_t lr3_encode(const struct gic_lr *l)
{
    return (uint64_t)(l->state & 3) << LR3_STATE_SHIFT | (l->hw ? LR3_HW | (uint64_t)(l->host & 0x1fff) << LR3_HOST_SHIFT : l->eoi ? LR3_EOI : 0) |
           (l->group1 ? LR3_GROUP1 : 0) | (uint64_t)l->priority << LR3_PRIORITY_SHIFT | l->intid;
}

static inline uint64_t lr2_encode(const struct gic_lr *l)
{
    uint64_t host = l->hw ? LR2_HW | (uint64_t)(l->host & 0x3ff) << LR2_HOST_SHIFT
                          : (l->eoi ? LR2_EOI : 0) | (uint64_t)(l->source & 7) << LR2_HOST_SHIFT;
    return (uint64_t)(l->state & 3) << LR2_STATE_SHIFT | host | (l->group1 ? LR2_GROUP1 : 0) |
           (uint64_t)(l->priority >> 3) << LR2_PRIORITY_SHIFT | (l->intid & 0x3ff);
}

/* The guest changes nothing but the state. */
static inline uint8_t lr3_state(uint64_t raw) { return (uint8_t)(raw >> LR3_STATE_SHIFT & 3); }
static inline uint8_t lr2_state(uint64_t raw) { return (uint8_t)(raw >> LR2_STATE_SHIFT & 3); }
#endif
