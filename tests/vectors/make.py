#!/usr/bin/env python3
"""Writes the test vectors beside it, from the text of PROTOCOL.md alone.

It shares no code with the programs: it is a second, small implementation of
the encodings.  A vector is a line of key=value; bytes are hexadecimal, where
(XX*N) stands for XX N times; "#" begins a comment.  Run it after a change of
the specification, and read the difference.  Compressed frames come from zstd's
own command.
"""
import hashlib
import os
import re
import struct
import subprocess
import tempfile

from sketch import Sketch

HERE = os.path.dirname(os.path.abspath(__file__))
DICTIONARY = os.path.join(HERE, "..", "..", "protocol", "dictionary.bin")
MAX = 2**63 - 1


def uint(n, least=0):
    """Shortest form, or a longer one when least says so."""
    if n < 0x80 and least == 0:
        return bytes([n])
    for head, form, bits in ((0xcc, ">B", 8), (0xcd, ">H", 16),
                             (0xce, ">I", 32), (0xcf, ">Q", 64)):
        if n < 1 << bits and bits >= least:
            return bytes([head]) + struct.pack(form, n)
    raise ValueError(n)


def sint(n):
    if n >= 0:
        return uint(n)
    if n >= -32:
        return struct.pack(">b", n)
    for head, form, bits in ((0xd0, ">b", 8), (0xd1, ">h", 16),
                             (0xd2, ">i", 32), (0xd3, ">q", 64)):
        if n >= -(1 << (bits - 1)):
            return bytes([head]) + struct.pack(form, n)
    raise ValueError(n)


def sized(n, small, heads):
    if small is not None and n < small[1]:
        return bytes([small[0] | n])
    for head, form, bits in heads:
        if n < 1 << bits:
            return bytes([head]) + struct.pack(form, n)
    raise ValueError(n)


def pack(x):
    if x is None:
        return b"\xc0"
    if isinstance(x, bool):
        return b"\xc3" if x else b"\xc2"
    if isinstance(x, Raw):
        return x.data
    if isinstance(x, int):
        return sint(x)
    if isinstance(x, float):
        return b"\xcb" + struct.pack(">d", x)
    if isinstance(x, str):
        data = x.encode()
        return sized(len(data), (0xa0, 32), ((0xd9, ">B", 8), (0xda, ">H", 16),
                                             (0xdb, ">I", 32))) + data
    if isinstance(x, bytes):
        return sized(len(x), None, ((0xc4, ">B", 8), (0xc5, ">H", 16),
                                    (0xc6, ">I", 32))) + x
    return sized(len(x), (0x90, 16), ((0xdc, ">H", 16), (0xdd, ">I", 32))) + \
        b"".join(pack(y) for y in x)


class Raw:
    """Bytes that are packed already; for what is not canonical."""

    def __init__(self, data):
        self.data = data


def ident(site, counter):
    return site << 43 | counter


def digest(data):
    return hashlib.blake2b(data, digest_size=16).digest()


def mark(key, id_, dig, generation, sequence):
    said = struct.pack("<Q", id_) + dig + struct.pack("<QQ", generation,
                                                      sequence)
    return hashlib.blake2b(said, digest_size=16, key=key).digest()[:8]


def commit(id_, stamp, author, dossier, changes):
    """changes: (collection, record, [([replaced], [(column, value)])])"""
    return pack([id_, stamp, author, dossier - id_, [
        [c[0], c[1] - id_, [
            [[r - id_ for r in f[0]]] + [y for cv in f[1] for y in cv]
            for f in c[2]]] + list(c[3:]) for c in changes]])


def frame(kind, body):
    return struct.pack(">IB", len(body), kind) + body


