#!/usr/bin/env python3
"""make bench: Bedplate's figures beside the peer's (Xen 4.17, PVH, same kernel, QEMU 7.2 TCG).

Instructions are counted by tests/bench/insns.c, so the numbers repeat on any machine. Nothing is asserted here: a
figure over its goal is coloured on a terminal and that is all. Three runs of the hypervisor in QEMU:
  linux   Debian's kernel with an /init that is one reboot(2): from power-on to user space
  exits   a guest that does nothing but CPUID and IN: what one exit costs
  memory  three idle guests of different sizes: what a guest costs beyond its RAM, from the hypervisor's own log
"""
import argparse, glob, json, os, re, subprocess, sys, tempfile

EXITS = 10000  # exits.asm


class Problem(Exception):
    """What keeps us from measuring, and the way out, in a sentence."""


def symbols(path):
    out = subprocess.run(['nm', path], capture_output=True, text=True, check=True).stdout
    return {w[-1]: int(w[0], 16) for w in (line.split() for line in out.splitlines()) if len(w) == 3}


def entry_of(path):
    """The PVH entry: what QEMU jumps to is the address in note 18 of "Xen"."""
    data = open(path, 'rb').read()
    at = data.find(b'\x04\0\0\0\x04\0\0\0\x12\0\0\0Xen\0')
    if at < 0:
        raise Problem(f'{path} has no PVH note; build it with `make`')
    return int.from_bytes(data[at + 16:at + 20], 'little')


def vmrun_address(path):
    """VMRUN itself, 0f 01 d8, within svm_vmrun: each time it runs is one entry into a guest."""
    out = subprocess.run(['objdump', '-d', '--no-show-raw-insn', '--disassemble=svm_vmrun', path],
                         capture_output=True, text=True, check=True).stdout
    found = re.findall(r'^\s*([0-9a-f]+):\s+vmrun', out, re.M)
    if len(found) != 1:
        raise Problem(f'{path}: {len(found)} VMRUN instructions in svm_vmrun, expected one; look at tests/bench/bench.py')
    return int(found[0], 16)


def cpio(files):
    """A "newc" archive: name -> (mode, bytes)."""
    out = b''
    for number, (name, (mode, data)) in enumerate(list(files.items()) + [('TRAILER!!!', (0, b''))], 1):
        fields = [number, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0]
        head = b'070701' + b''.join(b'%08X' % f for f in fields) + name.encode() + b'\0'
        out += head + b'\0' * (-len(head) % 4) + data + b'\0' * (-len(data) % 4)
    return out


def find_kernel(args):
    candidates = ([args.kernel] if args.kernel else
                  sorted(glob.glob(f'{args.build}/**/vmlinuz-6.1*cloud-amd64', recursive=True)) +
                  sorted(glob.glob('/boot/vmlinuz-6.1*cloud-amd64')))
    for path in candidates:
        if os.path.exists(path):
            return path
    raise Problem("no Debian cloud kernel found; name one: make bench BENCH_ARGS='--kernel FILE'")


class Machine:
    """One run of the hypervisor in QEMU: the bundle made of `guests` (name -> xl.cfg text), what was counted, what was said."""

    def __init__(self, args, work, name, guests, marks=()):
        self.args, self.base = args, os.path.join(work, name)
        configs = []
        for guest, text in guests.items():
            configs.append(f'{self.base}-{guest}.cfg')
            with open(configs[-1], 'w') as f:
                f.write(f'name = "{guest}"\n{text}')
        bundle = f'{self.base}.bundle'
        packed = subprocess.run([f'{args.build}/bedplate', 'pack', *configs, '-o', bundle], capture_output=True, text=True)
        if packed.returncode:
            raise Problem(f'bedplate pack failed: {packed.stderr.strip()}')
        self.run(bundle, marks)

    def symbols_file(self):
        return f'{self.args.build}/bedplate.sym.elf'

    def first_marks(self, sym):
        """Where counting starts, and what runs once for each entry into a guest."""
        return entry_of(sym), vmrun_address(sym)

    def board(self):
        """QEMU's arguments that say which machine it is and what it starts."""
        return ['-M', self.args.machine, '-device', 'isa-debug-exit,iobase=0xf4,iosize=0x04', '-kernel', f'{self.args.build}/bedplate.elf']

    def run(self, bundle, marks):
        args, log, counts, sym = self.args, f'{self.base}.log', f'{self.base}.counts', self.symbols_file()
        s, (start, enter) = symbols(sym), self.first_marks(sym)
        plugin = [f'{args.build}/bench/insns.so', f'out={counts}',
                  f'range=zero:{s["bp_zero_start"]:#x}:{s["bp_zero_end"]:#x}',
                  f'range=hv:{s["bp_text_start"]:#x}:{s["bp_text_end"]:#x}',
                  f'mark=start:{start:#x}', f'mark=enter:{enter:#x}:start']
        plugin += [f'mark={name}:{at:#x}:enter' for name, at in marks]
        command = [args.qemu, *self.board(), '-cpu', args.cpu, '-accel', 'tcg', '-icount', 'shift=0,sleep=off', '-smp', '1', '-m', args.memory,
                   '-nodefaults', '-no-reboot', '-display', 'none', '-serial', f'file:{log}', '-initrd', bundle, '-plugin', ','.join(plugin)]
        qemu = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        try:
            self.errors = qemu.communicate(timeout=args.timeout)[1]
        except subprocess.TimeoutExpired:
            qemu.terminate()        # QEMU still lets the plugin print
            self.errors = qemu.communicate()[1] + f'stopped after {args.timeout} s'
        self.log = open(log, errors='replace').read() if os.path.exists(log) else ''
        self.at = read_counts(counts)

    def need(self, mark):
        if mark not in self.at:
            tail = '\n    '.join(self.log.splitlines()[-8:])
            raise Problem(f'{os.path.basename(self.base)}: "{mark}" was not reached. {self.errors.strip()}\n  The log ends:\n    {tail}')
        return self.at[mark]

    def said(self, pattern):
        m = re.search(pattern, self.log)
        return tuple(int(g) for g in m.groups()) if m else None


