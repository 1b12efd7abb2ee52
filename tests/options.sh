#!/bin/bash
# Each command's options in four places: where they are read (cli/*.c), in --help, in the manual's synopsis and in the completion. One that is
# missing somewhere, or is there only, is a failure. The commands too, and what the completion offers as arguments.
#   options.sh TOOL
set -u
cd "$(dirname "$0")/.." || exit 2
tool=$1 bad=0
# shellcheck source=cli/bedplate.bash-completion
. cli/bedplate.bash-completion

complain() { echo "options: $*" >&2; bad=1; }
words() { tr ' ' '\n' | sort -u | sed '/^$/d' | tr '\n' ' '; }
same() { [ "$2" = "$3" ] || complain "$1: \"$2\" is not \"$3\""; }

# The short names that there are, and what is no option of the command itself.
long() { sed 's/^-o$/--output/; s/^-a$/--all/; /^--help$/d'; }
options_in() { grep -oE '(^|[^a-z0-9-])--?[a-z][a-z0-9-]*' | grep -oE -e '--?[a-z].*' | long | words; }

read_by() { # the tool's source
    grep -ohE '"[a-z0-9-]+", (no|required)_argument' "$1" | sed 's/"\([^"]*\)".*/--\1/' | words
}
help_of() { # an option is told where a line begins with it
    "$tool" $1 --help | sed -nE 's/^ +((-[a-z], )?--[a-z0-9-]+).*/ \1/p' | options_in
}
manual_of() { # all that the synopsis has; of run, which says [ options ], the list below it too
    sed 's/\\-/-/g; s/\\f[BIR]//g' docs/bedplate.1 | awk -v command="$1" '
        /^\.SH/ { synopsis = $2 == "SYNOPSIS"; inside = 0 }
        synopsis && /^\.B bedplate / { inside = index($0 " ", ".B bedplate " command " ") == 1 }
        synopsis && inside { sub(/^\.[A-Z]+ /, " "); gsub(/"/, ""); print }
        /^\.B run$/ { run = command == "run" } /^\.RE/ { run = 0 } run && /^\.B[IR] --/ { print $2 }' | options_in
}
completed() { # command, what is typed
    COMP_WORDS=(bedplate $1 "$2") COMPREPLY=()
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    _bedplate
    echo "${COMPREPLY[*]}"
}

commands=$("$tool" --help | sed -nE 's/^  bedplate ([a-z][a-z0-9-]*).*/\1/p' | words)
verbs=$("$tool" acpi --help | sed -nE 's/^  bedplate acpi ([a-z][a-z0-9-]*).*/\1/p' | words)
same "the completion's commands" "$(completed '' '' | sed 's/--[a-z]*//g' | words)" "$commands"
same "the completion's verbs of acpi" "$(completed acpi '' | words)" "$verbs"
count=0
while read -r command; do
    source=cli/cmd_${command//-/_}.c
    [ "${command#acpi }" = "$command" ] || source=cli/acpi_${command#acpi }.c
    want=$(read_by "$source")
    [ -n "$want" ] || complain "$command: $source reads no options"
    same "$command --help" "$(help_of "$command")" "$want"
    same "$command in the manual" "$(manual_of "$command")" "$want"
    same "$command in the completion" "$(completed "$command" -- | tr ' ' '\n' | long | words)" "$want"
    count=$((count + 1))
done < <(for c in $commands; do [ "$c" = acpi ] || echo "$c"; done; for v in $verbs; do echo "acpi $v"; done)

same "--accel" "$(completed 'run --accel' '')" 'kvm tcg tcg,thread=single tcg,thread=multi'
same "--accel tcg,thread=" "$(completed 'run --accel tcg,thread' =)" 'single multi'
same "--accel tcg,thread=s" "$(completed 'run --accel tcg,thread =' s)" single
for verb in show report namespace s5; do
    same "acpi $verb with tables" "$(completed "acpi $verb" LICEN)" LICENSE
done
same "acpi dump with what is no configuration" "$(completed 'acpi dump' LICEN)" ''

[ $bad = 0 ] && [ $count -gt 5 ] && echo "options: $count commands agree"
[ $bad = 0 ] && [ $count -gt 5 ]
