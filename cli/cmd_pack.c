/* Owns: `bedplate pack`. Invariant: the output's name holds a whole, checked bundle or what it held before. */
#include "cli/cli.h"
#include "cli/guests.h"
#include "cli/output.h"
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool write_to(struct guests *g, const char *output, struct error *e)
{
    char *temporary;
    int fd = output_temporary(output, &temporary, e);
    if (fd < 0)
        return false;
    bool ok = guests_bundle(g, fd, e);
    if (ok && rename(temporary, output) != 0)
        ok = fail(e, "%s: cannot be written: %s: choose another place with -o", shown(output), strerror(errno));
    if (!ok)
        (void)unlink(temporary);
    (void)close(fd);
    free(temporary);
    return ok;
}

static int pack(char **paths, int count, const char *output)
{
    struct error e = { "" };
    struct guests *g = guests_read(paths, count, &e);
    if (g && write_to(g, output, &e))
        (void)printf("%s: %u guest%s, %zu KiB\n", output, g->count, g->count == 1 ? "" : "s", g->image.left >> 10);
    guests_free(g);
    return failed(&e) ? complain_error(EXIT_REFUSED, &e) : EXIT_WELL;
}

static int run(int argc, char **argv)
{
    static const struct option options[] = { { "output", required_argument, NULL, 'o' }, { 0 } };
    const char *output = NULL;
    opterr = 0;
    for (int o; (o = getopt_long(argc, argv, "o:", options, NULL)) != -1;) {
        if (o != 'o')
            return complain_option("pack", argv);
        output = optarg;
    }
    if (optind == argc || !output)
        return complain(EXIT_USAGE, "pack: %s: write `bedplate pack CFG... -o FILE`",
                        output ? "no configuration was named" : "no file to write was named");
    return pack(argv + optind, argc - optind, output);
}

const struct command command_pack = {
    "pack", "CFG... -o FILE", "make the one file that the hypervisor boots with", 
    "Writes a bundle: the configurations and every kernel and ramdisk that they name, checked as the hypervisor will check\n"
    "them. Pass it to the hypervisor as its ramdisk or first module. Kernels are unpacked; a file that several guests\n"
    "use is there once. FILE appears only when all is well.\n\n"
    "  -o, --output FILE   where to write it\n\n"
    "Examples:\n"
    "  bedplate pack web.cfg -o guests.bundle\n"
    "  bedplate pack web.cfg db.cfg -o /boot/guests.bundle\n"
    "  qemu-system-x86_64 -cpu max -m 1024 -kernel bedplate.elf -initrd guests.bundle -serial stdio -display none\n",
    run, NULL,
};
