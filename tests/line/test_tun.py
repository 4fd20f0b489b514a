#!/usr/bin/env python3
"""test_tun.py PROGRAM: TCP itself meets the line: real packets, lost, late and
twice, between two network namespaces.

Skipped, with the reason, where such namespaces are not permitted.
"""
import os
import re
import signal
import socket
import subprocess
import sys
import time
import unittest

import test_line

NOT_PERMITTED = 3
ASK = ("import socket, sys\n"
       "peer = socket.create_connection((sys.argv[1], int(sys.argv[2])), 60)\n"
       "peer.sendall(b'from inside')\n"
       "print(peer.getsockname()[0], peer.recv(11, socket.MSG_WAITALL))\n")


def why_not():
    """The sentence in which it says that packets are not permitted."""
    done = subprocess.run(
        [test_line.PROGRAM, "--tun", "--to", "127.0.0.1:1"],
        input="", capture_output=True, text=True,
        check=False)
    if done.returncode == NOT_PERMITTED:
        return done.stderr.strip()
    assert done.returncode == 0, done.stderr
    return None


def namespaces():
    """The network namespaces of all processes, as far as they may be seen."""
    found = set()
    for process in os.listdir("/proc"):
        try:
            for task in os.listdir(f"/proc/{process}/task"):
                found.add(os.readlink(f"/proc/{process}/task/{task}/ns/net"))
        except OSError:
            pass
    return found


class TunTest(test_line.LineTest):
    """All that is true of the proxy holds with packets as well, but that a
    line which is down is silent, and that TCP answers for the losses."""

    test_line_goes_down_and_up = None
    test_loss_delays_and_loses_nothing = None
    test_wrong_words_are_explained = None
    test_nobody_at_the_far_end_is_a_reset = None
    test_drop_every_cuts_again_and_again = None

    @classmethod
    def setUpClass(cls):
        reason = why_not()
        if reason is not None:
            raise unittest.SkipTest(reason)

    def line(self, *arguments):
        return super().line("--tun", *arguments)

    def packets(self, line):
        return {way: line.counts()[-1][f"packets_{way}"]
                for way in ("up", "down")}

    def test_lost_packets_are_sent_again_by_tcp(self):
        data = os.urandom(300_000)
        line = self.line("--loss", "5%", "--delay", "5ms", "--seed", "7")
        with line.connect() as peer:
            self.assertEqual(test_line.exchange(peer, data), data)
        line.stop()
        counts = self.packets(line)
        self.assertGreater(counts["up"]["lost"] + counts["down"]["lost"], 3)

    def test_late_and_double_packets_harm_nothing(self):
        data = os.urandom(1_000_000)
        line = self.line("--reorder", "5%", "--duplicate", "5%", "--delay",
                         "2ms", "--seed", "7")
        with line.connect() as peer:
            self.assertEqual(test_line.exchange(peer, data), data)
        line.stop()
        counts = self.packets(line)
        self.assertGreater(min(counts["up"]["late"], counts["up"]["twice"]),
                           3)

    def test_down_is_silence_and_up_goes_on(self):
        """Who waits is told nothing, and gets all once the line is up."""
        line = self.line()
        with line.connect() as peer:
            peer.sendall(b"a")
            self.assertEqual(peer.recv(1), b"a")
            self.assertEqual(line.tell("down"), "down")
            peer.sendall(b"b")
            peer.settimeout(0.5)
            with self.assertRaises(socket.timeout):
                peer.recv(1)
            peer.settimeout(test_line.PATIENCE)
            line.tell("up")
            self.assertEqual(peer.recv(1), b"b")
        line.stop()
        self.assertGreater(self.packets(line)["up"]["lost"], 0)

    def test_program_inside_meets_the_packets_itself(self):
        words, host, port = re.match(
            r"line: inside: (.*) PROGRAM, to (.*):(\d+)$",
            self.line_that_tells()).groups()
        done = subprocess.run(
            [*words.split(), sys.executable, "-c", ASK, host, port],
            capture_output=True, text=True, check=False,
            timeout=test_line.PATIENCE)
        self.assertEqual(done.stdout.strip(), "10.77.0.1 b'from inside'",
                         done.stderr)

    def line_that_tells(self):
        """What it says on standard error about going inside."""
        process = subprocess.Popen(
            [test_line.PROGRAM, "--tun", "--to",
             f"127.0.0.1:{self.echo.port}"], stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        for stream in (process.stdin, process.stderr):
            self.addCleanup(stream.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return next(line for line in process.stderr if "inside" in line)

    def test_killed_line_leaves_nothing(self):
        line = self.line()
        with line.connect() as peer:
            peer.sendall(b"a")
            peer.recv(1)
            pid = line.process.pid
            inside = {os.readlink(f"/proc/{pid}/task/{task}/ns/net")
                      for task in os.listdir(f"/proc/{pid}/task")}
            self.assertEqual(len(inside), 3)
            line.process.send_signal(signal.SIGKILL)
            line.process.wait()
        outside = os.readlink("/proc/self/ns/net")
        deadline = time.monotonic() + test_line.PATIENCE
        while (inside & namespaces()) - {outside}:
            self.assertLess(time.monotonic(), deadline)


class NotPermitted(unittest.TestCase):
    def test_auto_always_carries(self):
        echo = test_line.Echo()
        self.addCleanup(echo.close)
        line = test_line.Line(echo.port, "--tun", "auto")
        self.addCleanup(line.folder.cleanup)
        self.addCleanup(line.process.stdout.close)
        with line.connect() as peer:
            self.assertEqual(test_line.exchange(peer, b"abc"), b"abc")
        line.stop()

    def test_reordering_needs_packets(self):
        done = subprocess.run(
            [test_line.PROGRAM, "--to", "127.0.0.1:1", "--reorder", "1%"],
            capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("--tun", done.stderr)


if __name__ == "__main__":
    test_line.PROGRAM = sys.argv.pop(1)
    unittest.main()
