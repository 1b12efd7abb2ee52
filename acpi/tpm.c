/*
 * Owns: a TPM 2.0 with the command response buffer interface: its table ("TCG ACPI Specification" 1.3, 8) and its device. The
 * start method has no parameters, and there is no event log: nothing measured anything before the guest.
 */
#include "acpi/aml_resource.h"
#include "acpi/tables.h"

enum { TPM2_REVISION = 4, PLATFORM_CLASS_CLIENT = 0, START_CRB = 7 };
enum { CRB_CONTROL_AREA = 0x40, CRB_BYTES = 0x1000 };           /* "PC Client Platform TPM Profile" 1.05, table 25: locality 0 */

uint64_t acpi_tpm2(struct table_out *o, const struct platform *p)
{
    uint64_t start = table_begin(o, "TPM2", TPM2_REVISION);
    table_le(o, PLATFORM_CLASS_CLIENT, 2);
    table_zero(o, 2);
    table_le(o, p->tpm.base.v + CRB_CONTROL_AREA, 8);
    table_le(o, START_CRB, 4);
    table_zero(o, 12 + 4 + 8);                      /* parameters of the start method; event log: length, address */
    table_end(o, start);
    return start;
}

void acpi_dsdt_tpm(struct table_out *o, const struct platform *p)
{
    if (!p->tpm.present)
        return;
    uint64_t device = aml_device(o, "TPM");
    aml_hid(o, "MSFT0101");
    aml_name(o, "_CRS");
    uint64_t template = aml_template(o);
    aml_memory32(o, (uint32_t)p->tpm.base.v, CRB_BYTES);
    aml_template_close(o, template);
    aml_close(o, device);
}
