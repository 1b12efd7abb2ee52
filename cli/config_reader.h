/* What the readers of single keys share (config.c, config_keys.c, config_lists.c). Every refusal names the file and the key. */
#ifndef CLI_CONFIG_READER_H
#define CLI_CONFIG_READER_H
#include "cli/config.h"
#include <libxlutil.h>

struct config_reader { XLU_Config *xlu; struct config *c; const char *file; struct error *e; };

/* The text of a key, NULL when it is not set. A list where a text is wanted is refused. */
bool config_text(const struct config_reader *r, const char *key, const char **to);
/* "12" or "0x0c" as a number up to max; `key` is what it is called in a sentence. */
bool config_number_of(const struct config_reader *r, const char *key, const char *text, uint64_t max, uint64_t *to);
/* The number of a key; *to stays when it is not set. */
bool config_number(const struct config_reader *r, const char *key, uint64_t max, uint64_t *to);
bool config_toggle(const struct config_reader *r, const char *key, bool otherwise, bool *to);
bool config_action(const struct config_reader *r, const char *key, enum platform_action otherwise, enum platform_action *to);
/* A list; *count 0 when it is not set. `form` says how one is written. */
bool config_list(const struct config_reader *r, const char *key, const char *form, XLU_ConfigList **to, int *count);

/* Beside the configuration, unless it is absolute. To be freed. */
char *config_resolve(const struct config_reader *r, const char *path);
/* A copy that lives as long as c. */
const char *config_keep(struct config *c, const char *text);

/* Keys whose values are lists: vnuma, after memory and vCPUs are known, and hide. */
bool config_vnuma(const struct config_reader *r);
bool config_hide(const struct config_reader *r);
bool config_evtchn(const struct config_reader *r);
/* What only Arm guests have; the board is known. */
bool config_arm(const struct config_reader *r);
/* After platform_check: each path that hide names is a device of the guest's DSDT. */
bool config_hidden_are_there(const struct config_reader *r);
#endif
