/* A machine while it runs: its output shown, kept and timed; its end understood. Only the process started here is ever ended. */
#ifndef CLI_WATCH_H
#define CLI_WATCH_H
#include <stdbool.h>
#include <stdarg.h>

enum watch_status { WATCH_WELL, WATCH_CRASHED, WATCH_REFUSED, WATCH_PANIC, WATCH_TIMEOUT, WATCH_STOPPED, WATCH_FAILED };

struct watch {
    char **argv;
    unsigned seconds;           /* 0: no bound */
    bool quiet;                 /* show nothing, take no input */
    int log;                    /* a file that gets all the output; -1: none */
    int log_lost;               /* out; why the log is not whole, an errno; 0: it is */
    bool unread;                /* out; stopped since nobody reads what it shows any more */
    enum watch_status status;   /* out; WATCH_FAILED: see code */
    int code;                   /* QEMU's own exit status, or -1 with .tail telling why it could not be started */
    char tail[4096];            /* the last of the output */
};
void watch_run(struct watch *w);
#endif