def read_counts(path):
    at = {}
    for line in open(path) if os.path.exists(path) else ():
        name, *pairs = line.split()
        at[name] = {k: int(v) for k, v in (p.split('=') for p in pairs)}
    return at


def run_linux(args, work):
    initrd = os.path.join(work, 'initrd')
    with open(initrd, 'wb') as f:
        f.write(cpio({'init': (0o100755, open(f'{args.build}/bench/init', 'rb').read())}))
    config = f'kernel = "{os.path.abspath(find_kernel(args))}"\nramdisk = "{initrd}"\nextra = "{args.cmdline}"\nmemory = 256\nvcpus = 1\n'
    init = symbols(f'{args.build}/bench/init')['_start']
    m = Machine(args, work, 'linux', {'linux': config}, [('user', init)])
    start, enter, user = m.need('start'), m.need('enter'), m.need('user')
    hv = lambda s: s['counts.hv'] + s['counts.zero']
    zero = enter['counts.zero'] - start['counts.zero']
    memory = m.said(r'memory: (\d+) MiB.*fixed (\d+) KiB, bookkeeping (\d+) KiB')
    figures = {
        'entries': user['hits.enter'],
        'hv_insns': hv(user) - hv(enter),
        'hv_insns_zeroing': user['counts.zero'] - enter['counts.zero'],
        'first_to_first': enter['counts.total'] - start['counts.total'] - zero,
        'first_to_first_zeroing': zero,
        'all_insns': user['counts.total'],
        'before_hypervisor': start['counts.total'],
    }
    if memory:
        figures['fixed_kib'], figures['per_gib_kib'] = memory[1], memory[2] * 1024 / memory[0]
    return figures


def run_exits(args, work):
    elf = f'{args.build}/bench/exits.elf'
    s = symbols(elf)
    names = ('cpuid_begin', 'cpuid_end', 'inb_begin', 'inb_end')
    m = Machine(args, work, 'exits', {'exits': f'kernel = "{os.path.abspath(elf)}"\nmemory = 16\nvcpus = 1\n'},
                [(n, s[n]) for n in names])
    hv = lambda n: m.need(n)['counts.hv']
    return {'cpuid': (hv('cpuid_end') - hv('cpuid_begin')) / EXITS, 'inb': (hv('inb_end') - hv('inb_begin')) / EXITS}


def run_memory(args, work):
    kernel = f'kernel = "{os.path.abspath(args.build)}/bench/exits.elf"\n'
    m = Machine(args, work, 'memory', {'one': kernel + 'memory = 64\nvcpus = 1\n', 'cpus': kernel + 'memory = 64\nvcpus = 5\n',
                                       'ram': kernel + 'memory = 320\nvcpus = 1\n'})
    beyond = {}
    for name in ('one', 'cpus', 'ram'):
        said = m.said(rf'{name}: domain .*; (\d+) KiB beyond its RAM')
        if not said:
            return {}
        beyond[name] = said[0]
    per_cpu, per_mib = (beyond['cpus'] - beyond['one']) / 4, (beyond['ram'] - beyond['one']) / 256
    return {'guest_base_kib': beyond['one'] - per_cpu - 64 * per_mib, 'guest_vcpu_kib': per_cpu, 'guest_mib_kib': per_mib}


def millions(n):
    return f'{n / 1e6:,.1f} M' if n >= 1e6 else f'{n:,.0f}'


