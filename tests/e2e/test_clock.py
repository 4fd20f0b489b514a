#!/usr/bin/env python3
"""A computer whose clock is ten years wrong works like any other: the hub
tells it the time, its writes get through, and none of them wins for ever."""
import datetime
import unittest

import harness
import schools

NOW = datetime.datetime.now(datetime.timezone.utc)
TEN_YEARS_S = 10 * 365 * 86400


def seconds_from_now(text):
    when = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return abs((when - NOW).total_seconds())


class Clock(unittest.TestCase):
    def prepare(self, here):
        self.hub = here.add_hub()
        schools.add_schools(self.hub)
        self.right = here.join(self.hub, schools.OAK)
        self.wrong = harness.Site(here.base, "wrong")

    def join(self):
        self.wrong.run("join", self.hub.invite(schools.OAK))
        for site in (self.right, self.wrong):
            site.sync()

    def both_sync(self):
        for site in (self.wrong, self.right, self.wrong):
            site.sync()

    def assert_shown(self, pupil, forename):
        for site in (self.right, self.wrong):
            self.assertEqual(site.json("get", "pupil", pupil)["forename"],
                             forename, site.name)

    def assert_history_has_the_hubs_time(self, pupil, seconds):
        history = self.right.json("history", "pupil", pupil)
        self.assertEqual(
            sorted(one["values"]["forename"] for one in history
                   if "forename" in one["values"]),
            ["Ana", "Decided", "Right", "Wrong"])
        for one in history:
            self.assertLess(seconds_from_now(one["received"]), 600)
            # A clock that is slow is left to say when it wrote.
            if seconds > 0:
                self.assertLess(seconds_from_now(one["written"]), 600)

    def tell(self, seconds):
        pupil = schools.make_pupil(self.wrong, forename="Ana")
        self.both_sync()
        # The clock is as wrong as is meant: else this test tests nothing.
        self.assertGreater(abs(self.wrong.json("status")["clock_error_ms"]),
                           (TEN_YEARS_S - 600) * 1000)
        self.assert_shown(pupil, "Ana")
        # Neither knows of the other; the right one writes later.
        self.wrong.put("pupil", pupil, forename="Wrong")
        self.wrong.sync()
        self.right.put("pupil", pupil, forename="Right")
        self.both_sync()
        self.assert_shown(pupil, "Right")
        self.assertEqual(len(self.right.json("conflicts")), 1)
        # Whoever writes with both in view settles it.
        self.right.put("pupil", pupil, forename="Decided")
        self.both_sync()
        self.assert_shown(pupil, "Decided")
        self.assertEqual(self.right.json("conflicts"), [])
        self.assert_history_has_the_hubs_time(pupil, seconds)
        for site in (self.right, self.wrong):
            self.assertEqual(site.json("refused"), [])
            self.assertEqual(site.json("status")["waiting"], 0)

    def test_ten_years_fast_from_the_first(self):
        """It knows from its first sync how wrong it is."""
        with harness.Partnership() as here:
            self.prepare(here)
            self.wrong.set_clock(TEN_YEARS_S)
            self.join()
            certificate = (self.wrong.data / "site.crt").read_bytes()
            self.tell(TEN_YEARS_S)
            self.assertNotIn("refused.CLOCK",
                             self.hub.json("status")["counters"])
            # Nor does it think that its certificate runs out.
            self.assertEqual((self.wrong.data / "site.crt").read_bytes(),
                             certificate)

    def test_ten_years_fast_since_it_was_last_on_line(self):
        """What it wrote meanwhile is refused, stamped anew and sent again."""
        with harness.Partnership() as here:
            self.prepare(here)
            self.join()
            certificate = (self.wrong.data / "site.crt").read_bytes()
            self.wrong.set_clock(TEN_YEARS_S)
            self.tell(TEN_YEARS_S)
            self.assertEqual((self.wrong.data / "site.crt").read_bytes(),
                             certificate)
            self.assertEqual(
                self.hub.json("status")["counters"]["refused.CLOCK"], 1)

    def test_ten_years_slow(self):
        with harness.Partnership() as here:
            self.prepare(here)
            self.wrong.set_clock(-TEN_YEARS_S)
            self.join()
            self.tell(-TEN_YEARS_S)


if __name__ == "__main__":
    unittest.main()
