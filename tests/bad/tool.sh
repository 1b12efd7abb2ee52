# Read by tests/bad_input.sh, with its words: what the tool does to other processes and to other files.

# ---- the machine ends with the tool, however that ends. Of a QEMU that tells its pid, says a word and would stay.
mkdir stays
printf '#!/bin/sh\ntrap "" PIPE; echo $$ >"$PID"; echo started; sleep 1; echo again; exec sleep 50\n' >stays/qemu-system-x86_64
chmod +x stays/qemu-system-x86_64
stay() { PID=$PWD/pid PATH="$PWD/stays:$PATH" exec "$tool" run --accel tcg --timeout 25 good.cfg </dev/null; }
left() { # says what is left of the machine two seconds on
    [ -s pid ] || echo 'it was not started'
    for _ in {1..20}; do kill -0 "$(cat pid)" 2>/dev/null || return 0; sleep 0.1; done
    echo 'QEMU is left running'
    kill "$(cat pid)"
}
SECONDS=0
stay 2>err | head -n 1 >out
verdict ends-with-its-reader "$(left; [ $SECONDS -lt 15 ] || echo "after $SECONDS s only"; grep -q 'nobody reads the output any more' err || echo 'it does not say why')"
for signal in HUP TERM KILL; do
    rm -f pid
    stay >out 2>err &
    for _ in {1..50}; do [ -s pid ] && break; sleep 0.1; done
    kill -$signal $!
    wait $! 2>/dev/null
    verdict "ends-with-sig${signal,,}" "$(left; [ $signal = KILL ] || grep -q 'stopped by a signal: the machine was ended' err || echo 'it does not say why')"
done
rm -rf stays pid
