/*
 * Owns: the policy table. Every signature that the ACPI specification reserves (6.5, tables 5.5 and 5.6, and the older ones' lists)
 * and every one met on real machines has a row. The measure: a table is kept when all it says is true of the hardware domain, which
 * drives the machine's devices; it is dropped when it tells of what stays with the hypervisor (processors as they really are, memory,
 * IOMMU, timers, machine checks) and replaced when the domain cannot do without it. The order is the alphabet's.
 */
#include "acpi/firmware/policy.h"
#include <stddef.h>

#define KEEP(signature, reason)    { signature, ACPI_KEEP, false, reason }
#define UART(signature, reason)    { signature, ACPI_KEEP, true, reason }
#define REPLACE(signature, reason) { signature, ACPI_REPLACE, false, reason }
#define DROP(signature, reason)    { signature, ACPI_DROP, false, reason }

static const struct acpi_policy rows[] = {
    DROP("AEST", "errors of Arm processors and memory are reported to the hypervisor"),
    DROP("AGDI", "its diagnostic dump is asked for by an interrupt that the hypervisor takes"),
    REPLACE("APIC", "told anew: the domain's own processors, and the machine's IOAPICs"),
    DROP("APMT", "performance counters of the real Arm processors stay with the hypervisor"),
    KEEP("ASF!", "remote management of the board: the domain drives its devices"),
    KEEP("ASPT", "registers of AMD's secure processor, a device of the domain's"),
    KEEP("ATKG", "names of an Intel trace hub's blocks, harmless"),
    KEEP("BATB", "a buffer that the firmware uses through AML, which is kept"),
    KEEP("BDAT", "the firmware's own measurements, to be read only"),
    KEEP("BERT", "the record of an error before this boot, to be read only"),
    KEEP("BGRT", "where the firmware's logo stands, harmless"),
    KEEP("BOOT", "which CMOS byte holds the boot flags: the domain has the CMOS"),
    KEEP("CCEL", "the log of what was measured before boot, to be read only"),
    DROP("CDAT", "CXL memory by proximity domain: the domain has no such memory and no NUMA"),
    DROP("CDIT", "distances between the machine's processors and memories: the domain has no NUMA"),
    DROP("CEDT", "CXL memory windows: all memory is the hypervisor's to give"),
    DROP("CPEP", "polls processors for corrected errors by their real ids"),
    DROP("CRAT", "the machine's processors, caches and memory as they are, not as the domain has them"),
    KEEP("CSRT", "DMA controllers and other shared devices, which the domain drives"),
    UART("DBG2", "debug ports, which are the domain's"),
    UART("DBGP", "a debug port, which is the domain's"),
    DROP("DMAR", "the IOMMU stays with the hypervisor"),
    DROP("DRTM", "a measured launch would be the hypervisor's, not the domain's"),
    KEEP("DSDT", "AML that changes what it says at run time cannot be rewritten: what the domain must not touch is named in STAO"),
    DROP("DTPR", "DMA protection by TXT stays with the hypervisor, as the IOMMU does"),
    KEEP("ECDT", "the embedded controller is the domain's"),
    DROP("EINJ", "injects errors into processors and memory on which the hypervisor runs"),
    DROP("ERDT", "the machine's cache and bandwidth monitoring stays with the hypervisor"),
    KEEP("ERST", "the firmware's store for error records is the domain's to read and write"),
    DROP("ETDT", "event timers stay with the hypervisor (the HPET's older name)"),
    KEEP("FACP", "power registers, SCI and reset are the machine's; the hypervisor traps PM1 control to see S5"),
    KEEP("FACS", "the global lock is shared with the firmware: there can be only this one"),
    KEEP("FFFF", "data of the vendor's (HP), harmless"),
    KEEP("FIDT", "the firmware's name and version"),
    KEEP("FPDT", "how long the firmware took, to be read only"),
    KEEP("GSCI", "an Intel graphics notification, which goes to the domain"),
    DROP("GTDT", "Arm timers stay with the hypervisor; the domain has its own"),
    DROP("HEST", "machine checks and NMIs, by which these errors are reported, go to the hypervisor"),
    DROP("HMAT", "bandwidth and latency of the machine's memories: the domain has no NUMA"),
    DROP("HPET", "the HPET stays with the hypervisor"),
    KEEP("IBFT", "the iSCSI disk that the firmware booted from: the network card is the domain's"),
    KEEP("IEIT", "an Intel device's identity, harmless"),
    KEEP("IERS", "inline encryption of storage, which the domain drives"),
    DROP("IORT", "the SMMU and the interrupt translation stay with the hypervisor"),
    DROP("IOVT", "the IOMMU stays with the hypervisor"),
    DROP("IVRS", "the IOMMU stays with the hypervisor"),
    KEEP("KEYP", "encryption keys of PCIe root ports, which the domain drives"),
    DROP("LPIT", "idle states of the real processors are the hypervisor's to enter"),
    KEEP("MCFG", "PCI configuration space is where it was"),
    KEEP("MCHI", "the management controller is the domain's"),
    KEEP("MHSP", "Microsoft's security processor, a device of the domain's"),
    KEEP("MISC", "identified data of the vendor's, harmless"),
    DROP("MPAM", "the machine's memory partitioning stays with the hypervisor"),
    DROP("MPST", "power states of memory: all memory is the hypervisor's to give"),
    DROP("MRRM", "ranges of the machine's memory: the domain has others"),
    DROP("MSCT", "the most processors and proximity domains that the machine may have, not the domain"),
    KEEP("MSDM", "a licence key"),
    KEEP("NBFT", "the NVMe disk that the firmware booted from: the network card is the domain's"),
    DROP("NFIT", "persistent memory: all memory is the hypervisor's to give"),
    KEEP("NHLT", "audio endpoints, which the domain drives"),
    KEEP("OEM?", "data of the vendor's: no driver takes it for another machine's"),
    DROP("PCCT", "channels to the firmware about speed and errors of the real processors"),
    KEEP("PC__", "data of the vendor's (Dell), harmless"),
    DROP("PDTT", "debug triggers for the real processors, through PCCT's channels"),
    KEEP("PHAT", "the firmware's health records, to be read only"),
    DROP("PMTT", "the machine's memory devices: the domain has no NUMA, and memory of the hypervisor's choice"),
    DROP("PPTT", "caches and topology of the real processors"),
    DROP("PRMT", "firmware code that must run on the real processors, reached through EFI, which the domain has not"),
    KEEP("PSDT", "AML of ACPI 1.0, as SSDT"),
    DROP("RAS2", "scrubbing of the machine's memory is not the domain's"),
    DROP("RASF", "scrubbing of the machine's memory is not the domain's"),
    KEEP("RGRT", "a picture of regulatory marks"),
    DROP("RHCT", "RISC-V processors as they really are"),
    DROP("RIMT", "RISC-V's IOMMU stays with the hypervisor"),
    REPLACE("RSD ", "made new: it points at the new RSDT and XSDT"),
    REPLACE("RSDT", "made new: it lists what the domain is given, as far as that stands below 4 GiB"),
    DROP("SBST", "battery thresholds of ACPI 1.0: the domain reads its batteries through AML"),
    DROP("SBTT", "named by the hardware domain's ABI draft among what is not to be told; defined nowhere"),
    DROP("SDEI", "the firmware's software events go to the hypervisor"),
    KEEP("SDEV", "devices that the firmware keeps for itself: as true for the domain"),
    KEEP("SLIC", "a licence"),
    DROP("SLIT", "distances between the machine's nodes: the domain has no NUMA"),
    UART("SPCR", "the firmware's serial console, which is the domain's"),
    KEEP("SPMI", "the management controller is the domain's"),
    DROP("SRAT", "the machine's processors and memory by node: the domain has no NUMA"),
    KEEP("SSDT", "AML, as the DSDT"),
    REPLACE("STAO", "made new: devices that the domain must not touch, with those that were named already"),
    KEEP("SVKL", "keys for the disks that the domain drives"),
    KEEP("SWFT", "files for audio devices, which the domain drives"),
    KEEP("TCPA", "the TPM is the domain's"),
    KEEP("TPM2", "the TPM is the domain's"),
    KEEP("UEFI", "data and mailboxes of the firmware's drivers, harmless"),
    KEEP("VFCT", "the graphics card's BIOS, without which its driver finds no screen"),
    DROP("VIOT", "the virtual IOMMU stays with the hypervisor"),
    KEEP("WAET", "which emulated timers need no workarounds: the domain has the same"),
    KEEP("WDAT", "the watchdog is the domain's"),
    KEEP("WDDT", "the watchdog is the domain's"),
    KEEP("WDRT", "the watchdog is the domain's"),
    KEEP("WD__", "the watchdog (Dell) is the domain's"),
    KEEP("WPBT", "a program for Windows, harmless to others"),
    KEEP("WSMT", "how the firmware's SMI handlers protect themselves: they are the same"),
    DROP("XENV", "grants and event channel of a Xen below: the domain runs on another hypervisor"),
    REPLACE("XSDT", "made new: it lists what the domain is given"),
};
enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static bool matches(const char *pattern, const uint8_t *signature)
{
    for (unsigned i = 0; i < 4; i++)
        if (pattern[i] != '?' && (uint8_t)pattern[i] != signature[i])
            return false;
    return true;
}

const struct acpi_policy *acpi_policy_find(const uint8_t signature[4])
{
    for (unsigned i = 0; i < ROWS; i++)
        if (matches(rows[i].signature, signature))
            return &rows[i];
    return NULL;
}

const struct acpi_policy *acpi_policy_row(unsigned n) { return n < ROWS ? &rows[n] : NULL; }

const char *acpi_action_name(uint8_t action)
{
    static const char *const names[] = { "keep", "replace", "drop", "add" };
    return names[action & 3];
}
