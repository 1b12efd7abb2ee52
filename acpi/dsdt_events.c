/*
 * Owns: the AML of what comes while the guest runs: the generic event device (ACPI 6.4, 5.6.9) with the power button, and
 * processors that come and go (8.4, 6.3). It works the registers of platform/pc_events.h; how it does stands there once, and
 * each processor calls it with its number. All is in \_SB.
 */
#include "acpi/aml_code.h"
#include "acpi/aml_resource.h"
#include "acpi/dsdt_events.h"
#include "acpi/tables.h"
#include "platform/pc_events.h"
#include "platform/pc_map.h"

enum { NOTIFY_DEVICE_CHECK = 1, NOTIFY_EJECT_REQUEST = 3, NOTIFY_BUTTON_PRESSED = 0x80 };     /* table 5.173; 4.8.2.2.2 */
enum { STA_ALL = 0xf };                 /* present, enabled, shown, working (6.3.7) */
enum { FOR_EVER = 0xffff };

bool acpi_can_hotplug(const struct platform *p) { return p->ged.present && platform_vcpus_told(p) > p->vcpus; }

void acpi_cpu_name(char to[ACPI_CPU_NAME_SIZE], unsigned vcpu)
{
    static const char digit[16] = "0123456789ABCDEF";
    to[0] = 'C';
    for (unsigned i = 1; i < 4; i++)
        to[i] = digit[vcpu >> (12 - 4 * i) & 15];
    to[4] = '\0';
}

static void store_to(struct table_out *o, const char *field, uint64_t v)
{
    aml_op(o, AML_STORE);
    aml_integer(o, v);
    aml_name_path(o, field);
}

/* Opens: If (value & bit) */
static uint64_t if_bit(struct table_out *o, unsigned local, unsigned bit)
{
    uint64_t then = aml_if(o);
    aml_op(o, AML_AND);
    aml_local(o, local);
    aml_integer(o, bit);
    aml_op(o, AML_NO_TARGET);
    return then;
}

static void load(struct table_out *o, unsigned local, const char *field)
{
    aml_op(o, AML_STORE);
    aml_name_path(o, field);
    aml_local(o, local);
}

static void power_button(struct table_out *o, const struct platform *p)
{
    if (!p->power_button)
        return;
    uint64_t device = aml_device(o, "PWRB");
    aml_hid(o, "PNP0C0C");
    aml_close(o, device);
}

/* Events are taken before they are acted on: one that comes meanwhile makes its own interrupt, and is found by its own _EVT. */
static void event_method(struct table_out *o, const struct platform *p)
{
    uint64_t method = aml_method(o, "_EVT", 1, true);
    load(o, 0, "EVTS");
    aml_op(o, AML_STORE);
    aml_local(o, 0);
    aml_name_path(o, "EVTS");
    if (p->power_button) {
        uint64_t then = if_bit(o, 0, PC_EVENT_POWER);
        aml_notify(o, "PWRB", NOTIFY_BUTTON_PRESSED);
        aml_close(o, then);
    }
    if (acpi_can_hotplug(p)) {
        uint64_t then = if_bit(o, 0, PC_EVENT_CPUS);
        aml_name_path(o, "CSCN");
        aml_close(o, then);
    }
    aml_close(o, method);
}

static void event_device(struct table_out *o, const struct platform *p)
{
    uint64_t device = aml_device(o, "GED");
    aml_hid(o, "ACPI0013");
    aml_name_integer(o, "_UID", 0);
    aml_name(o, "_CRS");
    uint64_t resources = aml_template(o);
    aml_interrupt(o, p->ged.gsi);
    aml_template_close(o, resources);
    aml_region(o, "EVTR", AML_SYSTEM_IO, p->ged.port, PC_EVENTS_BYTES);
    uint64_t field = aml_field(o, "EVTR", AML_DWORD_ACCESS);
    aml_field_unit(o, "EVTS", 32);
    aml_close(o, field);
    event_method(o, p);
    aml_close(o, device);
}

/* ---- processors that come and go ---------------------------------------------------------- */

static void cpu_registers(struct table_out *o)
{
    aml_region(o, "CPUR", AML_SYSTEM_IO, PC_CPUS_PORT, PC_CPUS_BYTES);
    uint64_t field = aml_field(o, "CPUR", AML_DWORD_ACCESS);
    aml_field_unit(o, "CSEL", 32);
    aml_field_unit(o, NULL, (PC_CPUS_NEXT - PC_CPUS_FLAGS) * 8);
    aml_field_unit(o, "CNXT", 32);
    aml_close(o, field);
    field = aml_field(o, "CPUR", AML_BYTE_ACCESS);      /* a register of one byte among the wide ones */
    aml_field_unit(o, NULL, PC_CPUS_FLAGS * 8);
    aml_field_unit(o, "CFLG", 8);
    aml_close(o, field);
    aml_mutex(o, "CLCK");               /* CSEL and what follows it belong together */
}

static void lock(struct table_out *o)
{
    aml_op(o, AML_ACQUIRE);
    aml_name_path(o, "CLCK");
    aml_timeout(o, FOR_EVER);
}

