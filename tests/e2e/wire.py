"""The protocol from outside: TLS with a site's own certificate, and frames
that no client would send.  PROTOCOL.md, sections 6 to 10."""
import pathlib
import socket
import ssl
import struct
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] /
                       "vectors"))
from make import frame, pack  # noqa: E402

HELLO, PUSH, FILL, FILLED, FETCH, FETCHED, GOODBYE = 1, 3, 7, 8, 9, 10, 19
ENDED = 2  # state of a section of FILLED
COMPRESSED = 0x80
REVOKED, PROTOCOL, LIMIT = 2, 4, 5
PATIENCE = 20.0
RLE_BLOCK = 128 * 1024


def context(authority, certificate=None, alpn="throughline/1"):
    """Folders of the sites whose hub.crt, site.crt and site.key are used.
    TLS 1.2, so that a session to be resumed is at hand at once."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.maximum_version = ssl.TLSVersion.TLSv1_2
    made.load_verify_locations(authority.data / "hub.crt")
    if certificate is not None:
        made.load_cert_chain(certificate.data / "site.crt",
                             certificate.data / "site.key")
    made.set_alpn_protocols([alpn])
    return made


def connect(hub, tls, session=None):
    host, port = hub.address.rsplit(":", 1)
    plain = socket.create_connection((host, int(port)), PATIENCE)
    return tls.wrap_socket(plain, server_hostname=host, session=session)


def hello(site):
    return frame(HELLO, pack([1, 1, site, 0, [], 0, 0,
                              int(time.time() * 1000), 16384, True,
                              [0, 0, 0, 0, "test"]]))


def read_to_the_end(sock):
    """All that comes until the hub hangs up."""
    received = b""
    try:
        while piece := sock.recv(65536):
            received += piece
    except (ConnectionError, ssl.SSLEOFError):
        pass
    return received


def frames(data):
    while len(data) >= 5:
        length, kind = struct.unpack(">IB", data[:5])
        if len(data) < 5 + length:
            return
        yield kind, data[5:5 + length]
        data = data[5 + length:]


def read_until(sock, kind):
    """The body of the first frame of that kind."""
    received = b""
    while piece := sock.recv(65536):
        received += piece
        for found, body in frames(received):
            if found & ~COMPRESSED == kind:
                return body
    raise ConnectionError(f"no frame {kind} came")


def goodbye(sock):
    """The code that the hub hangs up with; None: without a word."""
    for kind, body in frames(read_to_the_end(sock)):
        if kind == GOODBYE:
            return body[1]  # behind the head of an array of two
    return None


def zstd_zeros(size, stated=True):
    """A zstd frame of so many zeros: 4 bytes for each 128 KiB."""
    head = b"\x28\xb5\x2f\xfd"
    head += b"\xa0" + struct.pack("<I", size) if stated else b"\x00\x58"
    blocks = b""
    while size > 0:
        part = min(size, RLE_BLOCK)
        size -= part
        blocks += struct.pack("<I", part << 3 | 1 << 1 | (size == 0))[:3]
        blocks += b"\0"
    return head + blocks


def long_frame(length):
    """The head alone announces more than may come."""
    return struct.pack(">IB", length, PUSH)
