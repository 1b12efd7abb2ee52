#!/usr/bin/env python3
"""show.py TOOL FILE...: what `bedplate acpi show` says of each table, beside what iasl's disassembler says of it: every field of iasl's
has the offset and size of one of ours (or lies in one that we tell as bytes), and where both tell a number it is the same. Prints a line
for each difference, then how many fields agree; ends with 1 when one differs or none was compared."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

# iasl tells these as one reserved field or as one structure; we tell what the specification has in them.
COARSER = {("DMAR", "Reserved"), ("TPM2", "Reserved"), ("SPCR", "Reserved"), ("HEST", "Notify"), ("ASF!", "Boot Options"),
           ("IORT", "Memory Properties"), ("MSDM", "Software Licensing Structure")}
FIELD = re.compile(r"^\[[0-9A-F]+h (\d+)\s+(\d+)\]\s+(.*?) : (.*)$", re.M)


def disassemble(path, work):
    copy = os.path.join(work, "t.dat")
    shutil.copy(path, copy)
    subprocess.run(["iasl", "-d", copy], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=work)
    with open(os.path.join(work, "t.dsl"), errors="replace") as f:
        return [(int(m[1]), int(m[2]), m[3].strip(), m[4].strip()) for m in FIELD.finditer(f.read())]


def told(tool, path):
    out = subprocess.run([tool, "acpi", "show", "--json", path], capture_output=True, check=False).stdout
    table = json.loads(out)["tables"][0]
    return table["signature"], [f for f in table["fields"] if f["value"]]


def number(text):
    m = re.match(r"(0x[0-9a-f]+|0|[1-9]\d*)(?:: .*)?$", text)
    return int(m[1], 0) if m else None


def differences(signature, ours, theirs):
    by_place = {(f["offset"], f["size"]): f for f in ours}
    for offset, size, name, value in theirs:
        if not size or (signature, name) in COARSER:
            continue
        f = by_place.get((offset, size))
        if f:
            known = number(f["value"])
            same = size > 8 or known is None or not re.fullmatch("[0-9A-F]+", value) or int(value, 16) == known
            yield None if same else f"{name} at {offset}: {f['name']} is {f['value']}, iasl says {value}"
            continue
        inside = [f for f in ours if f["offset"] <= offset and offset + size <= f["offset"] + f["size"]]
        whole = any(f["name"] in ("Data", "Shared Info") or f["size"] == 12 for f in inside)
        yield None if whole else f"{name}, {size} bytes at {offset}: we have no such field"


def main():
    agree = bad = 0
    with tempfile.TemporaryDirectory() as work:
        for path in sys.argv[2:]:
            signature, ours = told(sys.argv[1], path)
            for d in differences(signature, ours, disassemble(path, work)):
                agree += d is None
                bad += d is not None
                if d:
                    print(f"{path}: {d}")
    print(f"show: {agree} fields as iasl has them, {bad} not")
    return bad > 0 or not agree


sys.exit(main())
