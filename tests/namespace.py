"""namespace.py NAME: compares ours.json, s5.json, *.dsl and acpiexec.txt in the current folder; called by namespace.sh. One line a
machine, and one for each difference; ends with 1 when there is any that is not named here with its reason."""
import glob, json, re, sys

NAME = r'[\\^A-Za-z0-9_.]+'
OURS = {'device': 'device', 'processor': 'processor', 'thermal zone': 'thermal', 'power resource': 'power', 'method': 'method', 'name': 'name',
        'region': 'region', 'data region': 'region', 'field': 'field', 'banked field': 'field', 'buffer field': 'buffer field',
        'mutex': 'mutex', 'event': 'event', 'alias': 'alias', 'scope': 'scope', 'external': 'external'}
DSL = {'Device': 'device', 'Processor': 'processor', 'ThermalZone': 'thermal', 'PowerResource': 'power', 'Method': 'method', 'Name': 'name',
       'OperationRegion': 'region', 'DataTableRegion': 'region', 'Mutex': 'mutex', 'Event': 'event'}
EXEC = {'Scope': 'scope', 'Device': 'device', 'Processor': 'processor', 'Thermal': 'thermal', 'Power': 'power', 'Method': 'method',
        'Region': 'region', 'RegionField': 'field', 'BankField': 'field', 'IndexField': 'field', 'BufferField': 'buffer field',
        'Mutex': 'mutex', 'Event': 'event', 'Alias': 'alias', 'MethodAlias': 'alias'}
# What ACPICA has by itself (5.7, and the scopes of 5.3.1, two of which it calls devices), and acpiexec for its own use.
PREDEFINED = {'\\_TI_', '\\_TI_._T97', '\\_GL_', '\\_OS_', '\\_OSI', '\\_REV', '\\_GPE', '\\_PR_', '\\_SB_', '\\_SI_', '\\_TZ_'}

# Differences that are acpiexec's, with the reason. Nothing in the tree needs one.
EXPLAINED = {
    # One notebook's SSDT has a region at an address that only a later table declares: ACPICA gives up on it there, as it says, but then
    # takes the end of the Device for the end of the Scope around it, and what follows comes to stand in the Device.
    '\\_SB_.UBTC.USBC', '\\_SB_.UBTC.UCEV', '\\_SB_.UCEV',
}


def pad(segment):
    return segment.ljust(4, '_')


def eisa(v):
    v = int.from_bytes(v.to_bytes(4, 'little'), 'big')
    return ''.join(chr(64 + (v >> s & 31)) for s in (26, 21, 16)) + '%04X' % (v & 0xffff)


def id_of(value):
    return value.strip('"') if value.startswith('"') else eisa(int(value, 0) & 0xffffffff)


class Dsl:
    """The names that a disassembly declares outside of methods; of all tables, in order."""

    def __init__(self):
        self.kind, self.hid, self.known = {}, {}, {()} | {(s,) for s in ('_GPE', '_PR_', '_SB_', '_SI_', '_TZ_')}

    def place(self, scope, text, search):
        up = len(text) - len(text.lstrip('^'))
        names = tuple(pad(s) for s in text.lstrip('\\^').split('.') if s)
        if text.startswith('\\'):
            return names
        if search and not up and len(names) == 1:
            for n in range(len(scope), -1, -1):
                if scope[:n] + names in self.known:
                    return scope[:n] + names
        return scope[:len(scope) - up] + names

    def declare(self, scope, text, kind):
        path = self.place(scope, text, False)
        for n in range(len(path) + 1):
            self.known.add(path[:n])
        self.kind.setdefault(path, kind)
        return path

    def read(self, text):
        """iasl puts every brace that opens on a line of its own, and every one that closes at a line's beginning."""
        stack, scope, mode, opened = [], (), 'terms', None
        for line in (l.strip() for l in text.split('\n')):
            if re.match(r'{ *(//.*)?$', line):
                stack.append((scope, mode))
                scope, mode = opened or (scope, mode)
                opened = None
            elif line.startswith('}') and stack:
                scope, mode = stack.pop()
            elif mode == 'fields':
                m = re.match('(' + NAME + r') *, *\d+', line)
                if m:
                    self.declare(scope, m[1], 'field')
            elif mode == 'terms':
                opened = self.term(line, scope) or (opened if not line else None)

    def term(self, line, scope):
        """What the braces that follow mean: a scope and how to read it."""
        m = re.match(r'(\w+) \((' + NAME + r')(?:, (' + NAME + r'))?', line)
        if not m:
            return None
        op, name = m[1], m[2]
        if op == 'Scope':
            path = self.place(scope, name, True)
            self.known.add(path)
            return path, 'terms'
        if op in ('Field', 'IndexField', 'BankField'):
            return scope, 'fields'
        if op == 'Alias':
            self.declare(scope, m[3], 'alias')
        elif re.match(r'Create\w*Field$', op):
            self.declare(scope, re.search('(' + NAME + r')\) *(//.*)?$', line)[1], 'buffer field')
        elif op in DSL:
            path = self.declare(scope, name, DSL[op])
            h = re.match(r'Name \(_HID, (?:EisaId \()?"([^"]*)"', line) if name == '_HID' else None
            if h:
                self.hid.setdefault(path, h[1])
            return path, 'skip' if op in ('Method', 'Name') else 'terms'
        return scope, 'skip' if op not in ('If', 'ElseIf', 'While') else 'terms'


