/*
 * bp-channel: static event channels from a shell.
 *
 *   bp-channel                       lists them
 *   bp-channel send LABEL            tells the other end
 *   bp-channel wait LABEL [SECONDS]  waits until the other end has told us
 *   bp-ping LABEL [ROUNDS]           tells, waits for the answer, and says how long rounds took
 *   bp-pong LABEL                    answers, until the other end has been silent for a while
 *
 * bp-ping and bp-pong are names of the same program.
 */
#include "guests/lib/channel.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { FIRST_ANSWER_MS = 250, FIRST_TRIES = 240, ANSWER_MS = 10000, QUIET_MS = 100, PONG_QUIET_MS = 4000 };

static int complain(const char *label, int error)
{
    const char *why = strerror(-error), *out = "";
    if (error == -ENOENT)
        out = ": no channel has this label or port; `bp-channel' lists those there are; or /dev/xen/evtchn is missing: insmod xen-evtchn.ko";
    else if (error == -ENOTTY)
        out = ": this Linux has no IOCTL_EVTCHN_BIND_STATIC: take 6.7 or later";
    else if (error == -ENOTCONN)
        out = ": the other guest has ended";
    printf("BP-CHANNEL-FAILED %s: %s%s\n", label, why, out);
    return 1;
}

static int list(void)
{
    struct channel c[CHANNELS_MAX];
    unsigned n = channel_list(c, CHANNELS_MAX);
    for (unsigned i = 0; i < n; i++)
        printf("BP-CHANNEL %s port 0x%x peer %s port 0x%x\n", c[i].label[0] ? c[i].label : "-", c[i].port, c[i].peer, c[i].peer_port);
    printf("BP-CHANNELS %u\n", n);
    return 0;
}

static uint64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* The other guest may not have come so far yet. What it answers to calls that we had given up is let pass. */
static int first_answer(struct channel *c)
{
    int r = 0;
    for (unsigned i = 0; r == 0 && i < FIRST_TRIES; i++) {
        r = channel_send(c);
        if (r == 0 || r == -ENOTCONN)
            r = channel_wait(c, FIRST_ANSWER_MS);
    }
    while (r == 1 && channel_wait(c, QUIET_MS) == 1)
        ;
    return r == 1 ? 0 : r < 0 ? r : -ETIMEDOUT;
}

static int ping(struct channel *c, unsigned rounds)
{
    uint64_t min = UINT64_MAX, start, all = 0;
    int r = first_answer(c);
    for (unsigned i = 0; r == 0 && i < rounds; i++) {
        start = now();
        r = channel_send(c);
        if (r == 0)
            r = channel_wait(c, ANSWER_MS);
        uint64_t took = now() - start;
        r = r == 1 ? 0 : r == 0 ? -ETIMEDOUT : r;
        all += took;
        min = took < min ? took : min;
    }
    if (r)
        return complain(c->label, r);
    printf("BP-PING %s: %u rounds, min %llu ns, mean %llu ns\n", c->label, rounds, (unsigned long long)min, (unsigned long long)(rounds ? all / rounds : 0));
    return 0;
}

/* The far end's going is not told to user space of Linux: it is silence. */
static int pong(struct channel *c)
{
    unsigned long answered = 0;
    int r;
    do {
        r = channel_wait(c, PONG_QUIET_MS);
        if (r == 1) {
            answered++;
            int sent = channel_send(c);
            r = sent ? sent : 1;
        }
    } while (r == 1 || (r == 0 && !answered));
    if (r < 0)
        return complain(c->label, r);
    printf("BP-PONG %s: %lu answers, then silence\n", c->label, answered);
    return 0;
}

static int wait_for(struct channel *c, unsigned seconds)
{
    int r = channel_wait(c, 1000 * seconds);
    if (r < 0)
        return complain(c->label, r);
    printf("BP-CHANNEL %s: %s\n", c->label, r ? "told" : "nothing in time");
    return r ? 0 : 1;
}

static int send(struct channel *c)
{
    int r = channel_send(c);
    return r ? complain(c->label, r) : 0;
}

static unsigned number(const char *text, unsigned otherwise) { return text ? (unsigned)strtoul(text, NULL, 0) : otherwise; }

int main(int argc, char **argv)
{
    const char *slash = strrchr(argv[0], '/'), *what = slash ? slash + 1 : argv[0];
    bool by_name = strcmp(what, "bp-ping") == 0 || strcmp(what, "bp-pong") == 0;
    char **word = argv + (by_name ? 1 : 2);
    struct channel c;
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (!by_name)
        what = argc > 1 ? argv[1] : "";
    if (!by_name && argc == 1)
        return list();
    if (argc <= (by_name ? 1 : 2)) {
        puts("usage: bp-channel [send LABEL | wait LABEL [SECONDS]], bp-ping LABEL [ROUNDS], bp-pong LABEL");
        return 2;
    }
    int r = channel_open(&c, word[0]);
    if (r)
        return complain(word[0], r);
    if (strcmp(what, "bp-ping") == 0)
        r = ping(&c, number(word[1], 1000));
    else if (strcmp(what, "bp-pong") == 0)
        r = pong(&c);
    else if (strcmp(what, "wait") == 0)
        r = wait_for(&c, number(word[1], 60));
    else
        r = send(&c);
    channel_close(&c);
    return r;
}
