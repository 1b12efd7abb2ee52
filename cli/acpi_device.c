/* Owns: what a device, and any name, of the AML is in words. */
#include "cli/acpi_device.h"
#include <stdio.h>
#include <string.h>

void acpi_clean(struct span bytes, char *to, unsigned size)
{
    unsigned n = 0;
    for (; n < bytes.left && n + 1 < size && bytes.at[n]; n++)
        to[n] = (char)(bytes.at[n] >= 0x20 && bytes.at[n] < 0x7f ? bytes.at[n] : '?');
    while (n && to[n - 1] == ' ')
        n--;
    to[n] = '\0';
}

static void clean_text(char *text, unsigned size) { acpi_clean(span_of(text, strlen(text)), text, size); }

bool acpi_device_id_text(const struct aml_namespace *ns, int device, unsigned which, char to[ACPI_ID_MAX])
{
    bool told = aml_device_id(ns, device, which, to, ACPI_ID_MAX);
    if (told)
        clean_text(to, ACPI_ID_MAX);
    return told;
}

/* What stands in for a value that is not constant: a package of ids has its own. */
static const char *unknown(const struct aml_namespace *ns, int node)
{
    int target = node == AML_NONE ? AML_NONE : aml_target(ns, node);
    return node == AML_NONE ? "" : target != AML_NONE && ns->node[target].kind == AML_METHOD ? "method" : "...";
}

static void number_or_text(const struct aml_namespace *ns, int node, const char *format, char to[ACPI_ID_MAX])
{
    uint64_t v;
    if (node != AML_NONE && aml_integer_value(ns, node, &v))
        (void)snprintf(to, ACPI_ID_MAX, format, (unsigned long long)v);
    else if (node != AML_NONE && aml_string_value(ns, node, to, ACPI_ID_MAX))
        clean_text(to, ACPI_ID_MAX);
    else
        (void)strcpy(to, unknown(ns, node));
}

/* Ids whose meaning is not plain from the letters: the PNP list of the Plug and Play BIOS specification's time, and ACPI 6.4, table 5.164. */
static const struct { const char id[9], *what; } known[] = {
    { "PNP0000", "8259 PICs" }, { "PNP0003", "I/O APIC" }, { "PNP0100", "PIT" }, { "PNP0103", "HPET" }, { "PNP0200", "ISA DMA controller" },
    { "PNP0303", "PS/2 keyboard" }, { "PNP030B", "PS/2 keyboard" }, { "PNP0400", "parallel port" }, { "PNP0401", "parallel port, ECP" },
    { "PNP0500", "serial port" }, { "PNP0501", "serial port, 16550A" }, { "PNP0700", "floppy controller" }, { "PNP0800", "speaker" },
    { "PNP0A03", "PCI host bridge" }, { "PNP0A05", "container" }, { "PNP0A06", "container" }, { "PNP0A08", "PCI Express host bridge" },
    { "PNP0B00", "RTC" }, { "PNP0C01", "system board" }, { "PNP0C02", "motherboard resources" }, { "PNP0C04", "x87 coprocessor" },
    { "PNP0C08", "ACPI system board" }, { "PNP0C09", "embedded controller" }, { "PNP0C0A", "battery" }, { "PNP0C0B", "fan" },
    { "PNP0C0C", "power button" }, { "PNP0C0D", "lid" }, { "PNP0C0E", "sleep button" }, { "PNP0C0F", "PCI interrupt link" },
    { "PNP0C14", "WMI" }, { "PNP0C31", "TPM 1.2" }, { "PNP0C32", "direct application launch button" }, { "PNP0C33", "error device" },
    { "PNP0C50", "HID over I2C" }, { "PNP0C80", "memory device" }, { "PNP0D10", "USB 3 controller, xHCI" }, { "PNP0D40", "SD host controller" },
    { "PNP0F13", "PS/2 mouse" }, { "PNP0F03", "PS/2 mouse" },
    { "ACPI0001", "SMBus 1.0" }, { "ACPI0002", "smart battery" }, { "ACPI0003", "AC adapter" }, { "ACPI0004", "module" }, { "ACPI0005", "SMBus 2.0" },
    { "ACPI0006", "GPE block" }, { "ACPI0007", "processor" }, { "ACPI0008", "ambient light sensor" }, { "ACPI000A", "I/O APIC" },
    { "ACPI000C", "processor aggregator" }, { "ACPI000D", "power meter" }, { "ACPI000E", "wake alarm" }, { "ACPI0010", "processor container" },
    { "ACPI0011", "generic buttons" }, { "ACPI0012", "NVDIMM root" }, { "ACPI0013", "generic event device" }, { "ACPI0014", "wireless calibration" },
    { "ACPI0016", "CXL host bridge" }, { "ACPI0017", "CXL root" },
    { "ARMH0011", "PL011 UART" }, { "ARMHB000", "SBSA UART" }, { "BDPL0001", "event channels" }, { "LNRO0005", "virtio-mmio" }, { "MSFT0101", "TPM 2.0" },
    { "QEMU0002", "QEMU firmware configuration" }, { "QEMUVGID", "VM generation ID" },
};

