# Owns: what Arm needs of Debian beyond packages that are installed: files of other architectures and releases, unpacked under
# $to (tests/setup.sh, which reads this file) and never installed. apt works on lists and a state of its own in $to/apt: the
# machine's dpkg learns of no second architecture, and its sources stay as they are.
#
#   arm64/        libfdt.a and busybox, as their packages lay them
#   arm64-6.1/, arm64-6.12/    kernels with their modules; vmlinuz-arm64-6.1 and -6.12 lead to them (Images);
#                 the same with .gz are packed, as other distributions have them
#   qemu10/       QEMU 10 of bookworm-backports, beside the installed 7.2: qemu10/bin holds qemu-system-aarch64 (amd64 machines only)

own=$PWD/$to/apt

# With the machine's sources, and backports, which holds QEMU 10.
own_apt_begin() {
    rm -rf "$own" && mkdir -p "$own/sources" "$own/lists/partial" "$own/cache/archives/partial" && : > "$own/status" ||
        give_up "cannot write to $own"
    cp /etc/apt/sources.list.d/*.sources /etc/apt/sources.list.d/*.list "$own/sources/" 2>/dev/null
    [ -f /etc/apt/sources.list ] && cp /etc/apt/sources.list "$own/sources/main.list"
    [ -n "$(ls "$own/sources")" ] || give_up "apt has no sources: there is neither /etc/apt/sources.list nor a file in /etc/apt/sources.list.d"
    cat > "$own/sources/backports-of-bedplate.list" <<'LIST'
deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian bookworm-backports main
LIST
    cat > "$own/conf" <<CONF
APT::Architecture "$(dpkg --print-architecture)";
APT::Architectures { "$(dpkg --print-architecture)"; "arm64"; };
APT::Sandbox::User "root";
Acquire::Languages "none";
Dir::State "$own";
Dir::State::status "$own/status";
Dir::Cache "$own/cache";
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "$own/sources";
CONF
    say "reading the package lists of arm64 and of bookworm-backports"
    APT_CONFIG=$own/conf apt-get -qq update ||
        give_up "apt-get update for arm64 failed: see above; is the network up, and are /etc/apt/sources.list* in order?"
}

own_apt() { [ -f "$own/conf" ] || own_apt_begin; APT_CONFIG=$own/conf "$@"; }

# unpack FOLDER PACKAGE...: into $to/FOLDER, which appears when it is whole.
unpack() {
    local folder=$1 deb
    shift
    say "fetching $* into $to/$folder (not installed)"
    rm -rf "${to:?}/$folder" "$to/$folder.new" && mkdir -p "$to/$folder.new/debs" || give_up "cannot write to $to"
    own_apt true        # what it has to say of its lists comes before
    (cd "$to/$folder.new/debs" && own_apt apt-get -qq download "$@") || give_up "apt-get download of $* failed: see above"
    for deb in "$to/$folder.new/debs"/*.deb; do
        dpkg -x "$deb" "$to/$folder.new" || give_up "cannot unpack $(basename "$deb") into $to/$folder"
    done
    rm -r "$to/$folder.new/debs" && mv "$to/$folder.new" "$to/$folder" || give_up "cannot write to $to"
}

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

fetch_qemu10() {
    [ "$(dpkg --print-architecture)" = amd64 ] || return 0
    [ -x "$to/qemu10/bin/qemu-system-aarch64" ] && return 0
    own_apt true
    unpack qemu10 qemu-system-arm/bookworm-backports qemu-system-common/bookworm-backports qemu-system-data/bookworm-backports
    mkdir -p "$to/qemu10/bin" || give_up "cannot write to $to"
    printf '#!/bin/sh\nhere=$(dirname "$(readlink -f "$0")")/..\nexec "$here/usr/bin/qemu-system-aarch64" -L "$here/usr/share/qemu" "$@"\n' > "$to/qemu10/bin/qemu-system-aarch64"
    chmod +x "$to/qemu10/bin/qemu-system-aarch64"
    "$to/qemu10/bin/qemu-system-aarch64" --version >/dev/null ||
        give_up "QEMU 10 in $to/qemu10 does not start: see above; install the libraries that \`ldd $to/qemu10/usr/bin/qemu-system-aarch64\` misses"
}

setup_arm() {
    [ -e "$to/arm64/usr/lib/aarch64-linux-gnu/libfdt.a" ] && [ -e "$to/arm64/bin/busybox" ] || unpack arm64 libfdt-dev:arm64 busybox-static:arm64
    fetch_kernel_arm64 6.1
    fetch_kernel_arm64 6.12
    fetch_qemu10
}
