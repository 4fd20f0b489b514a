#!/usr/bin/env python3
"""A line that loses, reorders and doubles real IP packets, and falls silent.

The agent lives inside, at the line's near end: its own TCP meets all that.
Skipped, with the reason, where network namespaces are not permitted.
"""
import unittest

import ctf
import harness
import schools

PUPILS = 60
FAR = "10.77.0.2"
BAD_LINE = ("--tun", "--rate", "1mbit", "--delay", "20ms", "--loss", "5%",
            "--reorder", "8%", "--duplicate", "8%")


class Packets(unittest.TestCase):
    def setUp(self):
        reason = harness.why_no_packets()
        if reason is not None:
            self.skipTest(reason)

    def prepare(self, here):
        hub = here.add_hub(hosts=[FAR])
        schools.add_schools(hub)
        self.line = here.add_line(hub.address, *BAD_LINE)
        self.oak = here.join(hub, schools.OAK)
        self.office = here.join(hub, schools.OAK)
        self.oak.wrapper, self.address = self.line.way_inside()
        self.oak.start("--hub", self.address)
        self.oak.sync()

    def test_import_gets_through_and_silence_is_survived(self):
        with harness.Partnership() as here:
            self.prepare(here)
            path = ctf.write(here.base / "oak.xml",
                             ctf.invent(PUPILS, 1, schools.OAK), schools.OAK)
            self.oak.run("import", "ctf", path)
            self.oak.sync()
            self.office.sync()
            self.assertEqual(len(self.office.list("pupil")), PUPILS)
            self.line.tell("down")
            pupil = schools.make_pupil(self.oak)
            self.assertFalse(self.oak.json("status")["synced"])
            self.line.tell("up")
            self.oak.sync()
            self.office.sync()
            self.assertIn(pupil, [one["id"]
                                  for one in self.office.list("pupil")])
            self.assertEqual(self.oak.json("check")["tables"],
                             self.office.json("check")["tables"])
            self.oak.stop()
            counts = self.line.stop()
            print("packets:", counts["packets_up"], counts["packets_down"])
            for what in ("lost", "late", "twice"):
                self.assertGreater(counts["packets_up"][what] +
                                   counts["packets_down"][what], 0)


if __name__ == "__main__":
    unittest.main()