def text_of(path):
    return '\\' + '.'.join(path)


def read_dsl():
    dsl = Dsl()
    for name in sorted(glob.glob('*.dsl'), key=lambda n: (n[0], int(re.sub(r'\D', '', n) or 0))):
        text = open(name, errors='replace').read()
        text = re.sub(r'/\*.*?\*/', '', text, flags=re.S)
        once = Dsl()
        once.known = set(dsl.known)
        once.read(text)                 # scopes are searched for among all that a table declares
        dsl.known |= once.known
        dsl.read(text)
    return {text_of(p): k for p, k in dsl.kind.items()}, {text_of(p): h for p, h in dsl.hid.items()}


def read_acpiexec():
    kind, hid, s5, stack = {}, {}, [], []
    text = open('acpiexec.txt', errors='replace').read()
    for m in re.finditer(r'^ *(\d+) +(\S{4}) (\w+) +0x\S+ \d*\S*(.*)$', text, re.M):
        depth = int(m[1])
        stack[depth:] = [m[2]]
        path = '\\' + '.'.join(stack)
        kind[path] = EXEC.get(m[3], 'name')
        value = re.search(r'= ([0-9A-F]{16})', m[4]) if m[3] == 'Integer' else re.search(r'"([^"]*)"', m[4])
        if m[2] == '_HID' and value and m[3] in ('Integer', 'String'):
            hid[path] = eisa(int(value[1], 16) & 0xffffffff) if m[3] == 'Integer' else value[1]
    m = re.search(r'Evaluating \\_S5.*?\[Package\] Contains \d+ Elements:(.*?)(?:\n\S|\Z)', text, re.S)
    if m:
        s5 = [int(v, 16) & 0xff for v in re.findall(r'\[Integer\] = ([0-9A-F]{16})', m[1])[:2]]
    return kind, hid, s5, 'ACPI Namespace' in text


def main():
    machine, wrong = sys.argv[1], []
    ours = json.load(open('ours.json'))
    nodes = {n['path']: n for n in ours['nodes']}
    known = {p: OURS[n['kind']] for p, n in nodes.items() if n['kind'] != 'external' and p not in PREDEFINED}
    kind = {p: k for p, k in known.items() if k != 'scope'}
    surely = {p for p in kind if not nodes[p]['conditional']}
    hid = {p: id_of(n['value']) for p, n in nodes.items() if p.endswith('._HID') and n['kind'] == 'name' and re.match('0|"', n['value'])}
    hid.update({p + '._HID': n['hid'] for p, n in nodes.items() if n.get('hid', 'method') not in ('method', '...')})

    dsl, dsl_hid = read_dsl()
    wrong += ['%s: iasl has a %s, we have nothing' % (p, dsl[p]) for p in dsl.keys() - kind.keys()]
    wrong += ['%s: we have a %s, iasl has nothing' % (p, kind[p]) for p in kind.keys() - dsl.keys()]
    wrong += ['%s: iasl has a %s, we have a %s' % (p, dsl[p], kind[p]) for p in dsl.keys() & kind.keys() if dsl[p] != kind[p]]
    wrong += ['%s: iasl has %s, we have %s' % (p, h, hid.get(p)) for p, h in dsl_hid.items() if hid.get(p) != h]

    ran, ran_hid, ran_s5, loaded = read_acpiexec()
    if not loaded:
        wrong += ['acpiexec did not print its namespace']
    wrong += ['%s: acpiexec has a %s, we have nothing' % (p, ran[p]) for p in ran.keys() - known.keys() - PREDEFINED]
    wrong += ['%s: we have a %s, acpiexec has nothing' % (p, kind[p]) for p in surely - ran.keys()]
    wrong += ['%s: acpiexec has a %s, we have a %s' % (p, ran[p], kind[p]) for p in ran.keys() & kind.keys() if ran[p] != kind[p]]
    wrong += ['%s: acpiexec has %s, we have %s' % (p, h, hid.get(p)) for p, h in ran_hid.items() if hid.get(p) != h]

    wrong = [w for w in wrong if w.split(':')[0] not in EXPLAINED]

    s5 = json.load(open('s5.json'))[0]
    our_s5 = [s5['slp_typa'], s5['slp_typb']] if s5['known'] else []
    if our_s5 != ran_s5:
        wrong += ['\\_S5_: acpiexec has %s, we have %s' % (ran_s5, our_s5)]
    devices = sum(k == 'device' for k in kind.values())
    print('%s: %d names (iasl %d, acpiexec %d), %d devices, %d _HIDs (iasl %d, acpiexec %d), %d conditional; _S5_ %s; %d passed over; %d differ' %
          (machine, len(kind), len(dsl), len(ran), devices, len(hid), len(dsl_hid), len(ran_hid), len(kind) - len(surely), our_s5,
           ours['passed_over'], len(wrong)))
    for w in sorted(wrong)[:int(sys.argv[2])]:
        print('   ', w)
    return 1 if wrong or ours['passed_over'] else 0


sys.exit(main())
