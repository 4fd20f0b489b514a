#!/usr/bin/env python3
"""64 kbit/s, 600 ms there and back, and every five seconds it breaks.

An import gets through, and what a break costs is bounded: at most the batches
that were under way, and a handshake.  The same amount over a good line is the
measure.
"""
import unittest

import ctf
import harness
import schools

PUPILS = 180
BATCH_BYTES = 32 * 1024  # of commits, before compression: where a client begins
BATCHES_UNDER_WAY = 2
HANDSHAKE_BYTES = 1600  # a resumed one, HELLO and what is asked for
BAD_LINE = ("--rate", "64kbit", "--delay", "300ms", "--drop-every", "5s")


class SlowLine(unittest.TestCase):
    def import_over(self, laestab, *line_options):
        """The line's counts, the sync's report, and plain bytes."""
        site = self.here.join(self.hub, laestab)
        site.sync()
        path = ctf.write(self.here.base / f"{laestab}.xml",
                         ctf.invent(PUPILS, laestab, laestab), laestab)
        self.assertEqual(site.json("import", "ctf", path)["created"], PUPILS)
        line = self.here.add_line(self.hub.address, *line_options)
        report = site.json("sync", "--hub", line.address)
        self.assertTrue(report["synced"])
        self.assertEqual(report["waiting"], 0)
        plain = schools.query(
            site, "SELECT sum(length(bytes)) FROM ledger WHERE dossier IN"
            " (SELECT number FROM dossier WHERE kind = 4)")[0][0]
        return site, line.stop(), report, plain

    def assert_all_is_at_the_hub(self, site):
        fresh = self.here.join(self.hub, site.laestab)
        fresh.sync()
        site.run("sync", "--hub", self.hub.address)
        self.assertEqual(len(fresh.list("pupil")), PUPILS)
        self.assertEqual(schools.files_of(fresh), schools.files_of(site))
        self.assertEqual(fresh.json("check")["tables"],
                         site.json("check")["tables"])

    def test_import_gets_through_and_a_break_costs_little(self):
        with harness.Partnership() as here:
            self.here = here
            self.hub = here.add_hub()
            schools.add_schools(self.hub)
            _, good, _, plain = self.import_over(schools.ASH)
            oak, bad, report, _ = self.import_over(schools.OAK, *BAD_LINE)
            print("good line:", good, "\nbad line:", bad, "\nsync:", report)
            breaks = report["connections"] - 1
            self.assertGreaterEqual(breaks, 2)
            self.assertGreaterEqual(bad["cuts"], breaks)
            under_way = BATCHES_UNDER_WAY * BATCH_BYTES / plain
            self.assertLess(under_way, 0.5)  # else this bounds nothing
            self.assertLessEqual(
                bad["up"], good["up"] * 1.05 + breaks * (
                    HANDSHAKE_BYTES + under_way * good["up"]))
            self.assertLessEqual(
                report["sent"], PUPILS * (1 + breaks * under_way) + 1)
            self.assert_all_is_at_the_hub(oak)


if __name__ == "__main__":
    unittest.main()
