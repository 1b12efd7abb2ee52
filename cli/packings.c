/*
 * Owns: the compressions that kernels come in, each by the library of its makers. Invariant: output never grows beyond
 * BYTES_MAX, whatever the input claims; what follows the end of a stream (the kernel's build appends the size) is left alone.
 */
#include "cli/unpack.h"
#include <bzlib.h>
#include <limits.h>
#include <lz4.h>
#include <lz4frame.h>
#include <lzma.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

enum { STEP = 1 << 20, LZ4_BLOCK = 8 << 20 };

static const char cut_short[] = "cut short", damaged[] = "damaged", too_large[] = "more than 1 GiB when unpacked";

static const char *gzip(struct bytes *to, struct span from)
{
    z_stream z = { .next_in = (Bytef *)(uintptr_t)from.at, .avail_in = (uInt)from.left };
    const char *bad = NULL;
    int r = inflateInit2(&z, 15 + 16);
    while (r == Z_OK && !bad) {
        if (!bytes_reserve(to, STEP)) {
            bad = too_large;
            break;
        }
        z.next_out = to->at + to->used;
        z.avail_out = STEP;
        r = inflate(&z, Z_NO_FLUSH);
        to->used += STEP - z.avail_out;
        if (r == Z_BUF_ERROR || (r == Z_OK && z.avail_in == 0 && z.avail_out))
            bad = cut_short;
    }
    (void)inflateEnd(&z);
    return bad ? bad : r == Z_STREAM_END ? NULL : damaged;
}

static const char *bzip2(struct bytes *to, struct span from)
{
    bz_stream z = { .next_in = (char *)(uintptr_t)from.at, .avail_in = (unsigned)from.left };
    const char *bad = NULL;
    int r = BZ2_bzDecompressInit(&z, 0, 0);
    while (r == BZ_OK && !bad) {
        if (!bytes_reserve(to, STEP)) {
            bad = too_large;
            break;
        }
        z.next_out = (char *)to->at + to->used;
        z.avail_out = STEP;
        r = BZ2_bzDecompress(&z);
        to->used += STEP - z.avail_out;
        if (r == BZ_OK && z.avail_in == 0 && z.avail_out)
            bad = cut_short;
    }
    (void)BZ2_bzDecompressEnd(&z);
    return bad ? bad : r == BZ_STREAM_END ? NULL : damaged;
}

static const char *lzma_run(lzma_stream *z, struct bytes *to, struct span from)
{
    lzma_ret r = LZMA_OK;
    const char *bad = NULL;
    z->next_in = from.at;
    z->avail_in = from.left;
    while (r == LZMA_OK && !bad) {
        if (!bytes_reserve(to, STEP)) {
            bad = too_large;
            break;
        }
        z->next_out = to->at + to->used;
        z->avail_out = STEP;
        r = lzma_code(z, LZMA_RUN);
        to->used += STEP - z->avail_out;
        if (r == LZMA_BUF_ERROR || (r == LZMA_OK && z->avail_in == 0 && z->avail_out))
            bad = cut_short;
    }
    lzma_end(z);
    return bad ? bad : r == LZMA_STREAM_END ? NULL : damaged;
}

static const char *xz(struct bytes *to, struct span from)
{
    lzma_stream z = LZMA_STREAM_INIT;
    return lzma_stream_decoder(&z, BYTES_MAX, 0) == LZMA_OK ? lzma_run(&z, to, from) : damaged;
}

static const char *lzma(struct bytes *to, struct span from)
{
    lzma_stream z = LZMA_STREAM_INIT;
    return lzma_alone_decoder(&z, BYTES_MAX) == LZMA_OK ? lzma_run(&z, to, from) : damaged;
}

/*
 * LZ4's legacy frame, which `lz4 -l` writes and the kernel's build uses: after the magic, blocks of a 32-bit length and as
 * many bytes, each of 8 MiB when unpacked but the last. It has no end mark: a "length" in the last four bytes is the
 * unpacked size, which the kernel's build appends.
 */
