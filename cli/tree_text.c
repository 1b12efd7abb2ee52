/*
 * Owns: how a flattened tree is shown. Properties have no types: what looks like texts is shown as texts, what is made of 4 bytes as
 * numbers, the rest as bytes, as dtc does.
 */
#include "cli/tree_text.h"
#include "cli/json.h"
#include <ctype.h>
#include <libfdt.h>
#include <stdio.h>
#include <string.h>

enum look { EMPTY, TEXTS, NUMBERS, BYTES };

/* Texts: printable, none of them empty, the last one ended. */
static enum look look_of(const char *value, int size)
{
    if (size == 0)
        return EMPTY;
    bool texts = value[size - 1] == '\0' && value[0];
    for (int i = 0; i < size && texts; i++)
        texts = isprint((unsigned char)value[i]) || (value[i] == '\0' && i && value[i - 1]);
    return texts ? TEXTS : size % 4 == 0 ? NUMBERS : BYTES;
}

static uint32_t number(const char *at)
{
    fdt32_t v;
    memcpy(&v, at, sizeof(v));
    return fdt32_to_cpu(v);
}

static void print_texts(const char *value, int size)
{
    for (const char *at = value; at < value + size; at += strlen(at) + 1) {
        (void)printf("%s\"", at == value ? "" : ", ");
        for (const char *c = at; *c; c++)
            (void)printf(*c == '"' || *c == '\\' ? "\\%c" : "%c", *c);
        (void)printf("\"");
    }
}

static void print_value(const char *value, int size)
{
    enum look look = look_of(value, size);
    if (look != EMPTY)
        (void)printf(" = ");
    if (look == TEXTS)
        print_texts(value, size);
    for (int i = 0; look == NUMBERS && i < size; i += 4)
        (void)printf("%s0x%x%s", i ? " " : "<", number(value + i), i + 4 == size ? ">" : "");
    for (int i = 0; look == BYTES && i < size; i++)
        (void)printf("%s%02x%s", i ? " " : "[", (unsigned char)value[i], i + 1 == size ? "]" : "");
    (void)printf(";\n");
}

static void print_node(const void *fdt, int node, int depth)
{
    const char *name = fdt_get_name(fdt, node, NULL);
    int at, properties = 0;
    (void)printf("%*s%s {\n", depth * 4, "", name && *name ? name : "/");
    fdt_for_each_property_offset(at, fdt, node) {
        int size;
        const char *property, *value = fdt_getprop_by_offset(fdt, at, &property, &size);
        (void)printf("%*s%s", depth * 4 + 4, "", property);
        print_value(value, size);
        properties++;
    }
    fdt_for_each_subnode(at, fdt, node) {
        if (properties++)
            (void)printf("\n");
        print_node(fdt, at, depth + 1);
    }
    (void)printf("%*s};\n", depth * 4, "");
}

void tree_text_print(const void *fdt)
{
    (void)printf("/dts-v1/;\n\n");
    print_node(fdt, 0, 0);
}

static void json_value(const char *property, const char *value, int size)
{
    char hex[3 * 256] = "";
    enum look look = look_of(value, size);
    if (look == BYTES) {
        for (int i = 0; i < size && i < 255; i++)
            (void)snprintf(hex + 2 * i, 3, "%02x", (unsigned char)value[i]);
        json_text(property, hex);
        return;
    }
    json_open(property, '[');
    for (const char *at = value; look == TEXTS && at < value + size; at += strlen(at) + 1)
        json_text(NULL, at);
    for (int i = 0; look == NUMBERS && i < size; i += 4)
        json_number(NULL, number(value + i));
    json_close();
}

static void json_node(const char *key, const void *fdt, int node)
{
    int at;
    json_open(key, '{');
    json_text("name", fdt_get_name(fdt, node, NULL));
    json_open("properties", '{');
    fdt_for_each_property_offset(at, fdt, node) {
        int size;
        const char *property, *value = fdt_getprop_by_offset(fdt, at, &property, &size);
        json_value(property, value, size);
    }
    json_close();
    json_open("children", '[');
    fdt_for_each_subnode(at, fdt, node)
        json_node(NULL, fdt, at);
    json_close();
    json_close();
}

void tree_text_json(const char *name, const void *fdt) { json_node(name, fdt, 0); }
