/* Included before every file of the hypervisor: all is linked into one image, so nothing needs a GOT entry. */
#pragma GCC visibility push(hidden)
