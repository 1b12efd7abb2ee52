/* Owns: the MADT's entries of LoongArch (ACPI 6.5, 5.2.12.20 to 26) and RISC-V (ACPI 6.6): processors and interrupt controllers. */
#include "acpi/show/describe_madt.h"

static const struct tell_word core_flag[] = { BIT(0, "enabled"), WORDS_END };
static const struct tell_word rintc_flag[] = { BIT(0, "enabled"), BIT(1, "online capable"), WORDS_END };

/* ---- LoongArch ---- */

const struct tell_row tell_core_pic[] = {
    T_NUMBER("Version", 1), T_NUMBER("ACPI Processor ID", 4), T_NUMBER("Physical Processor ID", 4),
    { "Flags", 4, TELL_BITS, core_flag, tell_madt_core }, ROWS_END,
};
const struct tell_row tell_lio_pic[] = {
    T_NUMBER("Version", 1), T_HEX("Base Address", 8), T_HEX("Size", 2), T_BYTES("Cascade vector", 2), T_BYTES("Cascade vector mapping", 8), ROWS_END,
};
const struct tell_row tell_ht_pic[] = {
    T_NUMBER("Version", 1), T_HEX("Base Address", 8), T_HEX("Size", 2), T_BYTES("Cascade vector", 8), ROWS_END,
};
const struct tell_row tell_eio_pic[] = {
    T_NUMBER("Version", 1), T_NUMBER("Cascade vector", 1), T_NUMBER("Node", 1), T_HEX("Node map", 8), ROWS_END,
};
const struct tell_row tell_msi_pic[] = {
    T_NUMBER("Version", 1), T_HEX("Message Address", 8), T_NUMBER("Start", 4), T_NUMBER("Count", 4), ROWS_END,
};
const struct tell_row tell_bio_pic[] = {
    T_NUMBER("Version", 1), T_HEX("Base Address", 8), T_HEX("Size", 2), T_NUMBER("Hardware ID", 2), T_NUMBER("GSI base", 2), ROWS_END,
};
const struct tell_row tell_lpc_pic[] = {
    T_NUMBER("Version", 1), T_HEX("Base Address", 8), T_HEX("Size", 2), T_NUMBER("Cascade vector", 1), ROWS_END,
};

/* ---- RISC-V ---- */

const struct tell_row tell_rintc[] = {
    T_NUMBER("Version", 1), T_RESERVED(1), { "Flags", 4, TELL_BITS, rintc_flag, tell_madt_core }, T_NUMBER("Hart ID", 8),
    T_NUMBER("ACPI Processor UID", 4), T_HEX("External Interrupt Controller ID", 4), T_HEX("IMSIC Base address", 8), T_HEX("IMSIC Size", 4), ROWS_END,
};
const struct tell_row tell_imsic[] = {
    T_NUMBER("Version", 1), T_RESERVED(1), T_HEX("Flags", 4), T_NUMBER("Number of supervisor mode interrupt identities", 2),
    T_NUMBER("Number of guest mode interrupt identities", 2), T_NUMBER("Guest index bits", 1), T_NUMBER("Hart index bits", 1),
    T_NUMBER("Group index bits", 1), T_NUMBER("Group index shift", 1), ROWS_END,
};
const struct tell_row tell_aplic[] = {
    T_NUMBER("Version", 1), T_NUMBER("APLIC ID", 1), T_HEX("Flags", 4), T_TEXT("Hardware ID", 8), T_NUMBER("Number of IDCs", 2),
    T_NUMBER("Total external interrupt sources", 2), T_NUMBER("Global System Interrupt Base", 4), T_HEX("APLIC Address", 8), T_HEX("APLIC Size", 4),
    ROWS_END,
};
const struct tell_row tell_plic[] = {
    T_NUMBER("Version", 1), T_NUMBER("PLIC ID", 1), T_TEXT("Hardware ID", 8), T_NUMBER("Total external interrupt sources", 2),
    T_NUMBER("Max Priority", 2), T_HEX("Flags", 4), T_HEX("PLIC Size", 4), T_HEX("PLIC Address", 8), T_NUMBER("Global System Interrupt Base", 4), ROWS_END,
};