def rows(f):
    """(figure, peer, goal in words, ours in words, ours <= goal; None where it was not measured)."""
    def row(name, peer, goal, key, say=millions, extra='', limit=None):
        v = f.get(key)
        return (name, peer, goal, 'not measured' if v is None else say(v) + extra, None if v is None or limit is None else v <= limit)
    kib = lambda v: f'{v:,.0f} KiB'
    zero = f'; {millions(f["first_to_first_zeroing"])} zeroing' if 'first_to_first_zeroing' in f else ''
    guest, guest_ok = 'not measured', None
    if 'guest_base_kib' in f:
        b, c, r = f['guest_base_kib'], f['guest_vcpu_kib'], f['guest_mib_kib']
        guest, guest_ok = f'{b:.0f} KiB + {c:.0f} KiB per vCPU + {r:.2f} KiB per MiB', b <= 64 and c <= 32 and r <= 0.1
    return [
        row("VM entries, guest's start to userspace", '102,287', '4,000', 'entries', lambda v: f'{v:,}', '', 4000),
        row('hypervisor instructions in that time', '317 M', '15 M', 'hv_insns', millions, '', 15e6),
        row("hypervisor's first instruction to the guest's first", '(1,755 M, dom0 included)', '10 M', 'first_to_first', millions, zero, 10e6),
        row('all instructions, QEMU start to userspace', '(none: 1,427 M)', '1,500 M', 'all_insns', millions, '', 1500e6),
        row('one CPUID exit', '6,204', '600', 'cpuid', lambda v: f'{v:,.0f}', '', 600),
        row('one inb exit', '1,200', '400', 'inb', lambda v: f'{v:,.0f}', '', 400),
        row('hypervisor memory, fixed', '3.1 MB', '1 MB', 'fixed_kib', kib, '', 1000),
        row('hypervisor memory per GiB of host RAM', '10 MiB', '2.5 MiB', 'per_gib_kib', kib, '', 2560),
        ('memory of a guest beyond its RAM', '163 kB + 1,061 kB/vCPU + 4 kB/MiB', '64 kB + 32 kB/vCPU + 0.1 kB/MiB', guest, guest_ok),
        row('image, stripped', '2,563 kB', '256 kB', 'image_bytes', lambda v: f'{v / 1000:,.0f} kB', '', 256000),
    ]


def print_table(rows):
    table = [('figure', 'Xen 4.17', 'reach at most', 'Bedplate', None)] + rows
    width = [max(len(r[i]) for r in table) for i in range(4)]
    colour = sys.stdout.isatty() and 'NO_COLOR' not in os.environ
    for i, r in enumerate(table):
        ours = r[3]
        if colour and r[4] is not None:
            ours = f'\033[{32 if r[4] else 31}m{ours}\033[0m'
        print('  '.join([r[j].ljust(width[j]) for j in range(3)] + [ours]).rstrip())
        if i == 0:
            print('  '.join('-' * w for w in width))


def options(doc, qemu, cpu):
    a = argparse.ArgumentParser(prog='make bench', description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument('--build', default='build')
    a.add_argument('--kernel', help="the guest's kernel (default: Debian's cloud kernel)")
    a.add_argument('--cmdline', default='console=hvc0')
    a.add_argument('--qemu', default=qemu)
    a.add_argument('--cpu', default=cpu)
    a.add_argument('--timeout', type=int, default=600, help='seconds for each run')
    a.add_argument('--keep', metavar='DIR', help='leave bundles, logs and counts here')
    a.add_argument('--json', action='store_true')
    return a


def measure(args, parts, image, rows):
    """Runs the parts, what fails in one keeping no other from its figures, and prints. Returns the exit status."""
    figures, problems = {}, []
    with tempfile.TemporaryDirectory() as temporary:
        work = args.keep or temporary
        os.makedirs(work, exist_ok=True)
        for part in parts:
            try:
                figures.update(part(args, work))
            except (Problem, OSError, subprocess.CalledProcessError) as e:
                problems.append(str(e))
    if os.path.exists(f'{args.build}/{image}'):
        figures['image_bytes'] = os.path.getsize(f'{args.build}/{image}')
    if args.json:
        print(json.dumps({'figures': figures, 'problems': problems}, indent=2))
    else:
        print_table(rows(figures))
    for p in problems:
        print(f'bench: {p}', file=sys.stderr)
    return 1 if problems else 0


def main():
    a = options(__doc__, 'qemu-system-x86_64', 'max')
    a.add_argument('--machine', default='q35')
    a.add_argument('--memory', default='1G')
    return measure(a.parse_args(), (run_linux, run_exits, run_memory), 'bedplate.elf', rows)


if __name__ == '__main__':
    sys.exit(main())
