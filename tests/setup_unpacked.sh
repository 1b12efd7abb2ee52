# Owns: what is needed of Debian beyond packages that are installed: files of other architectures and releases, unpacked under
# $to (tests/setup.sh, which reads this file) and never installed. apt works on lists and a state of its own in $to/apt: the
# machine's dpkg learns of no second architecture, and its sources stay as they are.
#
#   qemu10/       QEMU 10 of bookworm-backports with its BIOS, beside the installed 7.2 (amd64 machines only). qemu10/bin holds
#                 qemu-system-x86_64, whose CPUs may run side by side (docs/how-it-works.md, "Emulated CPUs take turns"), and
#                 qemu-system-aarch64.
#   what Arm needs: tests/setup_arm.sh

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

# A start script, as the files are not where QEMU was built to look for them; nor shall it try 7.2's modules.
qemu10_starts() { # NAME
    cat > "$to/qemu10/bin/$1.new" <<START && chmod +x "$to/qemu10/bin/$1.new" && mv "$to/qemu10/bin/$1.new" "$to/qemu10/bin/$1" || give_up "cannot write to $to"
#!/bin/sh
here=\$(dirname "\$(readlink -f "\$0")")/..
export QEMU_MODULE_DIR="\$here/usr/lib/x86_64-linux-gnu/qemu"
exec "\$here/usr/bin/$1" -L "\$here/usr/share/qemu" -L "\$here/usr/share/seabios" "\$@"
START
    "$to/qemu10/bin/$1" --version >/dev/null ||
        give_up "QEMU 10 in $to/qemu10 does not start: see above; install the libraries that \`ldd $to/qemu10/usr/bin/$1\` misses"
}

fetch_qemu10() {
    [ "$(dpkg --print-architecture)" = amd64 ] || return 0
    [ -x "$to/qemu10/bin/qemu-system-aarch64" ] && grep -qs QEMU_MODULE_DIR "$to/qemu10/bin/qemu-system-x86_64" && return 0
    own_apt true
    unpack qemu10 qemu-system-arm/bookworm-backports qemu-system-x86/bookworm-backports qemu-system-common/bookworm-backports \
        qemu-system-data/bookworm-backports seabios/bookworm-backports
    mkdir -p "$to/qemu10/bin" || give_up "cannot write to $to"
    qemu10_starts qemu-system-aarch64
    qemu10_starts qemu-system-x86_64
}
