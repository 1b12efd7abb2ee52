/*
 * AML that runs: methods, fields and operators. Operators stand before their operands, as in AML itself:
 *     aml_op(o, AML_STORE); aml_integer(o, 5); aml_name_path(o, "CTRL");      // CTRL = 5
 */
#ifndef ACPI_AML_CODE_H
#define ACPI_AML_CODE_H
#include "acpi/aml.h"

/* Two bytes are written high byte first (20.2.5). Operands in the order given; T is a target, AML_NO_TARGET when it is not wanted. */
enum aml_opcode {
    AML_NO_TARGET = 0x00, AML_ONES = 0xff, AML_STORE = 0x70 /* v T */, AML_NOTIFY = 0x86 /* object v */, AML_RETURN = 0xa4 /* v */,
    AML_ADD = 0x72 /* a b T */, AML_SUBTRACT = 0x74, AML_SHIFT_LEFT = 0x79, AML_SHIFT_RIGHT = 0x7a, AML_AND = 0x7b, AML_OR = 0x7d,
    AML_INCREMENT = 0x75 /* T */, AML_DECREMENT = 0x76, AML_NOT = 0x80 /* v T */,
    AML_DEREF = 0x83 /* v */, AML_SIZE = 0x87 /* v */, AML_INDEX = 0x88 /* v i T */,
    AML_DWORD_FIELD = 0x8a /* buffer byte name */, AML_WORD_FIELD = 0x8b, AML_BYTE_FIELD = 0x8c, AML_QWORD_FIELD = 0x8f,
    AML_LAND = 0x90 /* a b */, AML_LOR = 0x91, AML_LNOT = 0x92 /* v */, AML_LEQUAL = 0x93 /* a b */, AML_LGREATER = 0x94,
    AML_LLESS = 0x95, AML_LNOT_EQUAL = 0x9293, AML_LLESS_EQUAL = 0x9294, AML_LGREATER_EQUAL = 0x9295, AML_BREAK = 0xa5,
    AML_ACQUIRE = 0x5b23 /* mutex, then aml_timeout */, AML_RELEASE = 0x5b27 /* mutex */, AML_SLEEP = 0x5b22 /* milliseconds */,
};
void aml_op(struct table_out *o, enum aml_opcode op);
void aml_local(struct table_out *o, unsigned n);                /* Local0..Local7 */
void aml_arg(struct table_out *o, unsigned n);                  /* Arg0..Arg6 */
void aml_timeout(struct table_out *o, uint16_t milliseconds);   /* 0xffff: for ever */

/* Opened, and closed by aml_close(). The predicate follows at once, then the terms inside; an else right after the if's close. */
uint64_t aml_method(struct table_out *o, const char *name, unsigned args, bool serialized);
uint64_t aml_if(struct table_out *o);
uint64_t aml_else(struct table_out *o);
uint64_t aml_while(struct table_out *o);

/* In short: return of a number or of what a path names; Notify (object, value). */
void aml_return_integer(struct table_out *o, uint64_t v);
void aml_return_path(struct table_out *o, const char *path);
void aml_notify(struct table_out *o, const char *object, uint8_t value);
/* A mutex of sync level 0, for AML_ACQUIRE and AML_RELEASE. */
void aml_mutex(struct table_out *o, const char *name);

/* An operation region, and the fields in it (20.2.5.2): opened, units from bit 0 on, closed by aml_close(). */
enum aml_space { AML_SYSTEM_MEMORY = 0, AML_SYSTEM_IO = 1 };
enum aml_access { AML_ANY_ACCESS = 0, AML_BYTE_ACCESS = 1, AML_WORD_ACCESS = 2, AML_DWORD_ACCESS = 3 };
void aml_region(struct table_out *o, const char *name, enum aml_space space, uint64_t base, uint64_t length);
uint64_t aml_field(struct table_out *o, const char *region, enum aml_access access);   /* no lock; the other bits are preserved */
void aml_field_unit(struct table_out *o, const char *name, uint32_t bits);      /* name of four characters; NULL: reserved */
#endif