static void unlock(struct table_out *o)
{
    aml_op(o, AML_RELEASE);
    aml_name_path(o, "CLCK");
}

static void select_argument(struct table_out *o)
{
    aml_op(o, AML_STORE);
    aml_arg(o, 0);
    aml_name_path(o, "CSEL");
}

/* CSTA (cpu): what its _STA returns. */
static void status_method(struct table_out *o)
{
    uint64_t method = aml_method(o, "CSTA", 1, false);
    lock(o);
    select_argument(o);
    load(o, 0, "CFLG");
    unlock(o);
    uint64_t then = if_bit(o, 0, PC_CPU_PRESENT);
    aml_return_integer(o, STA_ALL);
    aml_close(o, then);
    aml_return_integer(o, 0);
    aml_close(o, method);
}

/* CEJ0 (cpu): what its _EJ0 does. */
static void eject_method(struct table_out *o)
{
    uint64_t method = aml_method(o, "CEJ0", 1, false);
    lock(o);
    select_argument(o);
    store_to(o, "CFLG", PC_CPU_EJECT);
    unlock(o);
    aml_close(o, method);
}

/* CNFY (cpu, notification): AML has no way from a number to a device but to compare. */
static void notify_method(struct table_out *o, const struct platform *p)
{
    uint64_t method = aml_method(o, "CNFY", 2, false);
    for (unsigned i = 1; i < platform_vcpus_told(p); i++) {
        char name[ACPI_CPU_NAME_SIZE];
        acpi_cpu_name(name, i);
        uint64_t then = aml_if(o);
        aml_op(o, AML_LEQUAL);
        aml_arg(o, 0);
        aml_integer(o, i);
        aml_op(o, AML_NOTIFY);
        aml_name_path(o, name);
        aml_arg(o, 1);
        aml_close(o, then);
    }
    aml_close(o, method);
}

static void notify(struct table_out *o, unsigned bit, unsigned value)
{
    uint64_t then = if_bit(o, 1, bit);
    aml_name_path(o, "CNFY");
    aml_local(o, 0);
    aml_integer(o, value);
    aml_close(o, then);
}

/*
 * CSCN: takes the news of each CPU that has some, and hands them on. The registers name them, so that nobody has to ask all. It
 * takes as many as there are CPUs at most, as AML that could go on for ever is no good guest of a kernel.
 */
static void scan_method(struct table_out *o, const struct platform *p)
{
    uint64_t method = aml_method(o, "CSCN", 0, false);
    lock(o);
    aml_op(o, AML_STORE);
    aml_integer(o, platform_vcpus_told(p));
    aml_local(o, 2);
    uint64_t loop = aml_while(o);
    aml_local(o, 2);
    load(o, 0, "CNXT");
    uint64_t then = aml_if(o);
    aml_op(o, AML_LEQUAL);
    aml_local(o, 0);
    aml_integer(o, PC_CPUS_NONE);
    aml_op(o, AML_BREAK);
    aml_close(o, then);
    aml_op(o, AML_STORE);
    aml_local(o, 0);
    aml_name_path(o, "CSEL");
    load(o, 1, "CFLG");
    store_to(o, "CFLG", PC_CPU_INSERTED | PC_CPU_REMOVE);
    notify(o, PC_CPU_INSERTED, NOTIFY_DEVICE_CHECK);
    notify(o, PC_CPU_REMOVE, NOTIFY_EJECT_REQUEST);
    aml_op(o, AML_DECREMENT);
    aml_local(o, 2);
    aml_close(o, loop);
    unlock(o);
    aml_close(o, method);
}

static void call(struct table_out *o, const char *method, unsigned cpu)
{
    aml_name_path(o, method);
    aml_integer(o, cpu);
}

/* _MAT (6.2.10): the MADT entry as it is while the processor is there. Linux takes no id of a MADT entry that is not enabled. */
static void madt_entry(struct table_out *o, unsigned vcpu)
{
    uint8_t bytes[16];
    struct table_out entry = { bytes, sizeof(bytes), 0, false };
    acpi_madt_processor(&entry, vcpu, true);
    aml_name(o, "_MAT");
    aml_buffer(o, bytes, (uint32_t)entry.used);
}

void acpi_dsdt_cpu_events(struct table_out *o, const struct platform *p, unsigned vcpu)
{
    if (!acpi_can_hotplug(p))
        return;
    madt_entry(o, vcpu);
    uint64_t method = aml_method(o, "_STA", 0, false);
    aml_op(o, AML_RETURN);
    call(o, "CSTA", vcpu);
    aml_close(o, method);
    if (vcpu == 0)
        return;                         /* it never goes */
    method = aml_method(o, "_EJ0", 1, false);
    call(o, "CEJ0", vcpu);
    aml_close(o, method);
}

void acpi_dsdt_events(struct table_out *o, const struct platform *p)
{
    if (!p->ged.present)
        return;
    if (acpi_can_hotplug(p)) {
        cpu_registers(o);
        status_method(o);
        eject_method(o);
        notify_method(o, p);
        scan_method(o, p);
    }
    power_button(o, p);
    event_device(o, p);
}
