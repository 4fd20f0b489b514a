#!/usr/bin/env python3
"""tidiness.py [ROOT]: does the code keep the rules of the house?

Each rule is a function that yields (file, line, sentence).  What may break a
rule stands in EXCEPTIONS with its reason, and nowhere else.
"""
import os
import re
import subprocess
import sys

FILE_LINES, FILE_LINES_MAX = 500, 700
HEADER_LINES, HEADER_LINES_MAX = 200, 300
FUNCTION_LINES = 70
COLUMNS, TAB = 80, 8

# (rule, file) -> why.  A file over FILE_LINES_MAX has no excuse.
EXCEPTIONS = {
    ("length", "protocol/message.h"):
        "one page with every message of the protocol, in the order of types",
}

PURE = ("protocol", "common/catalogue", "common/replica")
COMMON = PURE + ("common/support", "common/net", "common/http",
                 "common/command", "common/report")
CLIENT = ("client/engine", "client/import", "client/access", "client/agent",
          "client/library", "client/include", "client/output",
          "client/transfer", "client/interface", "client/command",
          "client/page")
SERVER = ("server/core", "server/authority", "server/night",
          "server/service", "server/command")

# folder -> the folders that it may include besides itself
LAYERS = {
    "protocol": (),
    "common/catalogue": PURE[:1],
    "common/replica": PURE[:2],
    "common/support": ("protocol",),
    "common/net": ("protocol", "common/support"),
    "common/http": ("protocol", "common/support"),
    "common/command": PURE + ("common/support",),
    "common/report": PURE + ("common/support",),
    "client/engine": PURE,
    "client/import": PURE + ("common/support",),
    "client/access": PURE + ("common/support",),
    "client/agent": COMMON + CLIENT[:1],
    "client/library": COMMON + CLIENT[:6],
    "client/include": (),
    "client/output": PURE + ("common/support", "common/command",
                             "client/access"),
    "client/transfer": PURE,
    "client/interface": COMMON + CLIENT[:4] + ("client/output",
                                               "client/transfer"),
    "client/page": ("protocol",),
    "client/command": COMMON + CLIENT,
    "client": COMMON + CLIENT,
    "server/core": PURE,
    "server/authority": COMMON + SERVER[:1],
    "server/night": COMMON + SERVER[:2],
    "server/service": COMMON + SERVER[:3],
    "server/command": COMMON + SERVER,
    "server": COMMON + SERVER,
}
# No loop, socket or thread is seen from here.
WITHOUT_LOOP = PURE + ("client/engine", "server/core")
# School offices run Windows: the operating system is reached through libuv.
PORTABLE = COMMON + CLIENT + ("client",)
# Every module here is named by a test.
TESTED = COMMON + ("client/engine", "client/import", "client/access",
                   "client/page", "client/interface", "server/core",
                   "server/night")

BANNED = re.compile(
    r"(?<![\w.>])(strcpy|strcat|v?sprintf|gets|strtok|atoi|atol|atof|rand|"
    r"random|system|popen|alloca)\s*\(")
POSIX_HEADER = re.compile(
    r'#\s*include\s*<(unistd\.h|pthread\.h|sys/\w+\.h|netinet/\w+\.h|'
    r'arpa/\w+\.h|poll\.h|netdb\.h)>')
INCLUDE = re.compile(r'#\s*include\s*([<"])([^">]+)[">]')
LATER = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b")
OUTSIDE = re.compile(r"\.\./sha" r"red|(?<![\w.])/wo" r"rk/")
TYPEDEF = re.compile(r"\btypedef\s+(struct|union)\b")
FORMATTING = re.compile(r"\b(\w*n?printf|sqlite3_str_appendf)\s*\(")
STATEMENT = re.compile(
    r'"\s*(SELECT|INSERT|UPDATE|DELETE FROM|REPLACE INTO)\s')
COVERED = re.compile(r"\b[a-z_]+/[a-z_/]+\.c\b")
TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)

CODE = (".c", ".h", ".py", ".js", ".mjs", ".sh", ".cmake")
GENERATED = ("package-lock.json",)


class File:
    """One file: its text, its lines, and its C code without comments."""

    def __init__(self, root, path):
        self.path = path
        self.folder = os.path.dirname(path)
        self.name = os.path.basename(path)
        with open(os.path.join(root, path), "rb") as stream:
            self.text = stream.read().decode("utf-8", "replace")
        self.lines = self.text.splitlines()
        self.is_c = path.endswith((".c", ".h"))
        self.is_code = (path.endswith(CODE) or self.name == "CMakeLists.txt"
                        or self.text.startswith("#!"))
        self.bare = TOKEN.sub(blank_all, self.text) if self.is_c else ""
        self.code = TOKEN.sub(blank_comment, self.text) if self.is_c else ""

    def line_of(self, offset):
        return self.text.count("\n", 0, offset) + 1


def blank_all(match):
    return re.sub(r"[^\n]", " ", match.group())


def blank_comment(match):
    return match.group() if match.group()[0] in "\"'" else blank_all(match)


