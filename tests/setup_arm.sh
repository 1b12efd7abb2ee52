# Owns: what Arm needs of what tests/setup_unpacked.sh unpacks under $to:
#
#   arm64/        libfdt.a and busybox, as their packages lay them
#   arm64-6.1/, arm64-6.12/    kernels with their modules; vmlinuz-arm64-6.1 and -6.12 lead to them (Images);
#                 the same with .gz are packed, as other distributions have them

# The kernel that the meta package of bookworm-security, or else of backports, asks for.
find_kernel_arm64() { # 6.1 or 6.12
    local meta
    for meta in "linux-image-$1-cloud-arm64" linux-image-cloud-arm64; do
        own_apt apt-cache show "$meta:arm64" 2>/dev/null |
            sed -n "s/^Depends: *\\(linux-image-${1/./\\.}\\.[^ ,]*\\) (= \\([^)]*\\)).*/\\1:arm64=\\2/p" | head -n 1 | grep . && return 0
    done
    return 1
}

fetch_kernel_arm64() {
    local found image
    [ -s "$to/vmlinuz-arm64-$1" ] && [ -s "$to/vmlinuz-arm64-$1.gz" ] && return 0
    own_apt true
    found=$(find_kernel_arm64 "$1") || give_up "apt knows no arm64 cloud kernel $1: add bookworm-security and bookworm-backports to /etc/apt/sources.list"
    unpack "arm64-$1" "$found"
    image=$(cd "$to/arm64-$1/boot" && ls -d vmlinuz-*)
    # arm64's Image header has its magic at 56 (the kernel's Documentation/arch/arm64/booting.rst).
    [ "$(head -c 60 "$to/arm64-$1/boot/$image" | tail -c 4 | tr -d '\0')" = ARMd ] ||
        give_up "$to/arm64-$1/boot/$image is not an unpacked arm64 Image: tell Bedplate's authors of this kernel"
    gzip -1 -c "$to/arm64-$1/boot/$image" > "$to/vmlinuz-arm64-$1.gz" && ln -sfn "arm64-$1/boot/$image" "$to/vmlinuz-arm64-$1" ||
        give_up "cannot write to $to"
}

setup_arm() {
    [ -e "$to/arm64/usr/lib/aarch64-linux-gnu/libfdt.a" ] && [ -e "$to/arm64/bin/busybox" ] || unpack arm64 libfdt-dev:arm64 busybox-static:arm64
    fetch_kernel_arm64 6.1
    fetch_kernel_arm64 6.12
}
