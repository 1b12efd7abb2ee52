/*
 * The hardware domain's tables, made from the firmware's by the policy table: which of them it is given, which are told anew, and
 * which devices of the AML it must not touch. Pure: the hypervisor and the host tool run the same code. Nothing of the firmware's is
 * written to; a table that is kept and stands in memory stays where it is, byte for byte.
 */
#ifndef ACPI_FIRMWARE_MANGLE_H
#define ACPI_FIRMWARE_MANGLE_H
#include "acpi/firmware/policy.h"
#include "acpi/firmware/set.h"
#include "acpi/namespace/namespace.h"
#include "acpi/table.h"
#include "platform/platform.h"

enum { MANGLE_HIDDEN_MAX = 2048, MANGLE_DECISIONS_MAX = ACPI_SET_MAX + 8 };

/* A UART by the first address of its registers, in I/O space or memory. */
struct mangle_uart { enum { MANGLE_NO_UART, MANGLE_UART_PORT, MANGLE_UART_MEMORY } space; uint64_t at; };

struct mangle_options {
    unsigned vcpus;             /* 1..PLATFORM_VCPUS_MAX */
    /*
     * A kernel with the Xen ABI takes a processor's UID for the vCPU's number in hypercalls, so the UIDs are 0..vcpus-1. Without it
     * they are those of the firmware's first processors, by which the AML's processor objects find theirs (ACPI 6.4, 5.2.12.2).
     */
    bool xen;
    bool x2apic;                /* every processor by an x2APIC entry; else only those that need one */
    bool pic;                   /* the domain has a pair of 8259s */
    bool keep_unknown;          /* what has no row in the policy table is kept; else dropped: it may speak of what stays with the hypervisor */
    struct mangle_uart uart;    /* the hypervisor's */
    const char *const *hide;    /* more devices to be hidden: each a path ("\\_SB.PCI0.UAR1") or a _HID or _CID ("PNP0501") */
    unsigned hides;
};

struct mangle_decision {
    const struct acpi_table *table;     /* NULL: the firmware had none */
    char signature[5];                  /* printable */
    uint8_t action;                     /* enum acpi_action */
    bool laid;                          /* its bytes are in the image, at .offset: made, or kept but not in memory */
    uint64_t offset;                    /* set by mangle_plan already */
    uint32_t length;                    /* bytes, if kept or laid */
    const char *reason;                 /* a clause without a full stop */
    const char *damage;                 /* a clause, "its checksum is wrong"; "" none */
};

/* A device that STAO names. */
struct mangle_hidden {
    int node;                           /* in the namespace; AML_NONE: named by the firmware's own STAO */
    const char *path;                   /* then: its path */
    const char *why;
};

/* What a MADT holds, by kinds of entry. */
struct mangle_madt {
    unsigned processors, enabled, ioapics, overrides, nmis, nmi_sources, others;
    bool pcat, damaged;                 /* damaged: an entry's length is wrong, and what is behind it was not read */
};

/* How the machine is switched off: SLP_TYP of \_S5_ (ACPI 6.4, 7.4.2) and where it is written; port 0: there is none. */
struct mangle_power { bool s5; uint8_t type_a, type_b; uint64_t pm1a_control, pm1b_control, sleep_control; };

/* About 60 KiB: static or on the heap. What it was made from must live as long as it is used. */
struct mangle {
    const struct acpi_set *set;
    const struct mangle_options *options;
    struct aml_namespace *ns;
    struct mangle_decision decision[MANGLE_DECISIONS_MAX];
    unsigned decisions;
    struct mangle_hidden hidden[MANGLE_HIDDEN_MAX];
    unsigned hiddens;
    bool ignore_spcr;                   /* STAO's byte: the UART that SPCR defines is not the domain's */
    bool uart_found;                    /* a device of the namespace is the hypervisor's UART */
    uint32_t uid[PLATFORM_VCPUS_MAX];   /* ACPI processor UIDs of the vCPUs */
    bool wide;                          /* all processors by x2APIC entries */
    struct mangle_madt madt;            /* the firmware's */
    struct mangle_power power;
    uint64_t size;                      /* bytes of the image, exactly */
};

/*
 * Decides everything. ns comes as aml_namespace_init leaves it, and is filled from the set's DSDT and SSDTs. False with a sentence: the set has no FADT, DSDT
 * or MADT that can be read, it is no PC's, or an option asks for what is not there.
 */
bool mangle_plan(struct mangle *m, const struct acpi_set *s, const struct mangle_options *o, struct aml_namespace *ns, struct error *e);

/*
 * Writes the new tables for guest address `at` (page-aligned) into to[m->size]; the RSDP comes first. False: the image would
 * reach above 4 GiB, where no RSDT can point, or `size` is less than m->size.
 */
bool mangle_write(struct mangle *m, gpa_t at, uint8_t *to, uint64_t size, struct error *e);

/* The address of a decision's table, as the new root tables have it. */
uint64_t mangle_address(const struct mangle *m, const struct mangle_decision *d, gpa_t at);

/* Counts a MADT's entries. */
void mangle_count_madt(struct mangle_madt *c, struct span madt);
#endif