def read_tree(root):
    """Every file that is tracked, or would be, as text."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=root,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    if listed.returncode == 0 and listed.stdout:
        paths = [p for p in listed.stdout.decode().split("\0") if p]
    else:
        paths = [os.path.relpath(os.path.join(folder, name), root)
                 for folder, _, names in os.walk(root)
                 if not re.search(r"/(build|node_modules|\.git)(/|$)", folder)
                 for name in names]
    return [File(root, p) for p in sorted(set(paths))
            if os.path.isfile(os.path.join(root, p))]


def check_length(file):
    if not file.is_code:
        return
    tests = file.path.startswith("tests/")
    header = file.path.endswith(".h") and not tests
    usual, most = ((HEADER_LINES, HEADER_LINES_MAX) if header
                   else (FILE_LINES, FILE_LINES_MAX))
    count = len(file.lines)
    if count > most:
        yield file, count, f"{count} lines, and {most} are never exceeded"
    elif count > usual and ("length", file.path) not in EXCEPTIONS:
        yield file, count, f"{count} lines, where {usual} are the limit"


def check_width(file):
    if not file.is_code:
        return
    for number, line in enumerate(file.lines, 1):
        width = len(line.expandtabs(TAB))
        if width > COLUMNS and "://" not in line:
            yield file, number, f"{width} columns, where {COLUMNS} fit"


def check_functions(file):
    """A body is between lone braces in the first column; its signature is
    what stands unbroken above."""
    if not file.is_c:
        return
    began = None
    for number, line in enumerate(file.lines, 1):
        if line == "{":
            began = number
            while began > 1 and re.match(r"[\w\s(]", file.lines[began - 2]):
                began -= 1
        elif line == "}" and began is not None:
            count = number - began + 1
            if count > FUNCTION_LINES:
                yield file, began, (f"a function of {count} lines, where "
                                    f"{FUNCTION_LINES} fit on a screen")
            began = None


def check_layers(file):
    layered = file.folder.split("/")[0] in ("protocol", "common", "client",
                                            "server")
    if not file.is_c or not layered:
        return
    if file.folder not in LAYERS:
        yield file, 1, (f"{file.folder}/ has no place among the layers; "
                        "give it one in tests/tidiness/tidiness.py")
        return
    allowed = (file.folder,) + LAYERS[file.folder]
    for match in INCLUDE.finditer(file.code):
        kind, target = match.groups()
        folder = os.path.dirname(target)
        number = file.line_of(match.start())
        if target == "uv.h" and file.folder in WITHOUT_LOOP:
            yield file, number, f"{file.folder}/ is pure and sees no uv.h"
        elif kind == '"' and folder and folder not in allowed:
            yield file, number, f"{file.folder}/ may not include {target}"


def check_calls(file):
    if not file.is_c:
        return
    for match in BANNED.finditer(file.bare):
        yield (file, file.line_of(match.start()),
               f"{match.group(1)}() is not used in this house")
    if file.folder in PORTABLE:
        for match in POSIX_HEADER.finditer(file.bare):
            yield (file, file.line_of(match.start()),
                   f"<{match.group(1)}> is not on every system; "
                   "go through libuv")


def check_words(file):
    for number, line in enumerate(file.lines, 1):
        if file.is_code and LATER.search(line):
            yield file, number, "something is left for later; do it or drop it"
        if OUTSIDE.search(line):
            yield file, number, "a place outside this tree is mentioned"


def check_typedef(file):
    for match in TYPEDEF.finditer(file.bare):
        yield (file, file.line_of(match.start()),
               f"a {match.group(1)} goes by its tag, without typedef")


def check_sql(file):
    """Statements are constant text: none is an argument of a formatter."""
    if ("sql", file.path) in EXCEPTIONS:
        return
    for match in FORMATTING.finditer(file.bare):
        end = file.bare.find(";", match.end())
        if STATEMENT.search(file.code[match.end():end]):
            yield (file, file.line_of(match.start()),
                   f"SQL is built by {match.group(1)}(); bind values instead")


def check_tested(files):
    """X.c is tested where a test includes X.h, or says in a comment that it
    covers folder/X.c.  A part without a header of its own (ledger_query.c)
    goes with the module that it is part of, and tables without a function
    with whatever reads them."""
    included = set()
    for file in files:
        if file.folder.startswith("tests/unit") and file.is_c:
            included |= {m.group(2) for m in INCLUDE.finditer(file.code)}
            included |= set(COVERED.findall(file.text))
    headers = {file.path for file in files if file.path.endswith(".h")}
    for file in files:
        if not file.path.endswith(".c") or file.folder not in TESTED:
            continue
        if "{" not in file.lines or file.path in included:
            continue
        if not included & doors(file, headers):
            yield file, 1, "no test covers this module"


def doors(file, headers):
    """The headers of which any one leads to this module."""
    stem = file.path[:-2]
    whole = stem
    while True:
        if whole + ".h" in headers:
            return {whole + ".h"}
        if "_" not in os.path.basename(whole):
            break
        whole = whole.rpartition("_")[0]
    return {m.group(2) for m in INCLUDE.finditer(file.code)
            if os.path.dirname(m.group(2)) == file.folder}


RULES = (check_length, check_width, check_functions, check_layers,
         check_calls, check_words, check_typedef, check_sql)


def check_tree(root):
    files = [file for file in read_tree(root) if file.name not in GENERATED]
    for file in files:
        for rule in RULES:
            yield from rule(file)
    yield from check_tested(files)


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    root = sys.argv[1] if len(sys.argv) > 1 else os.path.join(here, "../..")
    found = 0
    for file, number, sentence in check_tree(root):
        print(f"{file.path}:{number}: {sentence}")
        found += 1
    if found:
        sys.exit(f"{found} untidy places")
    print("tidy")


if __name__ == "__main__":
    main()
