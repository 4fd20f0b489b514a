#!/usr/bin/env python3
"""A computer compares all that it holds with the hub: when somebody asks,
when its agent was cut off, when a check failed, and within what its line may
cost; and in the morning there is a report."""
import contextlib
import datetime
import sqlite3
import unittest

import harness
import schools

SPOILT = 40  # entries that are lost


def spoil(site, *statements):
    """Behind the program's back."""
    with contextlib.closing(sqlite3.connect(site.data / "replica.db")) as base:
        for statement in statements:
            base.execute(statement)
        base.commit()


class Reconcile(unittest.TestCase):
    def setUp(self):
        self.here = self.enterContext(harness.Partnership())
        self.hub = self.here.add_hub()
        schools.add_schools(self.hub)
        self.oak = self.here.join(self.hub, schools.OAK)

    def put_pupils(self, count):
        for number in range(count):
            schools.make_pupil(self.oak, forename=f"Ida{number}")
        self.oak.sync()

    def start_and_reconcile(self):
        """The agent's line on the comparison that it made by itself."""
        self.oak.start()
        told = self.oak.program.wait_for("agent.reconciled")
        self.oak.stop()
        return told

    def last(self):
        return self.oak.json("status")["last_comparison"]

    def test_sound_computer_is_the_same(self):
        """By an agent of its own: said so, kept, and reported."""
        self.assertIsNone(self.last())
        self.assertIn("Not compared with the hub yet", self.oak.run("status"))
        self.put_pupils(2)
        self.assertIn("entries are the same as the hub's",
                      self.oak.run("reconcile"))
        found = self.oak.json("reconcile")
        self.assertEqual(found["found"], "equal")
        self.assertEqual(found["rounds"], 1)
        self.assertFalse(found["by_running_agent"])
        self.assertEqual(self.last()["found"], "equal")
        self.assertRegex(self.oak.run("status"),
                         r"Compared with the hub at [-\d]+ [\d:]+: the same")
        today = datetime.datetime.now(datetime.timezone.utc)
        report = self.oak.json("report", "--day", f"{today:%Y-%m-%d}")
        self.assertIn("the same", {line["what"]: line["text"] for line
                                   in report["sync"]}["Comparison"])

    def test_sync_makes_the_night_that_is_due(self):
        """For a computer on which no agent ever runs; and only that one."""
        self.oak.sync()
        self.assertEqual(self.last()["found"], "equal")
        made = self.last()["at"]
        self.put_pupils(1)
        self.assertEqual(self.last()["at"], made)

    def test_running_agent_is_asked(self):
        """Beside writes by other commands; each wish is met anew."""
        self.oak.start()
        for _ in range(3):
            schools.make_pupil(self.oak)
            found = self.oak.json("reconcile")
            self.assertTrue(found["by_running_agent"])
            self.assertEqual(found["found"], "equal")
        self.oak.stop()

    def test_hub_that_is_away_is_told(self):
        """Status 1 and a sentence; what was known before stays so."""
        self.oak.sync()
        heard = self.oak.json("status")["last_heard"]
        self.hub.stop()
        self.assertIn("connection refused", self.oak.run("reconcile", expect=1))
        stands = self.oak.json("status")
        self.assertEqual(stands["last_heard"], heard)
        self.assertRegex(stands["sentence"], "^Offline since ")

    def test_agent_that_was_killed_compares(self):
        """At the next start; one that was stopped in good order does not."""
        self.oak.run("reconcile")
        self.oak.start()
        self.oak.program.wait_for("agent.connected")
        self.oak.kill()
        self.assertIn("found=equal", self.start_and_reconcile())
        said = self.oak.log.read_text("utf-8")
        self.assertEqual(said.count("agent.was_cut_off"), 1)
        self.oak.start()
        self.oak.program.wait_for("agent.connected")
        self.oak.sync()
        self.oak.stop()
        said = self.oak.log.read_text("utf-8")
        self.assertEqual(said.count("agent.was_cut_off"), 1)
        self.assertEqual(said.count("agent.reconciled"), 1)

    def test_check_that_failed_brings_a_repair(self):
        """The next agent makes the tables anew, and says so."""
        self.put_pupils(1)
        self.oak.run("reconcile")
        spoil(self.oak, "UPDATE pupil SET forename = 'Nobody'")
        self.oak.run("check", expect=1)
        self.assertIn("found=mended", self.start_and_reconcile())
        self.oak.run("check")
        self.assertEqual(self.last()["faults"], 1)
        self.assertIn("the tables were made anew", self.oak.run("status"))

    def test_line_that_costs_is_spared(self):
        """What was not finished is said, and goes on when it may cost more."""
        self.put_pupils(SPOILT)
        self.oak.run("reconcile")
        spoil(self.oak, "DELETE FROM ledger WHERE sequence IN (SELECT sequence"
              f" FROM ledger ORDER BY sequence DESC LIMIT {SPOILT})")
        self.oak.set_setting("night_bytes", 300)
        self.assertIn("night_bytes", self.oak.run("reconcile", expect=1))
        self.assertEqual(self.last()["found"], "unfinished")
        self.oak.set_setting("night_bytes", 0)
        found = self.oak.json("reconcile")
        self.assertEqual((found["found"], found["missing_here"]),
                         ("mended", SPOILT))
        self.oak.run("check")
        self.assertEqual(len(self.oak.list("pupil")), SPOILT)
        self.assertEqual(self.oak.json("reconcile")["found"], "equal")

    def test_setting_that_is_none_is_told(self):
        """And nothing is done."""
        self.oak.set_setting("metered", "perhaps")
        self.assertIn("metered", self.oak.run("status", expect=1))


if __name__ == "__main__":
    unittest.main()
