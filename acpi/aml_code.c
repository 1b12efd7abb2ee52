/* Owns: the AML encodings of what runs: methods, operators, fields (ACPI 6.4, 20.2.5). */
#include "acpi/aml_code.h"
#include <string.h>

enum {
    METHOD_OP = 0x14, LOCAL0_OP = 0x60, ARG0_OP = 0x68, IF_OP = 0xa0, ELSE_OP = 0xa1, WHILE_OP = 0xa2,
    MUTEX_OP = 0x5b01, REGION_OP = 0x5b80, FIELD_OP = 0x5b81,
};

static void opcode(struct table_out *o, unsigned op)
{
    if (op >> 8)
        table_le(o, op >> 8, 1);
    table_le(o, op, 1);
}

static uint64_t open_package(struct table_out *o, unsigned op)
{
    opcode(o, op);
    return o->used;
}

void aml_op(struct table_out *o, enum aml_opcode op) { opcode(o, op); }
void aml_local(struct table_out *o, unsigned n) { opcode(o, LOCAL0_OP + n); }
void aml_arg(struct table_out *o, unsigned n) { opcode(o, ARG0_OP + n); }
void aml_timeout(struct table_out *o, uint16_t milliseconds) { table_le(o, milliseconds, 2); }
uint64_t aml_if(struct table_out *o) { return open_package(o, IF_OP); }
uint64_t aml_else(struct table_out *o) { return open_package(o, ELSE_OP); }
uint64_t aml_while(struct table_out *o) { return open_package(o, WHILE_OP); }

uint64_t aml_method(struct table_out *o, const char *name, unsigned args, bool serialized)
{
    uint64_t opened = open_package(o, METHOD_OP);
    aml_name_path(o, name);
    table_le(o, args | (serialized ? 1u << 3 : 0u), 1);
    return opened;
}

void aml_return_integer(struct table_out *o, uint64_t v)
{
    aml_op(o, AML_RETURN);
    aml_integer(o, v);
}

void aml_return_path(struct table_out *o, const char *path)
{
    aml_op(o, AML_RETURN);
    aml_name_path(o, path);
}

void aml_notify(struct table_out *o, const char *object, uint8_t value)
{
    aml_op(o, AML_NOTIFY);
    aml_name_path(o, object);
    aml_integer(o, value);
}

void aml_mutex(struct table_out *o, const char *name)
{
    opcode(o, MUTEX_OP);
    aml_name_path(o, name);
    table_le(o, 0, 1);                  /* sync level */
}

void aml_region(struct table_out *o, const char *name, enum aml_space space, uint64_t base, uint64_t length)
{
    opcode(o, REGION_OP);
    aml_name_path(o, name);
    table_le(o, space, 1);
    aml_integer(o, base);
    aml_integer(o, length);
}

uint64_t aml_field(struct table_out *o, const char *region, enum aml_access access)
{
    uint64_t opened = open_package(o, FIELD_OP);
    aml_name_path(o, region);
    table_le(o, access, 1);             /* bit 4 and up clear: no lock, preserve */
    return opened;
}

/* The width is written like a PkgLength, but counts bits and not itself (20.2.5.2, NamedField). */
void aml_field_unit(struct table_out *o, const char *name, uint32_t bits)
{
    if (name)
        aml_name_path(o, name);
    else
        table_le(o, 0, 1);
    unsigned n = bits < 0x40 ? 1 : bits < 0x1000 ? 2 : bits < 0x100000 ? 3 : 4;
    table_le(o, n == 1 ? bits : (n - 1) << 6 | (bits & 0xf), 1);
    table_le(o, bits >> 4, n - 1);
}
