#!/usr/bin/env python3
"""Writes the beginnings of the corpora from the test vectors."""
import contextlib
import hashlib
import os
import re
import sqlite3
import tempfile

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


def write(corpus, name, data, most=4096):
    folder = os.path.join(HERE, "corpus", corpus)
    os.makedirs(folder, exist_ok=True)
    if len(data) <= most:
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


# --- salvage: databases as small as they can be ------------------------------

SITE = 7
PAGE = 512
SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value ANY) WITHOUT ROWID;
CREATE TABLE ledger (sequence INTEGER PRIMARY KEY, id INTEGER, dossier INTEGER,
    received INTEGER, digest BLOB, mark BLOB, redacted INTEGER, bytes BLOB);
CREATE TABLE pending (id INTEGER PRIMARY KEY, dossier INTEGER, lane INTEGER,
    state INTEGER, refusal INTEGER, at INTEGER, digest BLOB, bytes BLOB);
CREATE INDEX pending_lane ON pending (state, lane, id);
INSERT INTO meta VALUES ('counter', 90000), ('school', 8), ('stamp', 700);
"""
UNPLACED = 1 << 62  # of places: behind all of the hub's


def own_commits():
    """(id, dossier, bytes), the last of them over several pages."""
    for v in vectors("commits"):
        if v["status"] == "OK" and int(v["id"]) >> 43 == SITE:
            yield int(v["id"]), int(v["dossier"]), unhex(v["bytes"])
    long = (SITE << 43) + 5000
    yield long, long, (b"\x95\xcf" + long.to_bytes(8, "big") + unhex(
        "0500009193a46e6f746500919390a161da0320") + 800 * b"w")


def fill(database, state, first):
    for number, (one, dossier, data) in enumerate(own_commits()):
        digest = hashlib.blake2b(data, digest_size=16).digest()
        if number < first:
            database.execute("INSERT INTO ledger VALUES (?,?,?,?,?,?,?,?)", (
                UNPLACED + number, one, dossier, 1, digest, b"", 0, data))
        else:
            database.execute("INSERT INTO pending VALUES (?,?,?,?,?,?,?,?)", (
                one, dossier, 0, state, 0, 1, digest, data))
    if first > 0:
        database.execute("INSERT INTO pending VALUES (?,?,0,2,0,1,?,?)", (
            (SITE << 43) + 77, 300, bytes(16), b""))


def salt(log):
    """Its own are of chance; they are the same in the header and frames.
    Sums stand behind them, which salvaging does not look at."""
    for place in (16, *range(32 + 8, len(log), 24 + PAGE)):
        log[place:place + 16] = bytes(range(16))


def database(journal, state=0, first=0):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "db")
        with contextlib.closing(sqlite3.connect(path)) as base:
            base.executescript(f"PRAGMA page_size = {PAGE};"
                               f"PRAGMA journal_mode = {journal};" + SCHEMA)
            if journal == "wal":
                base.execute("PRAGMA wal_checkpoint")
            fill(base, state, first)
            base.commit()
            with open(path, "rb") as file:
                whole = file.read()
            if journal != "wal":
                return whole, b""
            with open(path + "-wal", "rb") as file:
                log = bytearray(file.read())
    salt(log)
    return whole, bytes(log)


def ruin(name, whole, log=b""):
    write("salvage", name, len(whole).to_bytes(2, "little") + whole + log,
          4 * 4096)


def write_ruins():
    sound, log = database("delete", first=2)
    root = sound.index(b"pending_lane")  # on the page of the schema
    ruin("sound", sound)
    ruin("set_aside", database("delete", state=1)[0])
    ruin("beginning_lost", sound[:18] + bytes(82) + sound[100:])
    ruin("schema_lost", sound[:root] + bytes(12) + sound[root + 12:])
    row = sound.index(b"tablemetameta") - 9
    ruin("row_without_end", sound[:row] + b"\xff" * 9 + sound[row + 9:])
    ruin("cut", sound[:len(sound) // 2])
    ruin("last_page_lost", sound[:-PAGE] + bytes(PAGE))
    whole, log = database("wal")
    ruin("log", whole, log)
    ruin("log_cut", whole, log[:len(log) * 2 // 3])
    ruin("log_alone", b"", log)
    ruin("nothing", b"")


write_ruins()