def to_hex(data):
    """Hexadecimal, with (XX*N) for XX repeated more than twenty times."""
    out = ""
    while data:
        run = re.search(rb"(.{1,32}?)\1{20,}", data, re.DOTALL)
        if run is None:
            return out + data.hex()
        unit = run.group(1)
        out += "%s(%s*%d)" % (data[:run.start()].hex(), unit.hex(),
                              len(run.group()) // len(unit))
        data = data[run.end():]
    return out


class File:
    def __init__(self, name, about):
        self.out = open(os.path.join(HERE, name), "w", encoding="utf-8")
        self.out.write("# %s  Written by make.py.\n" % about)

    def line(self, **fields):
        self.out.write(" ".join(
            "%s=%s" % (k, to_hex(v) if isinstance(v, bytes) else v)
            for k, v in fields.items()) + "\n")


def identifiers():
    f = File("identifiers.txt", "Identifiers.")
    for site, counter in ((0, 1), (1, 0), (1, 1), (7, 100), (2047, 2**43 - 1),
                          (2**20 - 1, 2**43 - 1)):
        f.line(site=site, counter=counter, text=str(ident(site, counter)))
    for text in ("-1", "+1", "01", "00", "1x", "9223372036854775808",
                 "18446744073709551617", "99999999999999999999"):
        f.line(wrong=text)


def stamps():
    f = File("stamps.txt", "The next stamp after last, at Unix time now.")
    epoch = 1577836800000
    for last, now in ((0, epoch), (0, epoch - 1), (0, epoch + 1),
                      (65536, epoch + 1), (70000, epoch + 1),
                      (131071, epoch + 2), (0, 1790000000000),
                      (MAX - 1, 0), (MAX, 0), (0, 2**62)):
        at = max(0, now - epoch) << 16
        f.line(last=last, now=now, next=min(MAX, max(last + 1, at)))


PUPIL = ident(7, 100)
GOOD = {
    "create": (PUPIL, 13835058055282164, ident(7, 3), PUPIL, [
        ("pupil", PUPIL, [
            ([], [("birth_date", "2015-01-19")]),
            ([], [("forename", "Teodora")]),
            ([], [("nc_year_actual", "6")]),
            ([], [("surname", "Okafor-Lane")])])]),
    "tied": (ident(7, 120), 13835058055282165, 0, PUPIL, [
        ("pupil", PUPIL, [
            ([PUPIL, ident(9, 4)], [("line1", "Larch Row 4"),
                                    ("postcode", "WX1 2AB"),
                                    ("town", "Wexcombe")])])]),
    "values": (ident(8, 1), 1, 0, 0, [
        ("setting", ident(8, 1), [
            ([], [("a", None)]), ([], [("b", -1)]), ([], [("c", MAX)]),
            ([], [("d", -MAX - 1)]), ([], [("e", 0.0)]), ([], [("f", 0.1)]),
            ([], [("g", "")]), ([], [("h", "\u00e9\u20ac\U0001f3eb")]),
            ([], [("i", b"")]), ([], [("j", bytes(range(40)))]),
            ([], [("k", 1e300)]), ([], [("l", 300)])])]),
    "several": (ident(7, 200), 13835058055282166, ident(7, 3), PUPIL, [
        ("contact", ident(7, 200), [([], [("surname", "Lane")])]),
        ("contact", ident(7, 201), [([], [("surname", "Pell")])]),
        ("pupil", PUPIL, [([PUPIL], [("surname", "Lane")])])]),
    "redacted": (ident(7, 300), 13835058055282167, 0, PUPIL, [
        ("note", ident(7, 300), [([], [("text", None)])], True)]),
    "deleted": (ident(7, 310), 13835058055282168, 0, PUPIL, [
        ("note", ident(7, 300), [
            ([], [("deleted", struct.pack(">Q", ident(7, 300)))])])]),
}


def one(fields, collection="note", tail=()):
    return pack([300, 5, 0, 0, [[collection, 0, fields] + list(tail)]])


def wrong_commits():
    ok = [[], "a", 1]
    yield "long_integer", one([[[], "a", Raw(uint(1, 8))]])
    yield "long_integer_64", one([[[], "a", Raw(uint(1, 64))]])
    yield "long_text", one([[[], "a", Raw(b"\xd9\x01x")]])
    yield "long_blob", one([[[], "a", Raw(b"\xc5\x00\x01x")]])
    yield "long_name", one([[[], Raw(b"\xd9\x01a"), 1]])
    yield "long_array", one([[Raw(b"\xdc\x00\x00"), "a", 1]])
    yield "float_32", one([[[], "a", Raw(b"\xca\x3f\x80\x00\x00")]])
    yield "minus_zero", one([[[], "a", -0.0]])
    yield "not_a_number", one([[[], "a", float("nan")]])
    yield "infinite", one([[[], "a", float("inf")]])
    yield "boolean_value", one([[[], "a", True]])
    yield "array_value", one([[[], "a", []]])
    yield "map_value", one([[[], "a", Raw(b"\x80")]])
    yield "extension_value", one([[[], "a", Raw(b"\xd4\x01\x01")]])
    yield "integer_too_large", one([[[], "a", 2**63]])
    yield "text_not_utf8", one([[[], "a", Raw(b"\xa2\xc0\x80")]])
    yield "text_surrogate", one([[[], "a", Raw(b"\xa3\xed\xa0\x80")]])
    yield "text_with_nul", one([[[], "a", "x\0y"]])
    yield "fields_out_of_order", one([[[], "b", 1], ok])
    yield "columns_out_of_order", one([[[], "b", 1, "a", 1]])
    yield "column_twice_in_field", one([[[], "a", 1, "a", 1]])
    yield "column_twice_in_change", one([ok, ok])
    yield "column_twice_behind", one([[[], "a", 1, "c", 1], [[], "b", 1,
                                                             "c", 1]])
    yield "replaces_out_of_order", one([[[-1, -2], "a", 1]])
    yield "replaces_twice", one([[[-1, -1], "a", 1]])
    yield "replaces_zero", one([[[-300], "a", 1]])
    yield "replaces_negative", one([[[-301], "a", 1]])
    yield "column_without_value", one([[[], "a"]])
    yield "field_without_column", one([[[]]])
    yield "change_without_field", one([])
    yield "no_change", pack([300, 5, 0, 0, []])
    yield "column_upper_case", one([[[], "A", 1]])
    yield "column_empty", one([[[], "", 1]])
    yield "collection_with_space", one([ok], "a b")
    yield "redacted_false", one([[[], "a", None]], tail=[False])
    yield "redacted_with_value", one([ok], tail=[True])
    yield "change_too_long", one([[[], "a", None]], tail=[True, 1])
    yield "commit_too_short", pack([300, 5, 0, 0])
    yield "commit_too_long", pack([300, 5, 0, 0, [["note", 0, [ok]]], 1])
    yield "id_zero", pack([0, 5, 0, 0, [["note", 1, [ok]]]])
    yield "id_too_large", pack([2**63, 5, 0, 0, [["note", 0, [ok]]]])
    yield "stamp_negative", pack([300, -1, 0, 0, [["note", 0, [ok]]]])
    yield "stamp_too_large", pack([300, 2**63, 0, 0, [["note", 0, [ok]]]])
    yield "author_negative", pack([300, 5, -1, 0, [["note", 0, [ok]]]])
    yield "dossier_negative", pack([300, 5, 0, -301, [["note", 0, [ok]]]])
    yield "dossier_too_large", pack([300, 5, 0, MAX, [["note", 0, [ok]]]])
    yield "record_zero", pack([300, 5, 0, 0, [["note", -300, [ok]]]])
    yield "ids_run_over", pack([2**43 - 1, 5, 0, 0, [["note", 0, [ok]]] * 2])
    yield "bytes_behind", one([ok]) + b"\xc0"
    yield "cut_short", one([ok])[:-1]
    yield "empty", b""
    yield "not_an_array", b"\xc0"
    yield "nested_deep", b"\x91" * 10000
    yield "huge_count", bytes.fromhex("9501010000ddffffffff")


def large_commits():
    yield "name_too_long", one([[[], "a" * 65, 1]])
    yield "value_too_long", one([[[], "a", b"x" * 65537]])
    yield "commit_too_large", one([[[], c, b"x" * 65500] for c in "abcde"])
    yield "too_many_replaced", one([[list(range(-100, -35)), "a", 1]])
    yield "too_many_columns", one([[[], "a%03d" % i, 1] for i in range(129)])
    yield "too_many_changes", pack([5000, 5, 0, 0, [["note", 0, [
        [[], "a", 1]]]] * 2049])


def commits():
    f = File("commits.txt", "Commits, good and bad.")
    for name, c in GOOD.items():
        data = commit(*c)
        f.line(name=name, status="OK", id=c[0], stamp=c[1], author=c[2],
               dossier=c[3], changes=len(c[4]), digest=digest(data),
               bytes=data)
    f.line(name="shortest", status="OK", id=300, stamp=5, author=0,
           dossier=300, changes=1, digest=digest(one([[[], "a", 1]])),
           bytes=one([[[], "a", 1]]))
    for name, data in wrong_commits():
        f.line(name=name, status="INVALID", bytes=data)
    for name, data in large_commits():
        f.line(name=name, status="TOO_LARGE", bytes=data)


def digests():
    f = File("digests.txt", "Digests, the running sum of them, and marks.")
    key = bytes(range(32))
    total = 0
    for i, c in enumerate(GOOD.values()):
        data = commit(*c)
        dig = digest(data)
        total = (total + int.from_bytes(dig, "little")) % 2**128
        f.line(bytes=data, digest=dig, sum=total.to_bytes(16, "little"),
               key=key, id=c[0], generation=i + 1, sequence=1000 * i + 1,
               mark=mark(key, c[0], dig, i + 1, 1000 * i + 1))


NONCES = bytes(range(16)), bytes(range(100, 116))


def sketch(count, head=5000):
    return Sketch(NONCES, ident(0, 40), head,
                  [digest(struct.pack("<Q", i)) for i in range(count)])


def sketches():
    """The digests are those of the numbers 0, 1, ..., 8 bytes little-endian."""
    f = File("sketches.txt", "Cells of a set of digests, those of the numbers "
             "from 0 in 8 bytes; check: of the first number's item.")
    for count, form, start, end in (
            (0, 0, 0, 3), (0, 2, 0, 5), (1, 0, 0, 32), (1, 1, 1, 2),
            (3, 2, 0, 3), (3, 2, 1, 9), (100, 0, 0, 32), (100, 1, 32, 60),
            (2000, 0, 0, 8), (2000, 0, 500, 520), (2000, 1, 100000, 100004)):
        s = sketch(count)
        first = sketch(1)
        f.line(count=count, form=form, start=start, end=end,
               client=NONCES[0], hub=NONCES[1], school=ident(0, 40), head=5000,
               item=first.items[0], check=first.checks[first.items[0]],
               cells=s.packed(form, start, end))


def night_messages(items):
    s = sketch(100)
    first = s.cells(0, 1)[0]
    other = bytes(range(50, 66))
    own = [items[0], items[2][:1] + [-20] + items[2][2:]]
    return {
        "RECONCILE": (22, [5000, NONCES[0], 100, bytes(range(16)),
                           struct.pack("<QQ", *first[:2]),
                           [0, PUPIL, PUPIL + 1]]),
        "RECONCILE_first": (22, [0, NONCES[0], 0, bytes(16), bytes(16), []]),
        "RECONCILED_equal": (23, [0, 100, other, b""]),
        "RECONCILED": (23, [1, 100, other, s.packed(0, 0, 32)]),
        "RECONCILED_later": (23, [2, 0, other, b""]),
        "SKETCH": (24, [0, 32, 90]),
        "SKETCH_list": (24, [2, 65536, 65536]),
        "CELLS": (25, [0, 32, s.packed(0, 32, 40)]),
        "CELLS_wide": (25, [1, 0, s.packed(1, 0, 8)]),
        "CELLS_list": (25, [2, 90, s.packed(2, 90, 100)]),
        "CELLS_end": (25, [2, 100, b""]),
        "MEND": (26, [own, s.packed(2, 0, 3)]),
        "MEND_nothing": (26, [[], b""]),
        "MENDED": (27, [[[5001, bytes([1] * 8)], [0, bytes(8)]], own[:1],
                        s.packed(2, 2, 3)]),
        "FOUND": (28, [5000, 1, [3, 2, 1, 0, 1], 6, 20000, 1500,
                       [1 << 20, 1 << 34]]),
        "FOUND_older": (28, [5000, 1, [3, 2, 1, 0, 1], 6, 20000, 1500]),
        "NIGHT": (29, [1790000000000, other]),
    }


def messages():
    data = [commit(*GOOD[n]) for n in ("create", "tied", "redacted")]
    ids = [GOOD[n][0] for n in ("create", "tied", "redacted")]
    marks = [bytes([i] * 8) for i in (1, 2, 3)]
    now = 1790000000000
    total = bytes(range(16))
    items = [[5001, now, marks[0], data[0]],
             [1, -20, marks[1], ids[1]],
             [7, 40000, marks[2], data[2], bytes(range(16, 32))]]
    all_ = {
        "HELLO": (1, [1, 3, 7, 32769, [[11, 0], [12, 4000]], 5000, 4990, now,
                      16384, False, [3, 0, 1, 1 << 20, "0.1.0", 1 << 34]]),
        "HELLO_first": (1, [1, 3, 7, 32769, [], 0, 0, now, 4096, True,
                            [0, 0, 0, 0, "0.1.0"]]),
        "WELCOME": (2, [1, 3, 32769, [[11, 0], [12, 4000]], 5000, 5100, now,
                        bytes(range(16)), ident(0, 40), False, False]),
        "PUSH": (3, [1, data]),
        "ANSWER": (4, [now, [[ids[0], digest(data[0])[:4], 5001, marks[0]],
                             [ids[1] - ids[0], digest(data[1])[:4], 13],
                             [ids[2] - ids[1], digest(data[2])[:4], -20,
                              marks[2]]]]),
        "STREAM": (5, [5000, 5010, items]),
        "STREAM_empty": (5, [5000, 5010, []]),
        "CONFIRM": (6, [5010, 5000, 65536]),
        "FILL": (7, [[PUPIL, 0, 5000], [ident(0, 40), 10, 5000]]),
        "FILLED": (8, [[PUPIL, 5000, 5010, items, 1, 3, total],
                       [ident(0, 40), 10, 4000, [], 0, 0, bytes(16)]]),
        "FETCH": (9, ids),
        "FETCHED": (10, [[items[0]], [ids[1]]]),
        "PROVE": (11, [5010, 3, total]),
        "PROOF": (12, [5010, 3, total]),
        "PING": (13, [77, now]),
        "PONG": (14, [77, now]),
        "RENEW": (15, [b"0\x82 not really a request"]),
        "CERTIFICATE": (16, [b"0\x82 not really a certificate"]),
        "DROP": (17, [ident(0, 50)]),
        "LEAVE": (18, []),
        "OFFER": (20, [12, [items[0], items[2][:1] + [-20] + items[2][2:]],
                       False]),
        "OFFER_end": (20, [0, [], True]),
        "OFFERED": (21, [12, 5008, 1, False]),
        **night_messages(items),
        "GOODBYE": (19, [6, "The hub is being stopped."]),
        "JOIN": (32, [1, bytes(range(20)), b"0\x82 request", "office-2"]),
        "JOINED": (33, [1, 7, b"0\x82 certificate", ident(0, 40),
                        "Wexcombe Primary School", now, "Wexcombe"]),
    }
    f = File("messages.txt", "Bodies; longer: with elements of a later "
             "version, to be ignored.")
    for name, (kind, body) in all_.items():
        fields = {"name": name, "type": kind, "body": pack(body)}
        if name.split("_")[0] not in ("FILL", "FILLED", "FETCH") and \
                name != "FOUND_older":
            fields["longer"] = pack(body + [[1, [2]], "later"])
        if name == "FILL":
            fields["longer"] = pack([x + ["later"] for x in body])
        if name == "FILLED":
            fields["longer"] = pack([x + [[1]] for x in body])
        f.line(**fields)


def zstd(data, *options):
    with tempfile.NamedTemporaryFile() as source:
        source.write(data)
        source.flush()
        return subprocess.run(["zstd", "-q", "-c", "-3", "--no-check",
                               *options, source.name],
                              check=True, capture_output=True).stdout


def frames():
    f = File("frames.txt", "Frames.")
    push = pack([1, [commit(*GOOD["create"]), commit(*GOOD["tied"])]])
    f.line(name="leave", status="OK", type=18, body=pack([]),
           bytes=frame(18, pack([])))
    f.line(name="unknown_type", status="OK", type=77, body=b"x",
           bytes=frame(77, b"x"))
    f.line(name="compressed", status="OK", type=3, body=push,
           bytes=frame(0x83, zstd(push)))
    f.line(name="with_dictionary", status="OK", type=3, body=push,
           bytes=frame(0x83, zstd(push, "-D", DICTIONARY)))
    f.line(name="head_cut", status="AGAIN", bytes=b"\0\0\0\1")
    f.line(name="body_cut", status="AGAIN", bytes=frame(18, b"\x90")[:-1])
    f.line(name="too_large", status="TOO_LARGE",
           bytes=struct.pack(">IB", 2**20 + 1, 3))
    f.line(name="bomb", status="TOO_LARGE",
           bytes=frame(0x83, zstd(bytes(5 << 20))))
    f.line(name="bomb_by_ratio", status="TOO_LARGE",
           bytes=frame(0x83, zstd(bytes(1 << 20))))
    f.line(name="not_zstd", status="INVALID", bytes=frame(0x83, b"abcdef"))
    f.line(name="zstd_cut", status="INVALID",
           bytes=frame(0x83, zstd(push)[:-1]))


if __name__ == "__main__":
    for write in (identifiers, stamps, commits, digests, sketches, messages,
                  frames):
        write()
