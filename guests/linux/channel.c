/*
 * Owns: static event channels from user space of Linux: the module xen-evtchn and its device, with IOCTL_EVTCHN_BIND_STATIC (Linux
 * 6.7 and later, include/uapi/xen/evtchn.h). Labels: the device tree that Linux keeps in /proc, or else the DSDT in /sys, which only
 * root may read.
 */
#include "guests/lib/channel.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define TREE "/proc/device-tree/hypervisor/event-channels"
#define DSDT "/sys/firmware/acpi/tables/DSDT"
#define DEVICE "/dev/xen/evtchn"

/* include/uapi/xen/evtchn.h, whose older copies lack the second. */
struct evtchn_port { unsigned int port; };
#define EVTCHN_NOTIFY      _IOC(_IOC_NONE, 'E', 4, sizeof(struct evtchn_port))
#define EVTCHN_BIND_STATIC _IOC(_IOC_NONE, 'E', 7, sizeof(struct evtchn_port))

static size_t slurp(const char *path, void *to, size_t room)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    size_t n = 0;
    ssize_t got;
    if (file < 0)
        return 0;
    while (n < room && (got = read(file, (char *)to + n, room - n)) > 0)
        n += (size_t)got;
    close(file);
    return n;
}

static size_t property(const char *node, const char *name, void *to, size_t room)
{
    char path[512];
    snprintf(path, sizeof(path), TREE "/%s/%s", node, name);
    return slurp(path, to, room);
}

static bool cell(const char *node, const char *name, uint32_t *v)
{
    uint8_t b[4];
    if (property(node, name, b, sizeof(b)) != 4)
        return false;
    *v = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
    return true;
}

static unsigned list_tree(struct channel *to, unsigned max)
{
    DIR *all = opendir(TREE);
    struct dirent *e;
    unsigned n = 0;
    while (all && n < max && (e = readdir(all))) {
        struct channel c = { .file = -1 };
        if (strncmp(e->d_name, "channel@", 8) != 0 || !cell(e->d_name, "reg", &c.port) || !cell(e->d_name, "bedplate,peer-port", &c.peer_port))
            continue;
        (void)property(e->d_name, "label", c.label, sizeof(c.label) - 1);
        (void)property(e->d_name, "bedplate,peer", c.peer, sizeof(c.peer) - 1);
        to[n++] = c;
    }
    if (all)
        closedir(all);
    return n;
}

unsigned channel_list(struct channel *to, unsigned max)
{
    static uint8_t dsdt[1 << 20];
    unsigned n = list_tree(to, max);
    return n ? n : channel_list_dsdt(dsdt, slurp(DSDT, dsdt, sizeof(dsdt)), to, max);
}

int channel_open(struct channel *c, const char *label)
{
    struct channel list[CHANNELS_MAX];
    const struct channel *found = channel_named(list, channel_list(list, CHANNELS_MAX), label);
    if (!found)
        return -ENOENT;
    *c = *found;
    c->file = open(DEVICE, O_RDWR | O_CLOEXEC);
    if (c->file < 0)
        return -errno;
    if (ioctl(c->file, EVTCHN_BIND_STATIC, &(struct evtchn_port){ c->port }) < 0) {
        int error = errno;
        channel_close(c);
        return -error;
    }
    return 0;
}

/* The driver passes over what the hypervisor answers, -ENOTCONN among it; and xen-privcmd wants a xenstore before it opens. */
int channel_send(struct channel *c) { return ioctl(c->file, EVTCHN_NOTIFY, &(struct evtchn_port){ c->port }) < 0 ? -errno : 0; }

/* A port that was read is masked until it is written back. */
int channel_wait(struct channel *c, unsigned milliseconds)
{
    struct pollfd p = { .fd = c->file, .events = POLLIN };
    uint32_t port;
    int ready = poll(&p, 1, (int)milliseconds);
    if (ready <= 0)
        return ready < 0 ? -errno : 0;
    if (read(c->file, &port, sizeof(port)) != sizeof(port) || write(c->file, &port, sizeof(port)) != sizeof(port))
        return -errno;
    return 1;
}

void channel_close(struct channel *c)
{
    if (c->file >= 0)
        close(c->file);
    c->file = -1;
}
