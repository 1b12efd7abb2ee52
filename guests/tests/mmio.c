/*
 * Addresses where nothing stands, and instructions on devices that real kernels do not use there.
 *
 * Claimed: in the hole between RAM and 4 GiB reads give all ones of the access's size and writes are lost, for each size, for
 * string instructions between RAM and the hole in both directions, for locked ones; ports where nothing answers the same.
 * A device's page beyond its registers behaves like that too, or like the device, but ends nobody.
 */
#include "guests/lib/guest.h"
#include <string.h>

const char test_name[] = "mmio", test_title[] = "accesses to where nothing stands";

static void sizes(uint64_t at)
{
    uint8_t b;
    uint16_t w;
    uint32_t d;
    uint64_t q;
    __asm__ volatile("movb (%1), %0" : "=q"(b) : "r"(at) : "memory");
    __asm__ volatile("movw (%1), %0" : "=r"(w) : "r"(at) : "memory");
    __asm__ volatile("movl (%1), %0" : "=r"(d) : "r"(at) : "memory");
    __asm__ volatile("movq (%1), %0" : "=r"(q) : "r"(at) : "memory");
    CHECK_EQ(b, 0xff, "a byte");
    CHECK_EQ(w, 0xffff, "a word");
    CHECK_EQ(d, 0xffffffff, "a doubleword");
    CHECK_EQ(q, UINT64_MAX, "a quadword");
    __asm__ volatile("movb $1, (%0); movw $2, (%0); movl $3, (%0); movq $4, (%0)" : : "r"(at) : "memory");
    __asm__ volatile("movzbl (%1), %k0" : "=r"(q) : "r"(at) : "memory");
    CHECK_EQ(q, 0xff, "MOVZX of a byte");
    __asm__ volatile("movsbq (%1), %0" : "=r"(q) : "r"(at) : "memory");
    CHECK_EQ(q, UINT64_MAX, "MOVSX of a byte");
    __asm__ volatile("movswl (%1), %k0" : "=r"(q) : "r"(at) : "memory");
    CHECK_EQ(q, 0xffffffff, "MOVSX of a word");
    q = 5;
    __asm__ volatile("lock xaddl %k0, (%1)" : "+r"(q) : "r"(at) : "memory", "cc");
    CHECK_EQ(q, 0xffffffff, "XADD's old value");
    uint64_t old = 7;
    __asm__ volatile("lock cmpxchgl %k2, (%1)" : "+a"(old) : "r"(at), "r"(9) : "memory", "cc");
    CHECK_EQ(old, 0xffffffff, "CMPXCHG's old value");
}

static void strings(uint64_t at)
{
    static uint8_t bytes[64];
    void *di = bytes;
    uint64_t si = at, n = sizeof(bytes);
    unsigned wrong = 0;
    __asm__ volatile("rep movsb" : "+D"(di), "+S"(si), "+c"(n) : : "memory");
    CHECK(n == 0 && si == at + sizeof(bytes) && di == bytes + sizeof(bytes), "REP MOVSB's registers");
    for (unsigned i = 0; i < sizeof(bytes); i++)
        wrong += bytes[i] != 0xff;
    CHECK_EQ(wrong, 0, "bytes of REP MOVSB that are not ff");
    n = 16;
    si = (uintptr_t)bytes;
    uint64_t to = at;
    __asm__ volatile("rep movsl" : "+D"(to), "+S"(si), "+c"(n) : : "memory");
    CHECK(n == 0 && to == at + 64, "REP MOVSD into the hole");
    n = 600;
    __asm__ volatile("rep stosq" : "+D"(to), "+c"(n) : "a"(0) : "memory");
    CHECK(n == 0 && to == at + 64 + 4800, "REP STOSQ over a page's edge");
    n = 8;
    to = at + 64;
    si = at + 64;
    __asm__ volatile("std; rep movsb; cld" : "+D"(to), "+S"(si), "+c"(n) : : "memory", "cc");
    CHECK(n == 0 && to == at + 56, "backwards");
}

static void ports(void)
{
    static uint8_t bytes[8];
    void *di = bytes;
    uint64_t n = sizeof(bytes);
    CHECK_EQ(inb(0x5000), 0xff, "a port's byte");
    CHECK_EQ(inw(0x5000), 0xffff, "a port's word");
    CHECK_EQ(inl(0x5000), 0xffffffff, "a port's doubleword");
    outb(0x5000, 1);
    outw(0x5000, 1);
    outl(0x5000, 1);
    __asm__ volatile("rep insb" : "+D"(di), "+c"(n) : "d"(0x5000) : "memory");
    CHECK(n == 0 && bytes[0] == 0xff && bytes[7] == 0xff, "REP INSB");
    uint64_t si = (uintptr_t)bytes;
    n = 2;
    __asm__ volatile("rep outsl" : "+S"(si), "+c"(n) : "d"(0x5000) : "memory");
    CHECK(n == 0 && si == (uintptr_t)bytes + 8, "REP OUTSD");
    CHECK_EQ(inl(0xfffc), 0xffffffff, "the last port");
}

/* Only that we are alive afterwards. */
static void around(uint64_t device)
{
    uint64_t q;
    for (unsigned i = 0; i < 4096; i += 52)
        (void)read32(device + i);
    __asm__ volatile("movq 0x20(%1), %0" : "=r"(q) : "r"(device) : "memory");
    __asm__ volatile("movb 0x23(%1), %b0" : "=q"(q) : "r"(device) : "memory");
    CHECK(true, "alive");
}

void test_main(void)
{
    sizes(0xf8000000);
    strings(0xf8000000);
    ports();
    if (has_apic())
        around(0xfee00000);
    if (madt_ioapic())
        around(madt_ioapic());
    around(0xfed00000);
}
