/*
 * Owns: how a guest with ACPI learns of its static event channels and of the consoles that end in it: device EVTC, whose _DSD
 * (ACPI 6.4, 6.2.5) has the device properties of how many there are and a data node for each. docs/guest-abi.md tells the words.
 * Both boards have the same. The data nodes' names are a column of the device's own: CH00.. and RG00..
 */
#include "acpi/aml_resource.h"
#include "acpi/tables.h"
#include "lib/format.h"
#include "platform/virt_map.h"

#define PROPERTIES_UUID "DAFFD814-6EBA-4D8C-8A91-BC9BBF4AA301"     /* "Device Properties UUID for _DSD" */
#define DATA_NODES_UUID "DBB8E3E6-5886-4BA6-8795-1319F52A966B"     /* "Hierarchical Data Extension UUID for _DSD" */
_Static_assert(PLATFORM_CHANNELS_MAX + PLATFORM_RINGS_MAX <= 255, "a package counts its elements in a byte");

static void node_name(char to[5], char first, char second, unsigned n)
{
    static const char digit[16] = "0123456789ABCDEF";
    to[0] = first;
    to[1] = second;
    to[2] = digit[n >> 4 & 15];
    to[3] = digit[n & 15];
    to[4] = '\0';
}

static void property_number(struct table_out *o, const char *name, uint64_t v)
{
    uint64_t pair = aml_package(o, 2);
    aml_string(o, name);
    aml_integer(o, v);
    aml_close(o, pair);
}

static void property_text(struct table_out *o, const char *name, const char *text)
{
    uint64_t pair = aml_package(o, 2);
    aml_string(o, name);
    aml_string(o, text);
    aml_close(o, pair);
}

/* Opens Name (CH00, Package { PROPERTIES_UUID, Package { ...; opened[] are the two packages. */
static void data_node(struct table_out *o, const char *name, uint8_t properties, uint64_t opened[2])
{
    aml_name(o, name);
    opened[0] = aml_package(o, 2);
    aml_uuid(o, PROPERTIES_UUID);
    opened[1] = aml_package(o, properties);
}

static void close_both(struct table_out *o, const uint64_t opened[2])
{
    aml_close(o, opened[1]);
    aml_close(o, opened[0]);
}

static void channel(struct table_out *o, const struct platform_channel *c, unsigned n)
{
    char name[5];
    uint64_t opened[2];
    node_name(name, 'C', 'H', n);
    data_node(o, name, c->label[0] ? 4 : 3, opened);
    property_number(o, "port", c->port);
    property_text(o, "peer", c->peer);
    property_number(o, "peer-port", c->peer_port);
    if (c->label[0])
        property_text(o, "label", c->label);
    close_both(o, opened);
}

static void ring(struct table_out *o, const struct platform_ring *r, unsigned n)
{
    char name[5];
    uint64_t opened[2];
    node_name(name, 'R', 'G', n);
    data_node(o, name, 3, opened);
    property_number(o, "port", r->port);
    property_number(o, "page", VIRT_RING_BASE + n * PAGE_SIZE);
    property_text(o, "label", r->of);
    close_both(o, opened);
}

/* What a node is called among its siblings, and the object that holds it. */
static void list(struct table_out *o, const char *word, char first, char second, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        char called[24], name[5];
        node_name(name, first, second, i);
        (void)format(called, sizeof(called), "%s@%x", word, i);
        property_text(o, called, name);
    }
}

static void dsd(struct table_out *o, const struct platform *p)
{
    aml_name(o, "_DSD");
    uint64_t all = aml_package(o, 4);
    aml_uuid(o, PROPERTIES_UUID);
    uint64_t properties = aml_package(o, 2);
    property_number(o, "channels", p->channels);
    property_number(o, "console-rings", p->rings);
    aml_close(o, properties);
    aml_uuid(o, DATA_NODES_UUID);
    uint64_t nodes = aml_package(o, (uint8_t)(p->channels + p->rings));
    list(o, "channel", 'C', 'H', p->channels);
    list(o, "ring", 'R', 'G', p->rings);
    aml_close(o, nodes);
    aml_close(o, all);
}

void acpi_dsdt_channels(struct table_out *o, const struct platform *p)
{
    if (!p->channels && !p->rings)
        return;
    uint64_t device = aml_device(o, "EVTC");
    aml_hid(o, "BDPL0001");
    aml_name_integer(o, "_UID", 0);
    for (unsigned i = 0; i < p->channels; i++)
        channel(o, &p->channel[i], i);
    for (unsigned i = 0; i < p->rings; i++)
        ring(o, &p->ring[i], i);
    dsd(o, p);
    aml_close(o, device);
}
