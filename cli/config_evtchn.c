/* Owns: evtchn, the list of static event channels. Invariant: what the words say is in struct platform; whether both ends agree is platform_join's question. */
#include "cli/config_reader.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char form[] = "evtchn=[ \"port=0xa,peer=NAME,peer_port=0xb,label=ping\", ... ]";

enum { PORT, PEER, PEER_PORT, LABEL, WORDS };
static const char *const words[WORDS] = { [PORT] = "port", [PEER] = "peer", [PEER_PORT] = "peer_port", [LABEL] = "label" };

/* One "key=value" of entry `index`, with its ends. */
static bool take_word(const struct config_reader *r, int index, const char *word, size_t length, char *value[WORDS])
{
    for (unsigned i = 0; i < WORDS; i++) {
        size_t key = strlen(words[i]);
        if (length <= key || strncmp(word, words[i], key) != 0 || word[key] != '=')
            continue;
        if (value[i])
            return fail(r->e, "%s: evtchn: entry %d says %s= twice: keep one", r->file, index, words[i]);
        value[i] = strndup(word + key + 1, length - key - 1);
        if (!value[i])
            abort();
        return *value[i] || fail(r->e, "%s: evtchn: entry %d has nothing behind %s=: write %s", r->file, index, words[i], form);
    }
    return fail(r->e, "%s: evtchn: entry %d says \"%.*s\", which is none of port= peer= peer_port= label=: write %s", r->file, index,
                (int)(length < 40 ? length : 40), word, form);
}

static bool take_words(const struct config_reader *r, int index, const char *text, char *value[WORDS])
{
    for (const char *at = text;;) {
        at += strspn(at, " ");
        size_t length = strcspn(at, ","), word = length;
        while (word && at[word - 1] == ' ')
            word--;
        if (!take_word(r, index, at, word, value))
            return false;
        if (!at[length])
            return true;
        at += length + 1;
    }
}

static bool add(const struct config_reader *r, int index, char *value[WORDS])
{
    struct platform *p = &r->c->platform;
    uint64_t port = 0, peer_port = 0;
    for (unsigned i = 0; i < LABEL; i++)
        if (!value[i])
            return fail(r->e, "%s: evtchn: entry %d has no %s=: write %s", r->file, index, words[i], form);
    if (!config_number_of(r, "evtchn: port", value[PORT], UINT32_MAX, &port) ||
        !config_number_of(r, "evtchn: peer_port", value[PEER_PORT], UINT32_MAX, &peer_port))
        return false;
    p->channel[p->channels++] = (struct platform_channel){ (uint32_t)port, (uint32_t)peer_port, config_keep(r->c, value[PEER]),
                                                           value[LABEL] ? config_keep(r->c, value[LABEL]) : "" };
    return true;
}

bool config_evtchn(const struct config_reader *r)
{
    XLU_ConfigList *list;
    int count;
    bool ok = config_list(r, "evtchn", form, &list, &count);
    if (ok && count > PLATFORM_CHANNELS_MAX)
        return fail(r->e, "%s: evtchn has %d channels, more than %d: give fewer", r->file, count, PLATFORM_CHANNELS_MAX);
    for (int i = 0; ok && i < count; i++) {
        char *value[WORDS] = { NULL };
        const char *text = xlu_cfg_get_listitem(list, i);
        ok = text ? take_words(r, i, text, value) && add(r, i, value) : fail(r->e, "%s: evtchn: entry %d is no text: write %s", r->file, i, form);
        for (unsigned k = 0; k < WORDS; k++)
            free(value[k]);
    }
    return ok;
}
