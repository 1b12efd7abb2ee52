#!/usr/bin/env python3
"""make bench, Arm's part: Bedplate's figures beside the peer's (Xen 4.17 dom0less; same guests, QEMU 7.2 TCG, one host CPU).

Counted as bench.py does it, with the same plugin. With -icount shift=0 a guest's nanosecond is one instruction, so the ping-pong
between two Linux user spaces is told in the guests' own time. Runs:
  linux     Debian's kernel with an /init that is one reboot(2), 256 MiB: from power-on to user space
  linuxes   the same with further guests: what each adds
  pingpong  two guests with a static event channel, bp-ping in one and bp-pong in the other, once both kernels have finished what
            they do after boot
Zeroing of RAM is counted apart, and with it that RAM is cleaned to the point of coherency (.zero_text): a guest starts with its
caches off.
"""
import os, re, subprocess, sys
import bench
from bench import Problem, cpio, millions, symbols

FURTHER = 3                     # guests beside the first in `linuxes`
ROUNDS = 2000


def address(path, function, instruction):
    """Where an instruction stands that a function has once."""
    out = subprocess.run(['aarch64-linux-gnu-objdump', '-d', '--no-show-raw-insn', f'--disassemble={function}', path],
                         capture_output=True, text=True, check=True).stdout
    found = re.findall(rf'^\s*([0-9a-f]+):\s+{instruction}', out, re.M)
    if len(found) != 1:
        raise Problem(f'{path}: {len(found)} times {instruction} in {function}, expected one; look at tests/bench/bench_arm.py')
    return int(found[0], 16)


class Machine(bench.Machine):
    """A run on QEMU's virt board."""

    def symbols_file(self):
        return f'{self.args.build}/bedplate-arm.sym.elf'

    def first_marks(self, sym):
        return symbols(sym)['console_log'], address(sym, 'guest_run', 'eret')

    def board(self):
        return ['-M', 'virt,virtualization=on,gic-version=3', '-semihosting-config', 'enable=on,target=native', '-append', 'semihosting',
                '-kernel', f'{self.args.build}/bedplate-arm.img']


def kernel(args, version):
    path = args.kernel or f'{args.build}/debian/vmlinuz-arm64-{version}'
    if not os.path.exists(path):
        raise Problem(f'{path} is not there: run tests/setup.sh, or name a kernel with --kernel')
    return f'kernel = "{os.path.abspath(path)}"\nmemory = 256\nvcpus = 1\n'


def linux(args, work, name, guests):
    initrd = os.path.join(work, 'initrd-arm')
    with open(initrd, 'wb') as f:
        f.write(cpio({'init': (0o100755, open(f'{args.build}/bench/init-arm', 'rb').read())}))
    config = kernel(args, '6.1') + f'ramdisk = "{initrd}"\ncmdline = "{args.cmdline}"\n'
    init = symbols(f'{args.build}/bench/init-arm')['_start']
    args.memory = f'{max(1024, 320 * guests)}M'
    m = Machine(args, work, name, {f'linux{i}': config for i in range(guests)}, [('user', init)])
    start, enter = m.need('start'), m.need('enter')
    zero = enter['counts.zero'] - start['counts.zero']
    return m, enter['counts.total'] - start['counts.total'] - zero, zero


def run_linux(args, work):
    m, build, zero = linux(args, work, 'linux', 1)
    user = m.need('user')
    figures = {'build': build, 'build_zeroing': zero, 'all_insns': user['counts.total'], 'entries': user['hits.enter'],
               'hv_insns': user['counts.hv'] + user['counts.zero'] - m.at['enter']['counts.hv'] - m.at['enter']['counts.zero']}
    said, beyond = m.said(r'fixed (\d+) KiB, bookkeeping (\d+) KiB'), m.said(r'linux0: domain .*; (\d+) KiB beyond its RAM')
    if said and beyond:
        figures['memory_kib'] = said[0] + said[1] + beyond[0]
    _, more, more_zero = linux(args, work, 'linuxes', 1 + FURTHER)
    figures['further'] = (more - build) / FURTHER
    figures['further_zeroing'] = (more_zero - zero) / FURTHER
    return figures


def run_pingpong(args, work):
    initrd = os.path.abspath(f'{args.build}/guests/initrd-arm64.cpio')
    args.memory = '1024M'
    guests = {}
    for me, peer, port, peer_port, do, after in (('left', 'right', 10, 11, 'ping', 5), ('right', 'left', 11, 10, 'pong', 0)):
        guests[me] = (kernel(args, '6.12') + f'ramdisk = "{initrd}"\ncmdline = "console=hvc0 quiet bp.do={do} bp.label=wire bp.rounds={ROUNDS} bp.after={after}"\n'
                      f'evtchn = [ "port={port},peer={peer},peer_port={peer_port},label=wire" ]\n')
    m = Machine(args, work, 'pingpong', guests)
    said = m.said(r'BP-PING wire: \d+ rounds, min (\d+) ns, mean (\d+) ns')
    if not said:
        raise Problem('pingpong: no BP-PING line. The log ends:\n    ' + '\n    '.join(m.log.splitlines()[-8:]) + m.errors)
    return {'ping_min_ns': said[0], 'ping_mean_ns': said[1]}


def rows(f):
    def row(name, peer, goal, key, say=millions, extra='', limit=None):
        v = f.get(key)
        return (name, peer, goal, 'not measured' if v is None else say(v) + extra, None if v is None or limit is None else v <= limit)
    us = lambda v: f'{v / 1000:,.0f} us'
    zero = lambda key: f'; {millions(f[key])} zeroing' if key in f else ''
    return [
        row('first line to guests started, one of 256 MiB', '45.6 M', '5 M', 'build', millions, zero('build_zeroing'), 5e6),
        row('each further guest adds', '44 M', '2 M', 'further', millions, zero('further_zeroing'), 2e6),
        row('all instructions, QEMU start to userspace', '958 M', '925 M', 'all_insns', millions, '', 925e6),
        row('event ping-pong between user spaces, min', '108 us', '60 us', 'ping_min_ns', us, '', 60e3),
        row('event ping-pong between user spaces, mean', '387 us', '120 us', 'ping_mean_ns', us, '', 120e3),
        row('hypervisor memory, one guest, 1 GiB host', '18.7 MB', '4 MB', 'memory_kib', lambda v: f'{v * 1024 / 1e6:,.1f} MB', '', 4e6 / 1024),
        row('image', '983 kB', '200 kB', 'image_bytes', lambda v: f'{v / 1000:,.0f} kB', '', 200e3),
        row("VM entries, guest's start to userspace", '', '', 'entries', lambda v: f'{v:,}'),
        row('hypervisor instructions in that time', '', '', 'hv_insns'),
    ]


def main():
    args = bench.options(__doc__, 'qemu-system-aarch64', 'cortex-a57').parse_args()
    return bench.measure(args, (run_linux, run_pingpong), 'bedplate-arm.img', rows)


if __name__ == '__main__':
    sys.exit(main())
