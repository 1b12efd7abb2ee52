#!/bin/bash
# Owns: what must be on the machine before anything is built: Debian packages, in one list, and the kernels of Debian that
# are booted as guests, unpacked under build/debian without installing them. Does nothing, quickly, when all is there.
set -u
cd "$(dirname "$0")/.." || exit 2
to=${B:-build}/debian

# name, and what it is for
packages=$(sed 's/ .*//' <<'LIST'
gcc compiles the hypervisor and the tool
libc6-dev headers and libraries for the tool
make builds
nasm assembles the entry code
libxen-dev Xen's public headers, and libxlutil, which reads xl.cfg text
uuid-dev a header that libxlutil's header asks for
libfdt-dev device trees
liblz4-dev unpacks kernels
libzstd-dev unpacks kernels
liblzma-dev unpacks kernels
zlib1g-dev unpacks kernels
libbz2-dev unpacks kernels
qemu-system-x86 the machine that `bedplate run` starts
qemu-system-arm the same for Arm
gcc-aarch64-linux-gnu compiles the hypervisor for Arm
libc6-dev-arm64-cross headers and libraries for what runs in Arm Linux guests
seabios its BIOS
ovmf its UEFI firmware
busybox-static what runs in the Linux guests
cpio packs their initial ramdisk
gzip packs their initial ramdisk
libcmocka-dev unit tests
clang fuzzers
libclang-rt-14-dev fuzzers
acpica-tools iasl and acpiexec, which judge our ACPI tables
device-tree-compiler makes device trees for tests
grub-common grub-mkimage and grub-mkrescue
grub-pc-bin boots the hypervisor from a BIOS
grub-efi-amd64-bin boots the hypervisor from UEFI
grub-xen-bin GRUB as a PVH guest
xorriso makes the ISO that GRUB boots from
mtools makes its EFI partition
lz4 packs kernels for tests
zstd packs kernels for tests
xz-utils packs kernels for tests
bzip2 packs kernels for tests
chromium looks at the page that acpi report writes
python3 prints the figures of `make bench`
LIST
)

give_up() { echo "setup: $*" >&2; exit 1; }
say() { echo "setup: $*"; }

as_root=
may_install() {
    [ "$(id -u)" = 0 ] && return 0
    command -v sudo >/dev/null && { as_root=sudo; return 0; }
    return 1
}

updated=0
update() {
    [ $updated = 0 ] || return 0
    updated=1
    may_install || give_up "the package lists are too old or missing, and refreshing them needs root: run \`apt-get update\` as root, then try again"
    say "refreshing the package lists (apt-get update)"
    $as_root apt-get -qq update || give_up "apt-get update failed: see above; is the network up, and are /etc/apt/sources.list* in order?"
}

# apt-get says "E: Unable to locate" and the like when its lists are old or absent: then refresh them, once, and try again.
with_fresh_lists() { "$@" || { update; "$@"; }; }

install() { $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install "$@" >/dev/null; }

install_missing() {
    local missing
    # shellcheck disable=SC2086
    missing=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $packages 2>/dev/null | sed -n 's/^installed //p' | sort -u |
              comm -13 - <(sort -u <<<"$packages") | tr '\n' ' ')
    [ -n "$missing" ] || return 0
    may_install || give_up "these packages are missing and installing them needs root: run as root: apt-get install $missing"
    say "installing: $missing"
    # shellcheck disable=SC2086
    with_fresh_lists install $missing ||
        give_up "apt-get could not install all of: $missing(see above)"
}

# The package that the meta package $1 asks for at a version that begins with $2, as apt-get download wants it.
kernel_package() {
    local version
    version=$(apt-cache madison "$1" 2>/dev/null | awk -F' *[|] *' -v begins="$2" 'index($2, begins) == 1 { print $2; exit }')
    [ -n "$version" ] || return 1
    apt-cache show "$1=$version" | sed -n 's/^Depends: *\(linux-image-[^ ,]*\) (= \([^)]*\)).*/\1=\2/p' | head -n 1 | grep .
}

# Of bookworm-security or of bookworm-backports, which name it differently.
find_kernel() {
    local meta
    for meta in "linux-image-$1-cloud-amd64" linux-image-cloud-amd64; do
        kernel_package "$meta" "$1." && return 0
    done
    return 1
}

download() { (cd "$to/$1.new" && apt-get -qq -o APT::Sandbox::User=root download "$(find_kernel "$1")"); }

fetch_kernel() { # 6.1 or 6.12: makes $to/vmlinuz-$1
    [ -e "$to/vmlinuz-$1" ] && return 0
    find_kernel "$1" >/dev/null || update
    find_kernel "$1" >/dev/null ||
        give_up "apt knows no cloud kernel $1: add bookworm-security and bookworm-backports to /etc/apt/sources.list"
    say "fetching Debian's kernel $(find_kernel "$1") into $to (it is not installed)"
    rm -rf "$to/$1" "$to/$1.new" && mkdir -p "$to/$1.new" || give_up "cannot write to $to"
    with_fresh_lists download "$1" || give_up "apt-get download of the kernel $1 failed: see above"
    dpkg -x "$to/$1.new"/*.deb "$to/$1.new" && rm -f "$to/$1.new"/*.deb && mv "$to/$1.new" "$to/$1" &&
        ln -sfn "$1/boot/$(cd "$to/$1/boot" && ls -d vmlinuz-*)" "$to/vmlinuz-$1" || give_up "cannot unpack the kernel $1 into $to"
}

command -v apt-get >/dev/null && command -v dpkg-query >/dev/null ||
    give_up "this is not Debian (no apt-get): install by hand what tests/setup.sh lists"
install_missing
fetch_kernel 6.1
fetch_kernel 6.12
. tests/setup_unpacked.sh
fetch_qemu10
. tests/setup_arm.sh
setup_arm
