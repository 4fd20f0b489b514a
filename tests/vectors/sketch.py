"""Items and cells of a set, from section 17 of PROTOCOL.md alone."""
import hashlib
import math
import struct

M = 2**64 - 1


def siphash(key, data):
    """SipHash-2-4."""
    def rounds(times):
        for _ in range(times):
            v[0] = v[0] + v[1] & M
            v[2] = v[2] + v[3] & M
            v[1] = left(v[1], 13) ^ v[0]
            v[3] = left(v[3], 16) ^ v[2]
            v[0] = left(v[0], 32)
            v[2] = v[2] + v[1] & M
            v[0] = v[0] + v[3] & M
            v[1] = left(v[1], 17) ^ v[2]
            v[3] = left(v[3], 21) ^ v[0]
            v[2] = left(v[2], 32)

    def left(n, bits):
        return (n << bits | n >> 64 - bits) & M

    k = struct.unpack("<QQ", key)
    v = [k[i % 2] ^ int.from_bytes(b"somepseudorandomlygeneratedbytes"
                                   [8 * i:8 * i + 8], "big")
         for i in range(4)]
    data += bytes(7 - len(data) % 8) + bytes([len(data) % 256])
    for word, in struct.iter_unpack("<Q", data):
        v[3] ^= word
        rounds(2)
        v[0] ^= word
    v[2] ^= 0xff
    rounds(4)
    return v[0] ^ v[1] ^ v[2] ^ v[3]


class Sketch:
    """A set of digests under the keys of one run, as items and cells."""

    def __init__(self, nonces, school, head, digests):
        key = hashlib.blake2b(b"reconcile" + nonces[0] + nonces[1]
                              + struct.pack("<QQ", school, head),
                              digest_size=32).digest()
        self.items = sorted(siphash(key[:16], d) for d in digests)
        self.checks = {x: siphash(key[16:], struct.pack("<Q", x))
                       for x in self.items}

    def cells(self, start, end):
        """[sum, check, count] of each."""
        cells = [[0, 0, 0] for _ in range(start, end)]
        for x, state in self.checks.items():
            i, s = 0, state
            while i < end:
                if i >= start:
                    cell = cells[i - start]
                    cell[0] ^= x
                    cell[1] ^= state
                    cell[2] += 1
                s = s * 0xda942042e4dd58b5 & M
                far = (i + 1) * (i + 2) * 2.0**64 / (float(s) + 1) + 0.25
                i = max(i + 1, math.ceil(math.sqrt(far) - 1.5))
        return cells

    def packed(self, form, start, end):
        if form == 2:
            return b"".join(struct.pack("<Q", x)
                            for x in self.items[start:end])
        out = b""
        for i, cell in enumerate(self.cells(start, end), start):
            more = cell[2] - (2 * len(self.items) + (i + 2) // 2) // (i + 2)
            out += struct.pack("<QQ", *cell[:2])[:12 if form == 0 else 16]
            out += varint(2 * more if more >= 0 else -2 * more - 1)
        return out


def varint(n):
    out = b""
    while n >= 0x80:
        out += bytes([n & 0x7f | 0x80])
        n >>= 7
    return out + bytes([n])
