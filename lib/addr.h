/*
 * Addresses that cannot be mixed: what a guest calls physical and what the
 * host calls physical are different types, so passing one for the other does
 * not compile. All are byte addresses.
 */
#ifndef LIB_ADDR_H
#define LIB_ADDR_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct { uint64_t v; } gpa_t;   /* guest physical */
typedef struct { uint64_t v; } hpa_t;   /* host physical */

#define PAGE_SHIFT 12
#define PAGE_SIZE  UINT64_C(0x1000)
#define PAGE_MASK  (PAGE_SIZE - 1)
#define KIB(n) ((uint64_t)(n) << 10)
#define MIB(n) ((uint64_t)(n) << 20)
#define GIB(n) ((uint64_t)(n) << 30)

static inline gpa_t gpa(uint64_t v) { return (gpa_t){ v }; }
static inline hpa_t hpa(uint64_t v) { return (hpa_t){ v }; }
static inline gpa_t gpa_add(gpa_t a, uint64_t n) { return (gpa_t){ a.v + n }; }
static inline hpa_t hpa_add(hpa_t a, uint64_t n) { return (hpa_t){ a.v + n }; }
#endif
