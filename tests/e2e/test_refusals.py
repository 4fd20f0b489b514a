#!/usr/bin/env python3
"""Whoever may not, is told so or cut off, and counted; and an honest school's
agent is connected all the while, and notices nothing."""
import contextlib
import ssl
import unittest

import harness
import schools
import wire
from wire import frame

MIB = 1024 * 1024


class Refusals(unittest.TestCase):
    @contextlib.contextmanager
    def prepared(self):
        with harness.Partnership() as self.here:
            self.hub = self.here.add_hub()
            schools.add_schools(self.hub)
            self.oak = self.here.join(self.hub, schools.OAK)
            self.oak.sync()
            self.bystander = self.here.join(self.hub, schools.ELM)
            self.bystander.start()
            self.bystander.sync()
            yield
            self.assert_bystander_works()

    def assert_bystander_works(self):
        schools.make_pupil(self.bystander)
        told = self.bystander.json("sync")
        self.assertTrue(told["synced"] and told["by_running_agent"])
        said = "\n".join(self.bystander.program.said())
        self.assertEqual(said.count("agent.connected"), 1)
        self.assertNotIn("agent.disconnected", said)

    def count(self, name):
        status = self.hub.json("status")
        return {**status["failures"], **status["counters"]}.get(name, 0)

    @contextlib.contextmanager
    def counted(self, name):
        """What is done here is counted once.  The hub tells its counts to
        other processes once a second."""
        before = self.count(name)
        yield
        self.here.until(lambda: self.count(name) > before,
                        f"{name} was counted")
        self.assertEqual(self.count(name), before + 1)

    # --- at the door

    def test_certificate_of_another_hub(self):
        with self.prepared():
            other_hub = self.here.add_hub("other")
            schools.add_schools(other_hub)
            stranger = self.here.join(other_hub, schools.ASH)
            with self.counted("wrong_certificate"):
                with self.assertRaises((ssl.SSLError, ConnectionError)):
                    tls = wire.context(self.oak, stranger)
                    with wire.connect(self.hub, tls) as sock:
                        sock.sendall(wire.hello(1))
                        self.assertIsNotNone(wire.goodbye(sock))
                        raise ConnectionError("it was let in")
            # And its program does not take this hub for its own.
            self.assertIn("not the hub's", stranger.run(
                "sync", "--hub", self.hub.address, expect=1))

    def test_no_certificate(self):
        with self.prepared():
            with self.counted("unknown_computer"):
                with wire.connect(self.hub, wire.context(self.oak)) as sock:
                    sock.sendall(wire.hello(1))
                    self.assertEqual(wire.goodbye(sock), wire.REVOKED)

    def test_another_protocol(self):
        with self.prepared():
            tls = wire.context(self.oak, self.oak, alpn="http/1.1")
            with self.assertRaises((ssl.SSLError, ConnectionError)):
                with wire.connect(self.hub, tls) as sock:
                    sock.sendall(b"GET / HTTP/1.1\r\n\r\n")
                    if wire.read_to_the_end(sock) == b"":
                        raise ConnectionError

    # --- revoked

    def revoke(self, site):
        self.hub.run("site", "revoke", site.json("status")["site"])

    def test_revoked_while_it_runs_and_when_it_comes_back(self):
        with self.prepared():
            self.oak.start()
            self.oak.sync()
            agent = self.oak.program.process
            self.revoke(self.oak)
            self.here.until(lambda: agent.poll() is not None,
                            "the agent has given up")
            self.assertEqual(agent.returncode, 1)
            with self.counted("unknown_computer"):
                self.assertIn("removed", self.oak.run("sync", expect=1))
            self.assertEqual(self.oak.json("status")["state"], "removed")

    def test_revoked_with_a_session_to_resume(self):
        with self.prepared():
            tls = wire.context(self.oak, self.oak)
            number = self.oak.json("status")["site"]
            with wire.connect(self.hub, tls) as sock:
                sock.sendall(wire.hello(number))
                self.assertEqual(next(wire.frames(sock.recv(65536)))[0], 2)
                session = sock.session
            with wire.connect(self.hub, tls, session) as sock:
                self.assertTrue(sock.session_reused)
                sock.sendall(wire.hello(number))
                self.assertEqual(next(wire.frames(sock.recv(65536)))[0], 2)
            self.revoke(self.oak)
            with self.counted("unknown_computer"):
                with wire.connect(self.hub, tls, session) as sock:
                    self.assertTrue(sock.session_reused)
                    self.assertEqual(wire.goodbye(sock), wire.REVOKED)

    # --- invitations

    def join_fails(self, *words):
        late = harness.Site(self.here.base, self.here.unique("late"))
        said = late.run("join", *words, expect=1)
        self.assertEqual(list(late.data.glob("client.conf")), [])
        return said

    def test_used_and_expired_invitations(self):
        with self.prepared():
            code = self.hub.invite(schools.ASH)
            harness.Site(self.here.base, "first").run("join", code)
            with self.counted("wrong_invitation"):
                used = self.join_fails(code)
            self.hub.set_clock(-7300)
            code = self.hub.invite(schools.ASH, "--hours", 2)
            self.hub.environment = None
            with self.counted("wrong_invitation"):
                expired = self.join_fails(code)
            # It does not tell which it was.
            self.assertEqual(used, expired)

    def test_mistyped_invitation_and_the_wrong_hub(self):
        with self.prepared():
            code = self.hub.invite(schools.ASH)
            place = len(code) // 2
            other = "2" if code[place] != "2" else "3"
            if code[place] == "-":
                place += 1
            mistyped = code[:place] + other + code[place + 1:]
            self.assertIn("mistyped", self.join_fails(mistyped))
            other_hub = self.here.add_hub("other")
            self.assertIn("not the hub's", self.join_fails(
                code, "--hub", other_hub.address))
            # None of this has used it up.
            harness.Site(self.here.base, "right").run("join", code)

    # --- frames

    def expect(self, code, data, greeted=True):
        number = self.oak.json("status")["site"]
        tls = wire.context(self.oak, self.oak)
        with self.counted("protocol"):
            with wire.connect(self.hub, tls) as sock:
                if greeted:
                    sock.sendall(wire.hello(number))
                with contextlib.suppress(ConnectionError):
                    sock.sendall(data)
                self.assertEqual(wire.goodbye(sock), code)

    def test_frames_over_a_limit(self):
        zipped = wire.PUSH | wire.COMPRESSED
        with self.prepared():
            self.expect(wire.LIMIT, wire.long_frame(MIB + 1))
            self.expect(wire.LIMIT, b"GET / HTTP/1.1\r\n\r\n", greeted=False)
            self.expect(wire.LIMIT, frame(zipped, wire.zstd_zeros(3 * MIB)))
            self.expect(wire.LIMIT,
                        frame(zipped, wire.zstd_zeros(2000 * MIB)))
            self.expect(wire.PROTOCOL, frame(
                zipped, wire.zstd_zeros(2000 * MIB, stated=False)))
            self.oak.sync()

    def test_frames_that_are_not_understood(self):
        with self.prepared():
            self.expect(wire.PROTOCOL, frame(wire.PUSH, b"\x91" * 10000))
            self.expect(wire.PROTOCOL, frame(wire.PUSH, b"\xc1garbage"))
            self.expect(wire.PROTOCOL,
                        frame(wire.PUSH, b"\x92\x00\xdd\xff\xff\xff\xff"))
            self.expect(wire.PROTOCOL, frame(wire.PUSH, b"\x92\x00\x90"),
                        greeted=False)
            self.oak.sync()

    # --- reading

    def test_asking_for_another_schools_pupil(self):
        """Asked as no client of ours would: nothing is told, not even that
        there is such a pupil."""
        with self.prepared():
            pupil = int(schools.make_pupil(self.oak))
            self.oak.sync()
            nobody = pupil + 8 * MIB
            head = self.hub.json("status")["head"]
            ash = self.here.join(self.hub, schools.ASH)
            number = ash.json("status")["site"]
            tls = wire.context(ash, ash)
            with wire.connect(self.hub, tls) as sock:
                sock.sendall(wire.hello(number))
                for asked in (pupil, nobody):
                    sock.sendall(frame(wire.FILL,
                                       wire.pack([[asked, 0, head]])))
                    filled = wire.read_until(sock, wire.FILLED)
                    self.assertEqual(filled, wire.pack(
                        [[asked, 0, 0, [], wire.ENDED, 0, bytes(16)]]))
            with wire.connect(self.hub, tls) as sock:
                sock.sendall(wire.hello(number) + frame(
                    wire.FETCH, wire.pack([pupil, nobody])))
                self.assertEqual(wire.read_until(sock, wire.FETCHED),
                                 wire.pack([[], [pupil, nobody]]))


if __name__ == "__main__":
    unittest.main()
