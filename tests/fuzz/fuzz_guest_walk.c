/* A guest's page tables hold what the guest likes: a walk ends, reads entries only, and its answer is an address or a page fault's error code. */
#include <string.h>
#include "hypervisor/x86/guest_walk.c"  /* the file under test: it is not part of the host's library */

enum { RAM = 0x4000 };
static _Alignas(4096) uint8_t ram[RAM];

static void *entry(void *owner, uint64_t g, bool *writable)
{
    (void)owner;
    if (g % 4)
        __builtin_trap();       /* no entry begins here */
    *writable = !(g & 0x10000);
    return g >> 20 ? NULL : ram + (g & (RAM - 1));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct walk_memory memory = { entry, NULL };
    struct { uint64_t gva; uint32_t access; uint32_t cr4; uint16_t efer; uint8_t flags, bits; uint64_t cr3; } in;
    uint64_t at_gpa = 0;
    uint32_t error = 0;
    if (size < sizeof(in))
        return 0;
    memcpy(&in, data, sizeof(in));
    memset(ram, 0, RAM);
    for (size_t at = 0, n = size - sizeof(in); n && at < RAM; at += n)
        memcpy(ram + at, data + sizeof(in), n < RAM - at ? n : RAM - at);
    const struct walk_state s = {
        .cr0 = CR0_PE | (in.flags & 1 ? CR0_PG : 0) | (in.flags & 2 ? CR0_WP : 0), .cr3 = in.cr3, .cr4 = in.cr4 | (in.efer & EFER_LMA ? CR4_PAE : 0),
        .efer = in.efer, .rflags = in.flags & 4 ? RFLAGS_AC : 0, .physical_bits = 36 + in.bits % 17, .pages_1g = in.flags & 8,
    };
    uint32_t access = in.access & (PF_WRITE | PF_FETCH | PF_USER);
    if (!guest_walk(&s, &memory, in.gva, access, &at_gpa, &error)) {
        if (error & ~(uint32_t)(PF_PRESENT | PF_RESERVED | access))
            __builtin_trap();
        return 0;
    }
    if (((s.cr0 & CR0_PG) && at_gpa >> 52) || ((in.gva ^ at_gpa) & 0xfff))
        __builtin_trap();
    return 0;
}
