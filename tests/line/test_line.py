#!/usr/bin/env python3
"""test_line.py PROGRAM: the line carries every byte, and never too soon.

Only least times are asserted: a busy computer may always be slower.
"""
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

PROGRAM = None
PATIENCE = 60.0


class Echo:
    """A server on the loopback address that sends back what it gets."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(peer,),
                             daemon=True).start()

    @staticmethod
    def serve(peer):
        with peer:
            try:
                while data := peer.recv(65536):
                    peer.sendall(data)
            except OSError:
                pass

    def close(self):
        """Shut down first: a close alone leaves accept() waiting."""
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


class Line:
    def __init__(self, port, *arguments):
        self.folder = tempfile.TemporaryDirectory()
        self.count_file = os.path.join(self.folder.name, "counts")
        self.process = subprocess.Popen(
            [PROGRAM, "--to", f"127.0.0.1:{port}", "--count-file",
             self.count_file, *arguments], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True)
        words = self.process.stdout.readline().split()
        assert words[:2] == ["listening", "on"], words
        self.port = int(words[2].rpartition(":")[2])

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), PATIENCE)

    def tell(self, word):
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def counts(self):
        with open(self.count_file, encoding="utf-8") as stream:
            return [json.loads(line) for line in stream]

    def stop(self):
        """The last line that it says; it must leave no fault behind."""
        said, _ = self.process.communicate("stop\n", PATIENCE)
        assert self.process.returncode == 0, self.process.returncode
        return said.strip()


def exchange(peer, data):
    """Send all, end, and read until the other side ends."""
    def send():
        peer.sendall(data)
        peer.shutdown(socket.SHUT_WR)

    sender = threading.Thread(target=send, daemon=True)
    sender.start()
    got = bytearray()
    while part := peer.recv(65536):
        got += part
    sender.join()
    return bytes(got)


def send_until_cut(peer):
    try:
        while True:
            peer.sendall(bytes(65536))
    except OSError:
        pass


def is_cut(peer):
    try:
        return peer.recv(1) == b""
    except ConnectionResetError:
        return True


def is_refused(line):
    """A reset may come so soon that connecting itself reports it."""
    try:
        with line.connect() as peer:
            return is_cut(peer)
    except ConnectionResetError:
        return True


class LineTest(unittest.TestCase):
    def setUp(self):
        self.echo = Echo()
        self.addCleanup(self.echo.close)

    def line(self, *arguments):
        line = Line(self.echo.port, *arguments)
        self.addCleanup(line.folder.cleanup)
        self.addCleanup(line.process.stdout.close)
        self.addCleanup(line.process.stdin.close)
        self.addCleanup(line.process.wait)
        self.addCleanup(line.process.kill)
        return line

    def test_plain_line_carries_every_byte(self):
        data = os.urandom(3_000_000)
        line = self.line()
        with line.connect() as peer:
            self.assertEqual(exchange(peer, data), data)
        self.assertEqual(line.stop(), "up 3000000 bytes, "
                         "down 3000000 bytes, 0 cuts")

    def test_single_bytes_arrive_in_order(self):
        data = bytes(range(256)) * 20
        line = self.line("--split", "1")
        with line.connect() as peer:
            self.assertEqual(exchange(peer, data), data)
        line.stop()

    def test_delay_is_kept_each_way(self):
        """A round trip to connect, then one for the question."""
        line = self.line("--delay", "40ms")
        began = time.monotonic()
        with line.connect() as peer:
            peer.sendall(b"?")
            self.assertEqual(peer.recv(1), b"?")
            self.assertGreaterEqual(time.monotonic() - began, 0.16)
            again = time.monotonic()
            peer.sendall(b"!")
            self.assertEqual(peer.recv(1), b"!")
            self.assertGreaterEqual(time.monotonic() - again, 0.08)
        line.stop()

    def test_rate_is_kept_by_all_connections_together(self):
        """8,000 bytes at 160 kbit are 0.4 s, whoever sends them."""
        line = self.line("--rate", "160kbit")
        began = time.monotonic()
        with line.connect() as one, line.connect() as two:
            for peer in (one, two):
                peer.sendall(bytes(4000))
                peer.shutdown(socket.SHUT_WR)
            for peer in (one, two):
                while peer.recv(65536):
                    pass
        self.assertGreaterEqual(time.monotonic() - began, 0.4)
        line.stop()

    def test_loss_delays_and_loses_nothing(self):
        data = os.urandom(20_000)
        line = self.line("--loss", "20%", "--split", "200", "--seed", "7")
        began = time.monotonic()
        with line.connect() as peer:
            self.assertEqual(exchange(peer, data), data)
        self.assertGreaterEqual(time.monotonic() - began, 0.2)
        line.tell("cut")
        self.assertGreater(line.counts()[0]["lost"], 10)
        line.stop()

    def test_slow_line_holds_the_sender_back(self):
        """80 kbit keep about a second, 10,000 bytes, and not the whole."""
        line = self.line("--rate", "80kbit")
        with line.connect() as peer:
            threading.Thread(target=send_until_cut, args=(peer,),
                             daemon=True).start()
            with line.connect() as watch:
                watch.sendall(b"?")
                self.assertEqual(watch.recv(1), b"?")
            line.tell("cut")
            self.assertLessEqual(line.counts()[0]["queue_max"], 10_000)
        line.stop()

    def test_cut_resets_and_counts(self):
        line = self.line()
        with line.connect() as peer:
            peer.sendall(b"12345")
            self.assertEqual(peer.recv(5, socket.MSG_WAITALL), b"12345")
            self.assertEqual(line.tell("cut"), "cut")
            self.assertTrue(is_cut(peer))
        with line.connect() as peer:
            peer.sendall(b"6")
            self.assertEqual(peer.recv(1), b"6")
        first = line.counts()[0]
        self.assertEqual((first["event"], first["connections"], first["up"],
                          first["down"]), ("cut", 1, 5, 5))
        self.assertEqual(line.stop(), "up 6 bytes, down 6 bytes, 1 cuts")

    def test_line_goes_down_and_up(self):
        line = self.line("--down")
        self.assertTrue(is_refused(line))
        self.assertEqual(line.tell("up"), "up")
        with line.connect() as peer:
            peer.sendall(b"a")
            self.assertEqual(peer.recv(1), b"a")
            self.assertEqual(line.tell("down"), "down")
            self.assertTrue(is_cut(peer))
        self.assertIn("unknown", line.tell("sideways"))
        line.stop()

    def test_drop_every_cuts_again_and_again(self):
        line = self.line("--drop-every", "50ms")
        for _ in range(3):
            self.assertTrue(is_refused(line))
        self.assertGreaterEqual(len(line.counts()), 3)
        line.stop()

    def test_nobody_at_the_far_end_is_a_reset(self):
        """A port that is bound, and at which nobody listens."""
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            self.echo.port = nobody.getsockname()[1]
            line = self.line()
            self.assertTrue(is_refused(line))
            line.stop()

    def test_wrong_words_are_explained(self):
        for words in (["--rate", "fast", "--to", "127.0.0.1:1"], ["--to"],
                      [], ["--loss", "100%", "--to", "127.0.0.1:1"]):
            done = subprocess.run([PROGRAM, *words], capture_output=True,
                                  text=True, check=False)
            self.assertEqual(done.returncode, 2)
            self.assertIn("line: ", done.stderr)
        done = subprocess.run([PROGRAM, "--help"], capture_output=True,
                              text=True, check=True)
        self.assertIn("--drop-every", done.stdout)


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main()
