/* One guest as a person wrote it: xl.cfg text (xl.cfg(5)) with our own keys, see docs/configuration.md. */
#ifndef CLI_CONFIG_H
#define CLI_CONFIG_H
#include "lib/error.h"
#include "platform/platform.h"

struct config_module { char *path, *cmdline; };         /* path: relative ones are made relative to the configuration's folder */

struct config {
    char *path;                                         /* of the configuration itself, as it was named */
    char *kernel, *cmdline;
    struct config_module module[PLATFORM_MODULES_MAX];
    unsigned modules;
    bool ramdisk;                                       /* module[0] is one */
    char *hidden[PLATFORM_HIDDEN_MAX];                  /* platform.hiddens of them */
    char *device_tree;                                  /* the partial tree's file, NULL: none */
    char *kept[2 * PLATFORM_CHANNELS_MAX + 1];          /* texts that platform points into: peers, labels, the vuart's backend */
    unsigned keeps;
    struct platform platform;                           /* all but the payloads; texts point into this struct's strings */
};

/* Reads and checks. False with a sentence that names the file; nothing then is to be freed. */
bool config_read(struct config *c, const char *path, struct error *e);
void config_free(struct config *c);

/* Walks over the keys that a text assigns to, without understanding more of it than where statements begin. */
struct config_scan { const char *at, *end; unsigned line; int depth; bool fresh; };
struct config_key { char name[64]; unsigned line; bool adds; };     /* adds: += */
struct config_scan config_scan_of(const char *text, size_t size);
bool config_scan_next(struct config_scan *s, struct config_key *key);

/* Refuses what libxlutil would take apart in words that help nobody: binary files, and texts as Windows writes them. */
bool config_is_text(const char *path, const char *text, size_t size, struct error *e);
/* Refuses keys that are not known (naming the nearest that is) or set twice. */
bool config_check_keys(const char *path, const char *text, size_t size, struct error *e);
#endif
