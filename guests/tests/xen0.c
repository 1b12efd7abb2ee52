/*
 * A guest without the Xen ABI: nothing of Xen is there, the rest is.
 *
 * Claimed: no CPUID leaf has Xen's signature; VMCALL and VMMCALL raise #UD; Xen's hypercall MSR faults; start info, ACPI,
 * local APIC and UART answer (this line came through it); the PM timer that the FADT names counts.
 */
#include "guests/lib/guest.h"
#include <xen/arch-x86/hvm/start_info.h>

const char test_name[] = "xen0", test_title[] = "a machine without a Xen interface";

static void vmmcall(void *arg) { (void)arg; __asm__ volatile("vmmcall" : : "a"(17) : "memory"); }
static void vmcall(void *arg) { (void)arg; __asm__ volatile("vmcall" : : "a"(17) : "memory"); }
static void hypercall_msr(void *arg) { (void)arg; wrmsr(0x40000000, 0x200000); }

void test_main(void)
{
    const uint8_t *fadt = acpi_find("FACP");
    CHECK(!has_xen(), "no leaf has Xen's signature");
    CHECK_EQ(try(vmmcall, NULL).vector, TRAP_UD, "VMMCALL's fault");
    CHECK_EQ(try(vmcall, NULL).vector, TRAP_UD, "VMCALL's fault");
    CHECK_EQ(try(hypercall_msr, NULL).vector, TRAP_GP, "the hypercall MSR's fault");
    CHECK_EQ(start_info()->magic, XEN_HVM_START_MAGIC_VALUE, "start info magic");
    CHECK(fadt != NULL, "there is a FADT");
    if (fadt && table_number(fadt + 76, 4)) {
        uint16_t port = (uint16_t)table_number(fadt + 76, 4);
        uint32_t first = inl(port);
        delay_us(1000);
        CHECK(inl(port) != first, "the PM timer counts");
    }
    if (has_apic()) {
        apic_enable(false);
        CHECK((apic_read(APIC_VERSION) & 0xf0) == 0x10, "the local APIC answers");
    }
    outb(0x3f8 + 7, 0x5a);
    CHECK_EQ(inb(0x3f8 + 7), 0x5a, "the UART's scratch register");
}
