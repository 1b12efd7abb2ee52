#!/bin/bash
# The page of `bedplate acpi report` in a browser without a window, light and dark: nothing fetched, no error, no text upon another, the search
# finds. Environment: B (build folder). Screenshots: $B/report/*.png.
set -u
cd "$(dirname "$0")/../.." || exit 1
B=${B:-build}
out=$B/report
tool=$B/bedplate
bad=0 checked=0
rm -rf "$out" && mkdir -p "$out" || exit 1

complain() { echo "report.sh: $*" >&2; bad=1; }

browser() { # dark or light, further arguments
    local scheme=$1
    shift
    [ "$scheme" = dark ] && set -- --blink-settings=preferredColorScheme=0 "$@"
    timeout 120 chromium --headless=new --no-sandbox --disable-gpu --hide-scrollbars --disable-dev-shm-usage --user-data-dir="$out/profile" \
        --enable-logging=stderr --v=0 --window-size=1200,1900 "$@" 2>"$out/browser.log"
}

expect() { # page, fact, regular expression of its whole value
    local line
    checked=$((checked + 1))
    line=$(grep -m1 "^$2 " "$out/facts")
    grep -qE "^$2 ($3)\$" <<<"$line" || complain "$1: \"$line\" is not $2 $3"
}

# A copy of the page with the probe in it; what it found goes to $out/facts.
probe() { # name, scheme
    local name=$1-$2
    { sed '$d' "$out/$1.html"; echo '<script>'; cat tests/report/probe.js; echo "</script></body></html>"; } > "$out/probe.html"
    browser "$2" --dump-dom "file://$PWD/$out/probe.html" > "$out/dom"
    grep -a CONSOLE "$out/browser.log" >&2 && complain "$name: the browser complains"
    sed -n '/<pre id="probe">/,/<\/pre>/p' "$out/dom" > "$out/facts"
    [ -s "$out/facts" ] || { complain "$name: no answer from the browser"; tail -3 "$out/browser.log" >&2; return; }
    grep -E '^(overlap|outside): ' "$out/facts" >&2
    expect "$name" overlaps 0
    expect "$name" outside 0
    expect "$name" wide no
    expect "$name" links none
    expect "$name" paper "$2"
    expect "$name" ink "$([ "$2" = dark ] && echo light || echo dark)"
    expect "$name" open-after-clearing 0
    expect "$name" dull 'none table-row'
    browser "$2" --screenshot="$out/$name.png" "file://$PWD/$out/$1.html" >/dev/null
    [ -s "$out/$name.png" ] || complain "$name: no screenshot"
}

page() { # name, arguments of the tool
    local name=$1
    shift
    "$tool" acpi report "$@" -o "$out/$name.html" >/dev/null || { complain "$name: the tool failed"; return 1; }
}

# The differences, one a line, as text: part|what|here|there.
rows() { sed -n '/<section id="differences">/,/<\/section>/{s,</td><td[^>]*>,|,g;s/.*<tr><td[^>]*>//;s,</td></tr>.*,,p}' "$out/$1.html"; }

differs() { # page, regular expression of the whole row
    checked=$((checked + 1))
    rows "$1" | grep -qxE "$2" || complain "$1: no difference reads $2"
}

kernel=$PWD/$B/guests/entry.elf
printf 'name="web"\nkernel="%s"\nmemory=6000\nvcpus=4\nmaxvcpus=6\nioapic=1\nuart=1\n' "$kernel" > "$out/web.cfg"
printf 'name="plain"\nkernel="%s"\nmemory=64\nlapic=0\n' "$kernel" > "$out/plain.cfg"
printf 'name="many"\nkernel="%s"\nmemory=256\nvcpus=300\nacpi=1\n' "$kernel" > "$out/many.cfg"
"$tool" acpi dump "$out/web.cfg" -o "$out/tables" >/dev/null || complain "the tool does not dump"

page web "$out/web.cfg" --against "$out/plain.cfg" && for scheme in light dark; do
    probe web $scheme
    expect web tables '[89]|1[0-9]'
    expect web differences '[1-9][0-9]*'
    expect web open-after-search '.*APIC.*'
    expect web hits-after-search '[1-9][0-9]*'
    expect web boxes '10'
done
page plain "$out/plain.cfg" && { probe plain light; expect plain differences 0; }
page many "$out/many.cfg" && { probe many dark; expect many boxes '11'; }
page folder "$out/tables" && { probe folder light; expect folder boxes '7'; }

# A field that is empty on one side only is a difference, whichever side that is.
printf 'name="plain"\nkernel="%s"\nmemory=6000\nvcpus=4\nmaxvcpus=6\nioapic=1\nxen=0\n' "$kernel" > "$out/noxen.cfg"
page less "$out/web.cfg" --against "$out/noxen.cfg"
page more "$out/noxen.cfg" --against "$out/web.cfg"
for field in PM_TMR_BLK PM_TMR_LEN X_PM_TMR_BLK; do
    differs less "FACP[|]$field[|][^|]+[|][^|]+"
    differs more "FACP[|]$field[|][^|]+[|][^|]+"
done

# Guests whose tables are the same may differ all the same; who is compared with himself does not, nor do a guest's tables with their copies.
module=$PWD/tests/report/probe.js
printf 'name="plain"\nkernel="%s"\nmemory=4096\nlapic=0\nextra="a<b"\nramdisk="%s"\nmodules=[ "%s x" ]\ncpus="0-2,^1"\non_crash="restart"\nstart_info_version=0\n' \
    "$kernel" "$module" "$module" > "$out/other.cfg"
page other "$out/plain.cfg" --against "$out/other.cfg"
for row in 'setting[|]memory[|]64 MiB[|]4096 MiB' 'setting[|]command line[|]none[|]a&lt;b' "setting[|]ramdisk[|][|]$module" \
    "setting[|]module 1[|][|]$module x" 'setting[|]host CPUs[|]any[|]0,2' 'setting[|]at a crash[|]destroy[|]restart' \
    'setting[|]start info version[|]1[|]0' 'memory[|]RAM[|]0x.*[|]0x.*' 'memory[|]ramdisk[|][|]0x.*'; do
    differs other "$row"
done
page chips "$out/plain.cfg" --against "$out/web.cfg"
for row in 'setting[|]processors[|]1[|]4' 'setting[|]processors at most[|]1[|]6' 'setting[|]interrupt chip[|]8259 pair[|]IOAPIC' \
    'setting[|]UART[|]no[|]yes' 'memory[|]IOAPIC[|][|]0xfec00000 .*' 'interrupt[|]PIT[|]line 0, edge, active high[|]' \
    'interrupt[|]UART .COM1.[|][|]GSI 4, .*'; do
    differs chips "$row"
done
for same in "$out/tables $out/web.cfg" "$out/web.cfg $out/web.cfg" "$out/tables $out/tables" "$out/web.cfg $out/tables"; do
    page same ${same% *} --against ${same#* }
    checked=$((checked + 1))
    [ -z "$(rows same)" ] && grep -q '<p>None: both tell the same' "$out/same.html" || complain "$same are not told to be the same: $(rows same)"
done

[ $bad = 0 ] && { echo "report.sh: $checked things seen in a browser, all good"; exit 0; }
exit 1
