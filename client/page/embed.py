#!/usr/bin/env python3
"""embed.py PAGE OUT.c FILE...: the school's page as arrays of C.

FILE is relative to PAGE: modules, the index page, the style sheet, the icon.
An asset's name bears the digest of its bytes, so a browser may keep it for
ever.  A module's imports become those names, bare ones too: the content
security policy allows no inline import map.  Modules therefore may not import
each other in a circle.
"""
import hashlib
import os
import posixpath
import re
import sys

# What comes from npm: where it lies, and the name it is imported by.
PACKAGES = {
    "preact": "node_modules/preact/dist/preact.mjs",
    "preact/hooks": "node_modules/preact/hooks/dist/hooks.mjs",
    "htm": "node_modules/htm/dist/htm.mjs",
}
FRONTEND = "node_modules/govuk-frontend/dist/govuk/govuk-frontend.min.css"
INDEX = "index.html"
TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".svg": "image/svg+xml",
}
IMPORT = re.compile(r"""((?:\bfrom|\bimport)\s*)(["'])([^"'\n]+)\2""")
REFERENCE = re.compile(r'((?:href|src)=")([^"#]+)(")')
SOURCE_MAP = re.compile(r"(//[#@]|/\*#) sourceMappingURL=.*")
FONT_FACE = re.compile(r"@font-face\{[^}]*\}")
COLUMNS = 20


class Assets:
    """Every file that was embedded, by the path it was found at."""

    def __init__(self, page):
        self.page = page
        self.made = {}  # path -> (name, type, bytes, digest)
        self.open = []  # being made: a circle would meet one again

    def read(self, path):
        with open(os.path.join(self.page, path), encoding="utf-8") as stream:
            return SOURCE_MAP.sub("", stream.read())

    def name_of(self, path):
        if path in self.open:
            sys.exit(f"embed.py: {path} imports itself, by way of "
                     f"{' and '.join(self.open)}")
        if path not in self.made:
            self.open.append(path)
            self.make(path)
            self.open.pop()
        return self.made[path][0]

    def make(self, path):
        text = self.read(path)
        stem, extension = posixpath.splitext(posixpath.basename(path))
        if extension in (".js", ".mjs"):
            text = IMPORT.sub(lambda found: self.import_of(path, found), text)
        elif path == FRONTEND:
            text = without_typeface(text)
        elif path == INDEX:
            text = self.index_of(text)
        body = text.encode()
        digest = hashlib.blake2b(body, digest_size=16).hexdigest()
        name = ("/" if path == INDEX else
                f"/assets/{stem}-{digest[:16]}{extension}")
        self.made[path] = (name, TYPES[extension], body, digest)

    def import_of(self, path, found):
        wanted = found.group(3)
        if wanted.startswith("."):
            target = posixpath.normpath(
                posixpath.join(posixpath.dirname(path), wanted))
        elif wanted in PACKAGES:
            target = PACKAGES[wanted]
        else:
            sys.exit(f"embed.py: {path} imports {wanted}, which is no package"
                     " of this page")
        return f'{found.group(1)}"{self.name_of(target)}"'

    def index_of(self, text):
        """Names for references, and every module asked for at once."""
        text = REFERENCE.sub(
            lambda found: found.group(1) + self.name_of(found.group(2)) +
            found.group(3), text)
        modules = sorted(asset[0] for path, asset in self.made.items()
                         if path.endswith(("js", "mjs")))
        links = "".join(f'<link rel="modulepreload" href="{name}">\n'
                        for name in modules)
        return text.replace("</head>", links + "</head>")


def without_typeface(text):
    """GDS Transport and the crest are for services of the government."""
    text = FONT_FACE.sub("", text)
    text = text.replace("GDS Transport,arial,sans-serif",
                        "var(--page-typeface)")
    text = re.sub(r"url\(/assets/images/[^)]*\)", "none", text)
    if re.search(r"url\((?!\"?data:)|font-family:GDS", text):
        sys.exit("embed.py: the style sheet asks for a file that is not here")
    return text


def array_of(number, body):
    lines = (",".join(map(str, body[at:at + COLUMNS]))
             for at in range(0, len(body), COLUMNS))
    return f"static const uint8_t body_{number}[] = {{\n" + \
        ",\n".join(lines) + "\n};\n"


def write(out, made):
    rows = sorted(made)
    text = ["/* Made by client/page/embed.py. */\n"
            '#include "client/page/page_assets.h"\n']
    text += [array_of(number, row[2]) for number, row in enumerate(rows)]
    text.append("const struct page_asset page_assets[] = {\n")
    for number, (name, kind, _, digest) in enumerate(rows):
        text.append(f'{{ "{name}", "{kind}", {{ body_{number}, '
                    f'sizeof(body_{number}) }}, "{digest}" }},\n')
    text.append("};\nconst size_t page_asset_count = "
                "sizeof(page_assets) / sizeof(page_assets[0]);\n")
    with open(out, "w", encoding="utf-8") as stream:
        stream.write("".join(text))


def main():
    page, out, *files = sys.argv[1:]
    assets = Assets(page)
    assets.name_of(INDEX)
    forgotten = [path for path in files
                 if path.endswith(".js") and path not in assets.made]
    if forgotten:
        sys.exit(f"embed.py: nothing imports {', '.join(forgotten)}")
    write(out, assets.made.values())


if __name__ == "__main__":
    main()
