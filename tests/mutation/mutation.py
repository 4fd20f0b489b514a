#!/usr/bin/env python3
"""mutation.py [NAME...]: does the suite see a defect of one line?

Each entry of defects.txt is put into a copy of the tree, built and tested;
one that no test sees shows what is missing.  The copy is kept under
build/mutation, so that a defect costs one file to compile and the programs to
link.

    --list          the names
    --check         only look whether each still applies (a test does this)
    --seeds N       how many lives of the simulator each must survive (300)
    --sim-only      ask the simulator alone
"""
import argparse
import filecmp
import os
import re
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
TABLE = os.path.join(HERE, "defects.txt")
COPY = os.path.join(ROOT, "build", "mutation")
LATE = 15 * 60  # a mutant that runs in circles


class Defect:
    def __init__(self, name, path, old, new):
        self.name, self.path, self.old, self.new = name, path, old, new

    def text(self, root):
        with open(os.path.join(root, self.path), encoding="utf-8") as file:
            return file.read()

    def fault(self):
        """Why it cannot be put in, or None."""
        try:
            found = self.text(ROOT).count(self.old)
        except FileNotFoundError:
            return f"{self.path} is not there"
        return None if found == 1 else f"the text is there {found} times"


def read_table(path=TABLE):
    """Entries: `== name: file`, lines of old text, `=>`, lines of new."""
    with open(path, encoding="utf-8") as file:
        parts = re.split(r"^== ", file.read(), flags=re.M)[1:]
    for part in parts:
        head, body = part.split("\n", 1)
        name, where = head.split(": ")
        old, new = body.split("\n=>\n" if "\n=>\n" in body else "\n=>")
        yield Defect(name, where.strip(), old.strip("\n"), new.strip("\n"))


def run(arguments, log):
    return subprocess.run(arguments, cwd=COPY, stdout=log, stderr=log,
                          timeout=LATE, check=False).returncode == 0


def refresh(path):
    """Copy one file of the tree if the copy's differs."""
    old, new = os.path.join(COPY, path), os.path.join(ROOT, path)
    if os.path.exists(old) and filecmp.cmp(old, new, shallow=False):
        return
    os.makedirs(os.path.dirname(old), exist_ok=True)
    shutil.copy(new, old)


def prepare():
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"],
                            cwd=ROOT, check=True, stdout=subprocess.PIPE)
    for path in listed.stdout.decode().splitlines():
        if os.path.exists(os.path.join(ROOT, path)):
            refresh(path)
    subprocess.run(["cmake", "--preset", "release"], cwd=COPY, check=True,
                   stdout=subprocess.DEVNULL)


def write(path, text):
    with open(os.path.join(COPY, path), "w", encoding="utf-8") as file:
        file.write(text)


def suite(options):
    """Each part of the suite by name, cheapest first."""
    if not options.sim_only:
        yield "unit tests", ["ctest", "--test-dir", "build", "-L", "unit",
                             "-E", "sim/", "-j", str(os.cpu_count()),
                             "--stop-on-failure", "--timeout", "120"]
        yield "sim tests", ["ctest", "--test-dir", "build", "-R", "^sim/",
                            "-j", str(os.cpu_count()),
                            "--stop-on-failure", "--timeout", "300"]
    yield "simulator", ["build/bin/throughline-sim", str(options.seeds),
                        "--no-shrink"]


def seen_by(options, log):
    if not run(["ninja", "-C", "build"], log):
        return "the compiler"
    for name, arguments in suite(options):
        try:
            if not run(arguments, log):
                return name
        except subprocess.TimeoutExpired:
            return name + " (in circles)"
    return None


def try_defect(options, defect):
    began = time.monotonic()
    original = defect.text(ROOT)
    write(defect.path, original.replace(defect.old, defect.new))
    try:
        with open(os.path.join(COPY, "mutation.log"), "w",
                  encoding="utf-8") as log:
            by = seen_by(options, log)
    finally:
        write(defect.path, original)
    print(f"{defect.name:40} {'SURVIVES' if by is None else by:24}"
          f"{time.monotonic() - began:5.0f} s", flush=True)
    return by is not None


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--sim-only", action="store_true")
    parser.add_argument("--seeds", type=int, default=300)
    options = parser.parse_args()
    defects = [defect for defect in read_table()
               if not options.names or defect.name in options.names]
    if options.list:
        print("\n".join(defect.name for defect in defects))
        return 0
    stale = [f"{defect.name}: {defect.fault()}" for defect in defects
             if defect.fault()]
    if stale:
        print("\n".join(stale))
        return 1
    if options.check:
        print(f"{len(defects)} defects apply")
        return 0
    prepare()
    results = [try_defect(options, defect) for defect in defects]
    print(f"{sum(results)} of {len(results)} defects are seen")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
