#!/usr/bin/env python3
"""From nothing to a synced school: the hub's and the client's programs, over
real sockets."""
import os
import stat
import time
import unittest

from harness import Partnership

OAK, ELM = "9992001", "9994001"


def add_schools(hub):
    hub.add_school("Oak Infant School", "infant", OAK, "123456")
    hub.add_school("Elm High School", "secondary", ELM, "123457")


class FirstSync(unittest.TestCase):
    def setUp(self):
        self.here = Partnership()
        self.here.__enter__()
        self.addCleanup(self.end)
        self.hub = self.here.add_hub()
        add_schools(self.hub)

    def end(self):
        failed = any(error for _, error in
                     getattr(self._outcome, "errors", []))
        self.here.__exit__(AssertionError if failed else None, None, None)

    def site_status(self, number):
        return next(site for site in self.hub.json("status")["sites"]
                    if site["number"] == number)

    def test_pupil_reaches_the_hub(self):
        """What one school enters is at the hub after a sync, and only at
        the schools that may have it."""
        oak = self.here.join(self.hub, OAK)
        elm = self.here.join(self.hub, ELM)
        oak.sync()
        before = self.hub.json("status")
        oak.put("pupil", surname="Invented", forename="Ana",
                birth_date="2015-09-01")
        elm.sync()
        oak.sync()
        after = self.hub.json("status")
        self.assertGreater(after["commits"], before["commits"])
        self.assertEqual(after["counters"], {})
        self.assertEqual(len(after["sites"]), 2)
        self.assertEqual([p["forename"] for p in oak.list("pupil")], ["Ana"])
        self.assertEqual(elm.list("pupil"), [])
        names = {school["name"] for school in elm.list("school")}
        self.assertEqual(names, {"Oak Infant School", "Elm High School"})
        self.assertEqual(self.site_status(1)["behind"], 0)
        oak.sync()  # what waits is told at the beginning of a connection
        self.assertEqual(self.site_status(1)["waiting"], 0)

    def test_invitation_admits_once(self):
        """A code that was used admits nobody else; the sentence is plain."""
        code = self.hub.invite(OAK)
        first = self.here.join(self.hub, OAK)
        self.assertTrue((first.data / "client.conf").exists())
        one = type(first)(self.here.base, "one")
        two = type(first)(self.here.base, "two")
        one.run("join", code)
        self.assertIn("used already", two.run("join", code, expect=1))

    def test_status_says_who_is_connected(self):
        """The agent's computer is shown while it is there, and not after."""
        oak = self.here.join(self.hub, OAK)
        oak.start()
        self.here.until(lambda: self.site_status(1)["connected"],
                        "the hub shows the computer")
        self.assertEqual(self.hub.json("status")["connected"], 1)
        oak.stop()
        self.here.until(lambda: not self.site_status(1)["connected"],
                        "the hub shows that the computer has gone")

    def test_school_added_while_serving_reaches_the_schools(self):
        """Another process writes; the serving one passes it on."""
        oak = self.here.join(self.hub, OAK)
        oak.start()
        self.hub.add_school("Yew Junior School", "junior", "9992002",
                            "123458")
        self.here.until(
            lambda: len(oak.list("school")) == 3, "the new school is known")

    def test_revoked_computer_is_turned_away(self):
        """site revoke ends the session and every later one."""
        oak = self.here.join(self.hub, OAK)
        oak.sync()
        self.hub.run("site", "revoke", "1", "--reason", "stolen")
        oak.run("sync", expect=1)
        self.assertTrue(self.site_status(1)["revoked"])

    def test_restart_keeps_data_and_port(self):
        """A hub that was stopped goes on as it was."""
        oak = self.here.join(self.hub, OAK)
        oak.put("pupil", surname="Invented", forename="Ben",
                birth_date="2015-09-02")
        self.hub.stop()
        self.hub.start()
        oak.sync()
        self.assertTrue(oak.json("status")["synced"])

    def test_keys_and_backup_make_the_hub_again(self):
        """keys export, backup; keys import, restore: and it serves."""
        oak = self.here.join(self.hub, OAK)
        oak.sync()
        keys, backup = self.here.base / "keys", self.here.base / "backup.db"
        self.hub.run("keys", "export", keys)
        self.assertEqual(stat.S_IMODE(os.stat(keys).st_mode), 0o600)
        self.hub.run("backup", backup)
        oak.put("pupil", surname="Invented", forename="Ida",
                birth_date="2015-09-02")
        oak.sync()
        self.hub.stop()
        generation = self.hub.json("status")["generation"]
        self.hub.data = self.here.base / "hub-again"
        self.hub.run("keys", "import", keys)
        self.assertIn("comes back from the schools",
                      self.hub.run("restore", backup))
        self.hub.run("check")
        again = self.hub.json("status")
        self.assertNotEqual(again["generation"], generation)
        self.assertTrue(again["collecting"])
        self.hub.start()
        late = self.here.join(self.hub, ELM)
        self.assertEqual(late.json("status")["site"], 1002)
        # Who knew the hub before is told why it has to wait, at once.
        self.assertIn("waited for", self.hub.status())
        self.assertIn("--yes", self.hub.run("site", "excuse", "1002",
                                            expect=2))
        self.assertIn("restored", oak.run("sync", "--hub", self.hub.address,
                                          expect=1))
        self.assertIn("restored", oak.run("status"))
        late.sync()
        oak.sync()
        self.assertFalse(self.hub.json("status")["collecting"])
        self.assertTrue(oak.json("status")["synced"])
        self.hub.run("check")
        self.assertGreater(self.hub.json("status")["commits"],
                           again["commits"])

    def test_hub_comes_back_from_its_keys_alone(self):
        """No backup: schools, computers and children come from those who
        hold them; who does not come is excused by a person."""
        oak, elm = (self.here.join(self.hub, school) for school in (OAK, ELM))
        oak.put("pupil", surname="Invented", forename="Ida",
                birth_date="2015-09-02")
        for site in (oak, elm, oak):
            site.sync()
        keys = self.here.base / "keys"
        self.hub.run("keys", "export", keys)
        commits = self.hub.json("status")["commits"]
        self.hub.stop()
        self.hub.data = self.here.base / "hub-again"
        self.hub.run("keys", "import", keys)
        self.assertIn("--without-backup", self.hub.run("restore", expect=2))
        self.hub.run("restore", "--without-backup")
        self.hub.start()
        self.assertIn("restored", oak.run("sync", "--hub", self.hub.address,
                                          expect=1))
        states = {site["number"]: site["offer"]
                  for site in self.hub.json("status")["sites"]}
        self.assertEqual(states, {1: "offered", 2: "waited for"})
        self.assertIn("--yes", self.hub.run("site", "excuse", "2", expect=2))
        self.hub.run("site", "excuse", "2", "--yes")
        self.wait_until(lambda: not self.hub.json("status")["collecting"])
        oak.sync()
        elm.run("sync", "--hub", self.hub.address)
        self.assertGreaterEqual(self.hub.json("status")["commits"], commits)
        self.hub.run("check")

    def wait_until(self, holds):
        """A moment, for a process that looks once a second."""
        end = time.monotonic() + 20
        while not holds():
            self.assertLess(time.monotonic(), end)

    def test_wrong_usage_has_its_own_exit_status(self):
        """2 and one sentence that says what to do."""
        self.assertIn("did you mean", self.hub.run("scool", expect=2))
        self.assertIn("--name", self.hub.run("school", "add", expect=2))
        self.assertIn("school list",
                      self.hub.run("invite", "--school", "1112222", expect=1))
        self.assertIn("already", self.hub.run("serve", expect=1))
        self.assertEqual(
            [school["laestab"] for school in self.hub.json("school", "list")],
            [OAK, ELM])


if __name__ == "__main__":
    unittest.main()