static const char *known_id(const char *id)
{
    for (unsigned i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (strcmp(known[i].id, id) == 0)
            return known[i].what;
    return NULL;
}

/* Right behind a PCI host bridge. What is further down may be a bus of another kind, whose _ADR means another thing (ACPI 6.4, table 6.2). */
static bool is_pci(const struct aml_namespace *ns, int device)
{
    char id[ACPI_ID_MAX];
    return aml_device_id(ns, ns->node[device].parent, 0, id, sizeof(id)) && (strcmp(id, "PNP0A08") == 0 || strcmp(id, "PNP0A03") == 0);
}

static void say_what(const struct aml_namespace *ns, int device, struct acpi_device *d)
{
    char id[ACPI_ID_MAX];
    uint64_t adr;
    const char *what = ns->node[device].kind == AML_DEVICE_NODE ? NULL : acpi_kind_name(ns->node[device].kind);
    for (unsigned i = 0; !what && i < 16; i++)
        if (aml_device_id(ns, device, i, id, sizeof(id)))
            what = known_id(id);
    int node = aml_child(ns, device, "_ADR");
    if (what)
        (void)snprintf(d->what, sizeof(d->what), "%s", what);
    else if (node != AML_NONE && aml_integer_value(ns, node, &adr) && adr <= 0x1fffff && is_pci(ns, device))
        (void)snprintf(d->what, sizeof(d->what), (adr & 0xffff) == 0xffff ? "PCI %02x.*" : "PCI %02x.%x", (unsigned)(adr >> 16), (unsigned)adr & 0xffff);
}

void acpi_device_of(const struct aml_namespace *ns, int device, struct acpi_device *d)
{
    char id[ACPI_ID_MAX];
    memset(d, 0, sizeof(*d));
    if (!acpi_device_id_text(ns, device, 0, d->hid))
        (void)strcpy(d->hid, unknown(ns, aml_child(ns, device, "_HID")));
    for (unsigned i = 1; acpi_device_id_text(ns, device, i, id); i++) {
        size_t used = strlen(d->cids);
        (void)snprintf(d->cids + used, sizeof(d->cids) - used, "%s%s", used ? " " : "", id);
    }
    if (!*d->cids)
        (void)strcpy(d->cids, unknown(ns, aml_child(ns, device, "_CID")));
    if (ns->node[device].kind == AML_PROCESSOR && ns->node[device].data.left)
        (void)snprintf(d->uid, sizeof(d->uid), "%u", ns->node[device].data.at[0]);
    else
        number_or_text(ns, aml_child(ns, device, "_UID"), "%llu", d->uid);
    number_or_text(ns, aml_child(ns, device, "_ADR"), "%#llx", d->adr);
    say_what(ns, device, d);
}

const char *acpi_kind_name(unsigned kind)
{
    static const char *const name[] = {
        [AML_SCOPE] = "scope", [AML_DEVICE_NODE] = "device", [AML_PROCESSOR] = "processor", [AML_THERMAL] = "thermal zone",
        [AML_POWER] = "power resource", [AML_METHOD] = "method", [AML_NAMED] = "name", [AML_REGION] = "region", [AML_FIELD] = "field",
        [AML_MUTEX] = "mutex", [AML_EVENT] = "event", [AML_ALIAS] = "alias", [AML_EXTERNAL] = "external",
        [AML_BANK_OR_INDEX] = "banked field", [AML_BUFFER_FIELD] = "buffer field", [AML_DATA_REGION] = "data region",
    };
    return kind < sizeof(name) / sizeof(name[0]) ? name[kind] : "?";
}

static const char *space_name(unsigned space)
{
    static const char *const name[] = {     /* 19.6.100 */
        "SystemMemory", "SystemIO", "PCI_Config", "EmbeddedControl", "SMBus", "SystemCMOS", "PciBarTarget", "IPMI", "GeneralPurposeIO",
        "GenericSerialBus", "PCC", "PlatformRtMechanism",
    };
    return space < sizeof(name) / sizeof(name[0]) ? name[space] : space == 0x7f ? "FFixedHW" : "OEM's";
}

static void value_of_name(const struct aml_namespace *ns, int node, char to[ACPI_VALUE_MAX])
{
    struct span data = ns->node[node].data;
    uint64_t v;
    char text[ACPI_VALUE_MAX - 2];
    if (aml_integer_value(ns, node, &v)) {
        (void)snprintf(to, ACPI_VALUE_MAX, "%#llx", (unsigned long long)v);
    } else if (aml_string_value(ns, node, text, sizeof(text))) {
        clean_text(text, sizeof(text));
        (void)snprintf(to, ACPI_VALUE_MAX, "\"%s\"", text);
    } else {
        uint8_t op = span_u8(&data);
        (void)snprintf(to, ACPI_VALUE_MAX, "%s of %zu bytes", op == 0x11 ? "buffer" : op == 0x12 || op == 0x13 ? "package" : "expression", data.left + 1);
    }
}

void acpi_value_of(const struct aml_namespace *ns, int node, char to[ACPI_VALUE_MAX])
{
    const struct aml_node *n = &ns->node[node];
    int target;
    *to = '\0';
    switch (n->kind) {
    case AML_NAMED:
        value_of_name(ns, node, to);
        break;
    case AML_METHOD:
        (void)snprintf(to, ACPI_VALUE_MAX, "%u argument%s, %zu bytes", n->arguments, n->arguments == 1 ? "" : "s", n->data.left);
        break;
    case AML_REGION:
        (void)snprintf(to, ACPI_VALUE_MAX, "%s", n->data.left ? space_name(n->data.at[0]) : "");
        break;
    case AML_ALIAS:
        target = aml_target(ns, node);
        if (target != AML_NONE)
            (void)aml_path(ns, target, to, ACPI_VALUE_MAX);
        break;
    default:
        break;
    }
}
