#!/usr/bin/env python3
"""Writes the beginnings of the corpora from the test vectors."""
import os
import re

HERE = os.path.dirname(os.path.abspath(__file__))
# the order of MESSAGE_LIST in protocol/message.h, MESSAGE_NIGHT_LIST behind it
MESSAGES = {1: 0, 2: 1, 3: 2, 4: 3, 5: 4, 6: 5, 7: 6, 8: 7, 9: 8, 10: 9,
            11: 10, 12: 10, 13: 11, 14: 11, 15: 12, 16: 12, 17: 13, 19: 14,
            32: 15, 33: 16,
            20: 17, 21: 18,
            22: 19, 23: 20, 24: 21, 25: 22, 26: 23, 27: 24, 28: 25, 29: 26}
CELLS = 27


def vectors(name):
    with open(os.path.join(HERE, "..", "vectors", name + ".txt"),
              encoding="utf-8") as lines:
        for line in lines:
            if not line.startswith("#"):
                yield dict(x.split("=", 1) for x in line.split())


def unhex(text):
    return bytes.fromhex(re.sub(
        r"\((\w+)\*(\d+)\)", lambda m: m[1] * int(m[2]), text))


def write(corpus, name, data):
    folder = os.path.join(HERE, "corpus", corpus)
    os.makedirs(folder, exist_ok=True)
    if len(data) <= 4096:
        with open(os.path.join(folder, name), "wb") as out:
            out.write(data)


for v in vectors("commits"):
    write("commit", v["name"], unhex(v["bytes"]))
    if v["status"] == "OK":
        write("scan", v["name"], unhex(v["bytes"]))
for v in vectors("messages"):
    write("scan", v["name"], unhex(v["body"]))
    if int(v["type"]) in MESSAGES:
        number = bytes([MESSAGES[int(v["type"])]])
        for key in ("body", "longer"):
            if key in v:
                write("message", v["name"] + "_" + key, number + unhex(v[key]))
for v in vectors("sketches"):
    head = bytes([CELLS, int(v["form"])])
    for key in ("count", "start"):
        head += int(v[key]).to_bytes(3, "little")
    write("message", "cells_%(form)s_%(count)s_%(start)s" % v,
          head + unhex(v["cells"]))
for v in vectors("frames"):
    data = unhex(v["bytes"])
    write("frame", v["name"], data)
    if len(data) > 5 and data[4] & 0x80:
        write("compress", v["name"], data[5:])
for i, v in enumerate(vectors("identifiers")):
    write("identifier", str(i), (v.get("text") or v["wrong"]).encode())
for text in ("2024-02-29", "2024-02-29T23:59:59Z", "Zo\u00eb"):
    write("identifier", re.sub(r"\W", "_", text), text.encode())
# both, theirs, mine, block; then cell, field, change
for name, head, *changes in (
        ("equal", (9, 0, 0, 8)),
        ("nothing", (0, 0, 0, 0)),
        ("theirs", (0, 30, 0, 9)),
        ("mine", (0, 0, 30, 64)),
        ("few", (200, 3, 2, 63)),
        ("many", (40, 30, 30, 17)),
        ("sum", (20, 3, 3, 63), (5, 0, 1)),
        ("check", (20, 3, 3, 63), (2, 1, 1 << 63)),
        ("count", (20, 3, 3, 63), (1, 2, 1)),
        ("negative", (20, 3, 3, 63), (1, 2, 2 ** 64 - 50)),
        ("copied", (20, 3, 3, 2), (1, 3, 0), (2, 3, 0), (3, 3, 7)),
        ("first", (3, 1, 1, 255), (0, 0, 1))):
    write("sketch", name, bytes(head) + b"".join(
        bytes(change[:2]) + change[2].to_bytes(8, "little")
        for change in changes))
