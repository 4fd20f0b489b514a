#!/usr/bin/env python3
"""mutation.py [NAME...]: does the suite see a defect of one line?

Each entry of defects.txt is put into a copy of the tree, built and tested;
one that no test sees shows what is missing.  The copy is kept under
build/mutation, so that a defect costs one file to compile and the programs to
link.  The unit tests nearest to the defect are built and run first: most
defects end there.  One line for each, as it comes.

    --list          the names
    --check         only look whether each still applies (a test does this)
    --seeds N       how many lives of the simulator each must survive (300)
    --sim-only      ask the simulator alone
    --unit-only     ask the unit tests alone
    --trust         do not look first whether the tree passes without a defect
    --copy FOLDER   keep the copy there: two runs at once need two
"""
import argparse
import filecmp
import os
import re
import shutil
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
TABLE = os.path.join(HERE, "defects.txt")
COPY = os.path.join(ROOT, "build", "mutation")
UNBUILT = "DOES NOT BUILD"
LATE = 10 * 60  # a mutant that runs in circles

# Whose unit tests see a defect of a folder, nearest first.
NEAREST = {
    "protocol": ["protocol", "engine", "server"],
    "client/engine": ["engine", "server", "client"],
    "common/replica": ["replica", "engine", "server", "client"],
    "server/core": ["server", "engine", "client"],
}


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
    """Whether it succeeds; what is late is ended with all that it began."""
    with subprocess.Popen(arguments, cwd=COPY, stdout=log, stderr=log,
                          start_new_session=True) as child:
        try:
            return child.wait(LATE) == 0
        except BaseException:
            os.killpg(child.pid, signal.SIGKILL)
            raise


def refresh(path):
    """Copy one file of the tree if the copy's differs."""
    old, new = os.path.join(COPY, path), os.path.join(ROOT, path)
    if os.path.exists(old) and filecmp.cmp(old, new, shallow=False):
        return
    os.makedirs(os.path.dirname(old), exist_ok=True)
    shutil.copy(new, old)


def prepare():
    """The copy is the tree as it is, configured to build fast."""
    listed = subprocess.run(["git", "ls-files", "-coz", "--exclude-standard"],
                            cwd=ROOT, check=True, stdout=subprocess.PIPE)
    present = {path for path in os.fsdecode(listed.stdout).split("\0")
               if os.path.isfile(os.path.join(ROOT, path))}
    for path in present:
        refresh(path)
    for folder, _, names in os.walk(COPY):
        for name in names:
            path = os.path.relpath(os.path.join(folder, name), COPY)
            if path not in present and not path.startswith("build" + os.sep):
                os.remove(os.path.join(COPY, path))
    if shutil.which("ccache"):
        os.environ["CMAKE_C_COMPILER_LAUNCHER"] = "ccache"
        os.environ["CCACHE_BASEDIR"] = COPY
        os.environ["CCACHE_NOHASHDIR"] = "1"
    subprocess.run(["cmake", "--preset", "release",
                    "-D", "CMAKE_C_FLAGS_RELWITHDEBINFO=-O1",
                    "-D", "THROUGHLINE_WERROR=OFF"],
                   cwd=COPY, check=True, stdout=subprocess.DEVNULL)


def write(path, text):
    with open(os.path.join(COPY, path), "w", encoding="utf-8") as file:
        file.write(text)


def targets(folder, prefix):
    """The test programs whose source lies in a folder of tests/."""
    return sorted(f"{prefix}_{name[:-2]}"
                  for _, _, names in os.walk(os.path.join(COPY, "tests",
                                                          folder))
                  for name in names
                  if name.startswith("test_") and name.endswith(".c"))


def ctest(prefix):
    return ["ctest", "--test-dir", "build", "-R", f"^{prefix}/test_",
            "-j", str(os.cpu_count()), "--stop-on-failure",
            "--timeout", "120"]


def suite(options, defect):
    """What sees it: the part's name, what to build, what to run."""
    if not options.sim_only:
        for folder in NEAREST[os.path.dirname(defect.path)]:
            yield ("unit tests", targets(f"unit/{folder}", folder),
                   ctest(folder))
    if not options.sim_only and not options.unit_only:
        yield "sim tests", targets("sim", "sim"), ctest("sim")
    if not options.unit_only:
        yield ("simulator", ["throughline-sim"],
               ["build/bin/throughline-sim", str(options.seeds),
                "--no-shrink"])


def seen_by(options, defect):
    """The part of the suite that fails, or None."""
    with open(os.path.join(COPY, "mutation.log"), "w",
              encoding="utf-8") as log:
        for name, programs, arguments in suite(options, defect):
            if not run(["ninja", "-C", "build", *programs], log):
                return UNBUILT
            try:
                if not run(arguments, log):
                    return name
            except subprocess.TimeoutExpired:
                return name + " (in circles)"
    return None


def sound(options):
    """What fails without a defect says nothing of one."""
    by = seen_by(options, Defect("", "common/replica/", "", ""))
    if by is not None:
        print(f"the tree itself fails: {by}; see {COPY}/mutation.log")
    return by is None


def try_defect(options, defect):
    began = time.monotonic()
    original = defect.text(COPY)
    write(defect.path, original.replace(defect.old, defect.new))
    try:
        by = seen_by(options, defect)
    finally:
        write(defect.path, original)
    print(f"{defect.name:40} {'SURVIVES' if by is None else by:24}"
          f"{time.monotonic() - began:5.0f} s", flush=True)
    return by not in (None, UNBUILT)


def main():
    global COPY
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--sim-only", action="store_true")
    parser.add_argument("--unit-only", action="store_true")
    parser.add_argument("--trust", action="store_true")
    parser.add_argument("--copy", default=COPY)
    parser.add_argument("--seeds", type=int, default=300)
    options = parser.parse_args()
    COPY = os.path.abspath(options.copy)
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
    if not options.trust and not sound(options):
        return 1
    results = [try_defect(options, defect) for defect in defects]
    print(f"{sum(results)} of {len(results)} defects are seen")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
