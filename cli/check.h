/* What `bedplate check` tells of a guest: its parts, for cmd_check.c and check_*.c. */
#ifndef CLI_CHECK_H
#define CLI_CHECK_H
#include "cli/guests.h"

enum { CHECK_RANGES = 32, CHECK_PLACES = KERNEL_SEGMENTS_MAX + PLATFORM_MODULES_MAX + 4 };

/* Something that stands at a guest address. */
struct place { uint64_t at, size; char what[16]; const char *file, *cmdline; };

/* What stands where, ascending, into to[CHECK_PLACES]; the memory map, into to[CHECK_RANGES]. Both return how many. */
unsigned check_places(const struct guests *g, const struct guest *o, struct place *to);
unsigned check_memory_map(const struct guest *o, struct start_info_range *to);
const char *check_range_word(uint32_t type);
const char *check_action_word(enum platform_action action);

void check_text(const struct guests *g, const struct guest *o);
void check_json(const struct guests *g, const struct guest *o);
#endif
