#!/usr/bin/env python3
"""A school that reaches the world only through a web proxy, and one whose
filter puts a certificate of its own in the hub's place."""
import base64
import re
import socket
import socketserver
import ssl
import subprocess
import threading
import unittest

from harness import Failure, Partnership

OAK = "9992001"
PASSWORD = base64.b64encode(b"office:s3cret").decode()


class Proxy(socketserver.ThreadingTCPServer):
    """CONNECT of HTTP/1.1, with a password if asked for."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, password=None):
        super().__init__(("127.0.0.1", 0), Connect)
        self.password = password
        self.connects = 0
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def address(self):
        return f"127.0.0.1:{self.server_address[1]}"


class Connect(socketserver.StreamRequestHandler):
    def handle(self):
        request = self.rfile.readline().decode()
        headers = []
        while (line := self.rfile.readline().decode().strip()):
            headers.append(line)
        wanted = self.server.password
        if wanted and f"Proxy-Authorization: Basic {wanted}" not in headers:
            self.wfile.write(b"HTTP/1.1 407 Proxy Authentication Required\r\n"
                             b"Content-Length: 0\r\n\r\n")
            return
        host, port = re.match(r"CONNECT ([^:]+):(\d+) HTTP/1.1",
                              request).groups()
        self.server.connects += 1
        with socket.create_connection((host, int(port))) as hub:
            self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            up = threading.Thread(target=pump, args=(self.connection, hub))
            up.start()
            pump(hub, self.connection)
            up.join()


def pump(source, sink):
    try:
        while (data := source.recv(65536)):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass


class Filter(socketserver.ThreadingTCPServer):
    """A filter that decrypts: it answers TLS with its own certificate."""

    daemon_threads = True

    def __init__(self, context):
        self.context = context
        super().__init__(("127.0.0.1", 0), socketserver.BaseRequestHandler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def finish_request(self, request, client_address):
        try:
            self.context.wrap_socket(request, server_side=True).recv(1)
        except OSError:
            pass


class ThroughAProxy(unittest.TestCase):
    def setUp(self):
        self.here = Partnership()
        self.here.__enter__()
        self.addCleanup(lambda: self.here.__exit__(None, None, None))
        self.hub = self.here.add_hub()
        self.hub.add_school("Oak Infant School", "infant", OAK, "123456")
        self.oak = self.here.join(self.hub, OAK)

    def serve(self, server):
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return server

    def test_sync_goes_through_the_proxy(self):
        proxy = self.serve(Proxy())
        self.oak.run("sync", "--proxy", proxy.address)
        self.assertEqual(proxy.connects, 1)

    def test_proxy_that_asks_for_a_password(self):
        proxy = self.serve(Proxy(PASSWORD))
        with self.assertRaises(Failure) as refused:
            self.oak.run("sync", "--proxy", proxy.address)
        self.assertIn("proxy", str(refused.exception))
        self.assertIn("password", str(refused.exception))
        self.oak.run("sync", "--proxy",
                     f"http://office:s3cret@{proxy.address}")
        self.assertEqual(proxy.connects, 1)

    def test_filter_that_decrypts_is_explained(self):
        folder = self.here.base
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
             "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
             "-keyout", folder / "filter.key", "-out", folder / "filter.crt"],
            check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "filter.crt", folder / "filter.key")
        context.set_alpn_protocols(["throughline/1"])
        server = self.serve(Filter(context))
        with self.assertRaises(Failure) as refused:
            self.oak.run("sync", "--hub",
                         f"127.0.0.1:{server.server_address[1]}")
        self.assertIn("filter", str(refused.exception))


if __name__ == "__main__":
    unittest.main()
