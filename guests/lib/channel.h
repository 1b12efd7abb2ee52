/*
 * Static event channels by their labels: those that the integrator's configuration gave this guest and bound before it started
 * (docs/guest-abi.md). One interface for programs without an operating system (guests/lib/channel.c) and for user space of Linux
 * (guests/linux/channel.c: /dev/xen/evtchn, Linux 6.7 or later). A label that is none is tried as a port number, as "0xa".
 */
#ifndef GUESTS_LIB_CHANNEL_H
#define GUESTS_LIB_CHANNEL_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CHANNEL_TEXT = 64, CHANNELS_MAX = 64 };

struct channel {
    char label[CHANNEL_TEXT], peer[CHANNEL_TEXT];   /* label: "" when the configuration gives none; peer: the other guest's name */
    uint32_t port, peer_port;
    int file;                                       /* Linux: the open /dev/xen/evtchn */
};

/* Those there are, the first max of them to[]. Their number; 0 where the guest has none or cannot learn of any. */
unsigned channel_list(struct channel *to, unsigned max);
/* Makes one ready to send and to wait. 0, or what fails as a negative errno: -ENOENT (2): no such label or port. */
int channel_open(struct channel *c, const char *label);
/* Tells the other end. 0; -ENOTCONN (107): nobody is there, it ended and has not come back. Linux's driver passes over that: 0. */
int channel_send(struct channel *c);
/* Waits until the other end has told us, however often since we last asked. 1: it did; 0: not within the time; or a negative errno. */
int channel_wait(struct channel *c, unsigned milliseconds);
void channel_close(struct channel *c);

/* ---- shared by both: the ACPI way (guests/lib/channel_dsdt.c) --------------------------------- */
unsigned channel_list_dsdt(const uint8_t *dsdt, size_t size, struct channel *to, unsigned max);
/* The one of these n that a label, or a port as a number, means; NULL: none. */
const struct channel *channel_named(const struct channel *list, unsigned n, const char *label);
#endif
