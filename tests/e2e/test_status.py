#!/usr/bin/env python3
"""What an administrator reads: all is well, or what to do about it; and the
exit status that tells a script."""
import contextlib
import signal
import sqlite3
import unittest

import harness
import schools


class Status(unittest.TestCase):
    def setUp(self):
        self.here = self.enterContext(harness.Partnership())
        self.hub = self.here.add_hub()
        schools.add_schools(self.hub)

    def kinds(self):
        return [problem["kind"]
                for problem in self.hub.json("status")["problems"]]

    def site(self, number):
        return next(site for site in self.hub.json("status")["sites"]
                    if site["number"] == number)

    def state(self, number):
        return self.site(number)["state"]

    def damage(self):
        """A byte of a stored commit, flipped behind the hub's back."""
        with contextlib.closing(sqlite3.connect(
                self.hub.data / "replica.db", timeout=30)) as database:
            with database:
                database.execute("UPDATE ledger SET bytes = x'00'"
                                 " WHERE sequence = 1")

    def test_computer_goes_from_never_heard_to_in_step(self):
        """By its first sync, and a comparison that somebody asked for."""
        oak = self.here.join(self.hub, schools.OAK)
        self.assertEqual(self.state(1), "never_heard")
        oak.start()
        harness.until(lambda: self.state(1) == "in_step", "in step")
        told = self.hub.json("reconcile", "--wait")
        self.assertEqual(told["sites"][0]["found"]["outcome"], "equal")
        self.assertIsNotNone(self.site(1)["night"]["equal"])
        self.assertGreater(self.site(1)["database_bytes"], 4096)
        self.assertGreater(self.site(1)["free_bytes"], 0)
        self.assertIn("Least room at a computer: ", self.hub.run("status"))
        oak.stop()
        harness.until(lambda: self.state(1) == "offline", "offline")
        self.assertIn("1 computer will be compared as soon as it is "
                      "connected; 0 are connected now",
                      self.hub.run("reconcile", "1"))
        oak.start()
        harness.until(lambda: not self.site(1)["night"]["wanted"],
                      "it was compared when it connected")

    def test_hub_that_does_not_serve_needs_a_person(self):
        """0 before, 1 meanwhile, 0 after; other mistakes are 2."""
        self.assertIn("All is well.", self.hub.run("status"))
        self.hub.stop()
        self.assertIn("1 thing needs a person",
                      self.hub.run("status", expect=1))
        self.assertEqual(self.kinds(), ["not_serving"])
        self.assertIn("throughline-hub serve", self.hub.status())
        self.hub.start()
        self.hub.run("status")
        self.hub.run("status", "--watch", "--json", expect=2)

    def test_damage_needs_a_person_until_it_is_mended(self):
        """Found by the night, mended from a school, and all is well."""
        oak = self.here.join(self.hub, schools.OAK)
        oak.start()
        harness.until(lambda: self.state(1) == "in_step", "in step")
        self.hub.run("night")
        oak.stop()
        self.damage()
        self.hub.run("night", expect=1)
        self.assertIn("damaged", self.kinds())
        self.assertTrue(self.site(1)["night"]["wanted"])
        oak.start()
        harness.until(lambda: "damaged" not in self.kinds(), "mended")
        self.hub.run("reconcile", "--wait")
        self.hub.run("night")
        self.hub.run("status")

    def test_repair_is_for_a_hub_that_rests(self):
        """A table altered behind its back is made anew."""
        with contextlib.closing(sqlite3.connect(
                self.hub.data / "replica.db", timeout=30)) as database:
            with database:
                database.execute("UPDATE school SET phase = 'junior'")
        self.hub.run("night", expect=1)
        self.assertIn("check --repair", self.hub.status())
        self.assertIn("stop it", self.hub.run("check", "--repair", expect=1))
        self.hub.stop()
        self.assertIn("Sound", self.hub.run("check", "--repair"))

    def test_watch_ends_in_good_order(self):
        """By what Ctrl-C sends."""
        watch = harness.Program(self.hub.words("status", "--watch"),
                                self.here.base / "watch.log")
        watch.wait_for("All is well.")
        self.assertEqual(watch.end(signal.SIGINT), 0)


if __name__ == "__main__":
    unittest.main()