static const char *lz4_legacy(struct bytes *to, struct span from)
{
    (void)span_take(&from, 4);
    while (from.left > 4) {
        uint64_t length = span_le(&from, 4);
        struct span block = span_take(&from, length);
        if (block.broken)
            return cut_short;
        if (length > INT_MAX || !bytes_reserve(to, LZ4_BLOCK))
            return length > INT_MAX ? damaged : too_large;
        int n = LZ4_decompress_safe((const char *)block.at, (char *)to->at + to->used, (int)length, LZ4_BLOCK);
        if (n < 0)
            return damaged;
        to->used += (size_t)n;
    }
    return from.broken || (from.left != 0 && from.left != 4) ? cut_short : NULL;
}

static const char *lz4_frame(struct bytes *to, struct span from)
{
    LZ4F_dctx *z = NULL;
    const char *bad = NULL;
    size_t left = LZ4F_isError(LZ4F_createDecompressionContext(&z, LZ4F_VERSION)) ? 0 : 1;
    if (!left)
        return "too large for this machine's memory";
    while (left && !bad) {
        if (!bytes_reserve(to, STEP)) {
            bad = too_large;
            break;
        }
        size_t in = from.left, out = STEP;
        left = LZ4F_decompress(z, to->at + to->used, &out, from.at, &in, NULL);
        to->used += LZ4F_isError(left) ? 0 : out;
        bad = LZ4F_isError(left) ? damaged : left && !in && !out ? cut_short : NULL;
        (void)span_take(&from, in);
    }
    (void)LZ4F_freeDecompressionContext(z);
    return bad;
}

static const char *zstd(struct bytes *to, struct span from)
{
    ZSTD_DCtx *z = ZSTD_createDCtx();
    ZSTD_inBuffer in = { from.at, from.left, 0 };
    const char *bad = z ? NULL : "too large for this machine's memory";
    size_t left = 1;
    if (z)
        (void)ZSTD_DCtx_setParameter(z, ZSTD_d_windowLogMax, 30);      /* kernels are packed with windows of 128 MiB and more */
    while (left && !bad) {
        if (!bytes_reserve(to, STEP)) {
            bad = too_large;
            break;
        }
        ZSTD_outBuffer out = { to->at + to->used, STEP, 0 };
        left = ZSTD_decompressStream(z, &out, &in);
        bad = ZSTD_isError(left) ? damaged : left && in.pos == in.size && out.pos < out.size ? cut_short : NULL;
        to->used += out.pos;
    }
    (void)ZSTD_freeDCtx(z);
    return bad;
}

void packing_head(const struct packing *p, struct bytes *to, struct span from)
{
    *to = (struct bytes){ .most = p->decode == lz4_legacy ? LZ4_BLOCK : STEP };
    (void)p->decode(to, from);                  /* stops when there is no more room */
}

const struct packing *packing_of(struct span from)
{
    static const struct packing packings[] = {
        { "gzip", { 0x1f, 0x8b, 8 }, 3, gzip },
        { "bzip2", "BZh", 3, bzip2 },
        { "xz", { 0xfd, '7', 'z', 'X', 'Z', 0 }, 6, xz },
        { "lzma", { 0x5d, 0, 0 }, 3, lzma },
        { "lz4", { 0x02, 0x21, 0x4c, 0x18 }, 4, lz4_legacy },
        { "lz4", { 0x04, 0x22, 0x4d, 0x18 }, 4, lz4_frame },
        { "zstd", { 0x28, 0xb5, 0x2f, 0xfd }, 4, zstd },
    };
    for (unsigned i = 0; i < sizeof(packings) / sizeof(packings[0]); i++)
        if (from.left >= packings[i].length && memcmp(from.at, packings[i].magic, packings[i].length) == 0)
            return &packings[i];
    return NULL;
}
