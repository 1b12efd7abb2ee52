/*
 * The guest's physical memory: what it may and what it may not.
 *
 * Claimed: RAM can be read, written and executed; where nothing is, a load, a store and a fetch each end in a synchronous external
 * abort that names the address, and the guest goes on; so below RAM and behind it, at the ends of the address space, and where
 * another guest's or the hypervisor's pages stand on the host; a device's registers cannot be executed; a load of a device by any
 * instruction gives what a plain load gives; cache and address operations on such places do no harm.
 */
#include "guests/lib/guest.h"
#include "platform/virt_map.h"

const char test_name[] = "stage2", test_title[] = "what memory may and may not";

static void load(void *at) { (void)*(volatile uint32_t *)at; }
static void store(void *at) { *(volatile uint32_t *)at = 0x12345678; }
static void fetch(void *at) { ((void (*)(void))at)(); }
static void load_pair(void *at) { __asm__ volatile("ldp x9, x10, [%0]" : : "r"(at) : "memory", "x9", "x10"); }
static void store_pair(void *at) { __asm__ volatile("stp xzr, xzr, [%0]" : : "r"(at) : "memory"); }
static void exclusive(void *at) { __asm__ volatile("ldxr w9, [%0]; stxr w10, w9, [%0]" : : "r"(at) : "memory", "x9", "x10"); }
static void vector(void *at) { __asm__ volatile(".arch armv8-a; .arch_extension fp; .arch_extension simd; ldr q0, [%0]; .arch_extension nosimd; .arch_extension nofp" : : "r"(at) : "memory"); }
static void zva(void *at) { __asm__ volatile("dc zva, %0" : : "r"(at) : "memory"); }
static void clean(void *at) { __asm__ volatile("dc civac, %0; dsb sy; dc cvac, %0; dsb sy" : : "r"(at) : "memory"); }
static void translate(void *at) { __asm__ volatile("at s1e1r, %0; isb; at s1e1w, %0; isb" : : "r"(at) : "memory"); }

static void refused(uint64_t at, const char *what)
{
    static void (*const kinds[])(void *) = { load, store, load_pair, store_pair, exclusive, vector, zva };
    for (unsigned i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        struct fault f = try(kinds[i], (void *)at);
        CHECK_EQ(f.ec, EC_DATA_ABORT, what);
        CHECK_EQ(f.far & ~UINT64_C(63), at & ~UINT64_C(63), "the address that is named");
        if (i < 2) {
            CHECK_EQ(f.iss & 0x3f, DFSC_EXTERNAL, "the status: a synchronous external abort");
            CHECK_EQ(f.iss >> 6 & 1, i == 1, "WnR: whether it was a store");
        }
    }
    struct fault f = try(fetch, (void *)at);
    CHECK(f.ec == EC_FETCH_ABORT, "a fetch %s: class %#x", what, f.ec);
    (void)try(clean, (void *)at);
    (void)try(translate, (void *)at);
}

static void holes(void)
{
    struct ram last = { 0, 0 };
    for (unsigned i = 0; ram_range(i, &last); i++)
        ;
    mmu_kind(last.end, MAP_DEVICE);     /* what caches hold of nothing is another matter */
    refused(0x1000, "below all");
    refused(VIRT_GICD_BASE - 0x1000, "in front of the GIC");
    refused(UINT64_C(0x08000000) + 0x100, "in a gap");
    refused(VIRT_PCI_MEM_BASE + 0x40, "where PCI would be");
    if (!placed_end(last.end))
        refused(last.end, "just behind RAM");
    refused(UINT64_C(0x180000000), "between the banks of RAM");
}

static void devices(void)
{
    uint64_t at = gicd();
    uint32_t typer = read32(at + 4), again;
    uint64_t low, high;
    CHECK(try(fetch, (void *)at).ec != NO_FAULT, "executing the GIC");
    __asm__ volatile("ldr %w0, [%1, #4]!" : "=r"(again), "+r"(at) : : "memory");
    CHECK_EQ(again, typer, "pre-indexed");
    CHECK_EQ(at, gicd() + 4, "and its base");
    __asm__ volatile("ldr %w0, [%1], #8" : "=r"(again), "+r"(at) : : "memory");
    CHECK_EQ(again, typer, "post-indexed");
    CHECK_EQ(at, gicd() + 12, "and its base");
    at = gicd();
    __asm__ volatile("ldp %w0, %w1, [%2]" : "=r"(low), "=r"(high) : "r"(at) : "memory");
    CHECK_EQ((uint32_t)high, typer, "as one of a pair");
    CHECK_EQ((uint32_t)low, read32(at), "... and the other");
    __asm__ volatile("ldrsw %0, [%1, #4]" : "=r"(low) : "r"(at) : "memory");
    CHECK_EQ(low, (uint64_t)(int64_t)(int32_t)typer, "signed");
    __asm__ volatile("ldr %w0, [%1, %2]" : "=r"(again) : "r"(at), "r"(UINT64_C(4)) : "memory");
    CHECK_EQ(again, typer, "by index");
    __asm__ volatile("ldar %w0, [%1]" : "=r"(again) : "r"(at + 4) : "memory");
    CHECK_EQ(again, typer, "by load-acquire");
    uint64_t p = gicd() + 0x400 + 40;
    __asm__ volatile("stp %w0, %w1, [%2]" : : "r"(0x80808080), "r"(0xa0a0a0a0), "r"(p) : "memory");
    CHECK_EQ(read32(p), 0x80808080, "a pair stored");
    CHECK_EQ(read32(p + 4), 0xa0a0a0a0, "... and its other half");
    __asm__ volatile("str %w1, [%0], #4" : "+r"(p) : "r"(0xc0c0c0c0) : "memory");
    CHECK_EQ(read32(p - 4), 0xc0c0c0c0, "a store, post-indexed");
    CHECK_EQ(p, gicd() + 0x400 + 44, "and its base");
    __asm__ volatile("strb wzr, [%0, #1]" : : "r"(p) : "memory");
    CHECK_EQ(read32(p), 0xa0a000a0, "a byte of zero stored");
}

static void unaligned(void *at) { (void)*(volatile uint32_t *)((uint64_t)at + 1); }

static void ram(void)
{
    static uint32_t code[4] __attribute__((aligned(64))) = { 0xd65f03c0 };
    uint8_t *page = page_take();
    for (unsigned i = 0; i < 4096; i++)
        page[i] = (uint8_t)i;
    CHECK_EQ(page[4095], 255, "RAM keeps what is written");
    __asm__ volatile("dc cvau, %0; dsb ish; ic ivau, %0; dsb ish; isb" : : "r"(code) : "memory");
    CHECK_EQ(try(fetch, code).ec, NO_FAULT, "RAM can be executed");
    struct fault f = try(unaligned, (void *)gicd());
    CHECK(f.ec == EC_DATA_ABORT, "an unaligned load of a device: class %#x", f.ec);
}

void test_main(void)
{
    write_sysreg("cpacr_el1", 3 << 20);
    ram();
    holes();
    if (gic_version())
        devices();
}
