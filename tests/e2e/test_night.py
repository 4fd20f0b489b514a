#!/usr/bin/env python3
"""The hub's own night: beside a hub that serves, by the clock, killed in the
middle; and its backup is the way back."""
import datetime
import unittest

import harness
import schools

BROKEN_OFF = 6  # nights that are killed


def backups(hub, folder="backups"):
    """The latest last."""
    return sorted((hub.data / folder).glob("throughline-20*.db"),
                  key=lambda path: path.stat().st_mtime_ns)


class Night(unittest.TestCase):
    def setUp(self):
        self.here = self.enterContext(harness.Partnership())
        self.hub = self.here.add_hub()
        schools.add_schools(self.hub)

    def put_pupils(self, site, count):
        for number in range(count):
            site.put("pupil", surname=f"Invented{number}", forename="Ida",
                     birth_date="2015-09-02")
        site.sync()

    def outcomes(self, night):
        return {job["job"]: job for job in night["jobs"]}

    def test_backup_of_the_night_is_the_way_back(self):
        """Made while the hub serves; keys, restore, and the same tables."""
        oak = self.here.join(self.hub, schools.OAK)
        self.put_pupils(oak, 5)
        night = self.hub.json("night")
        self.assertEqual(night["grade"], "ok", night)
        self.assertIsNotNone(night["ended"])
        backup = self.outcomes(night)["backup"]["numbers"]
        self.assertEqual(self.hub.json("check")["tables"], backup["tables"])
        self.assertEqual(backup["file"], str(backups(self.hub)[-1]))
        self.put_pupils(oak, 1)
        keys = self.here.base / "keys"
        self.hub.run("keys", "export", keys)
        self.hub.stop()
        self.hub.data = self.here.base / "hub-again"
        self.hub.run("keys", "import", keys)
        self.hub.run("restore", backup["file"])
        self.assertEqual(self.hub.json("check")["tables"], backup["tables"])
        self.hub.start()
        oak.run("sync", "--hub", self.hub.address)
        self.assertTrue(oak.json("status")["synced"])
        self.assertEqual(len(oak.list("pupil")), 6)
        self.hub.run("check")

    def test_kill_in_the_middle_leaves_no_half(self):
        """Whatever has a backup's name is whole, and the hub serves on."""
        oak = self.here.join(self.hub, schools.OAK)
        self.put_pupils(oak, 3)
        for number in range(BROKEN_OFF):
            night = harness.Program(self.hub.words("night"),
                                    self.here.base / f"night-{number}.log")
            night.wait_for("integrity" if number % 2 else "backup")
            night.kill()
            oak.sync()
        whole = len(backups(self.hub))
        self.hub.run("night")
        self.assertEqual(len(backups(self.hub)), whole + 1)
        self.assertEqual(list((self.hub.data / "backups").glob("*.part*")),
                         [])
        keys = self.here.base / "keys"
        self.hub.run("keys", "export", keys)
        for number, backup in enumerate(backups(self.hub)):
            again = harness.Folder(self.here.base, f"again-{number}")
            again.program_name = self.hub.program_name
            again.run("keys", "import", keys)
            again.run("restore", backup)
            self.assertTrue(again.json("check")["sound"])

    def test_second_disk_that_is_away_is_told(self):
        """Status 1 and a sentence; the first backup is there all the same."""
        self.hub.set_setting("backup_folder_second", "usb")
        told = self.hub.run("night", expect=1)
        self.assertIn("1 of the night's jobs did not end well", told)
        self.assertEqual(len(backups(self.hub)), 1)
        (self.hub.data / "usb").mkdir()
        self.assertIn("byte for byte", self.hub.run("night"))
        first, second = backups(self.hub)[-1], backups(self.hub, "usb")[-1]
        self.assertEqual(first.name, second.name)
        self.assertEqual(first.read_bytes(), second.read_bytes())

    def test_hub_has_its_night_by_the_clock(self):
        """It serves at 01:59:57, and nobody has to think of it."""
        self.hub.stop()
        now = datetime.datetime.now(datetime.timezone.utc)
        evening = now.replace(hour=1, minute=59, second=57)
        if evening < now:
            evening += datetime.timedelta(days=1)
        self.hub.set_clock(round((evening - now).total_seconds()))
        self.hub.start()
        ended = self.hub.program.wait_for("night.ended")
        self.assertIn("status=OK", ended)
        self.assertEqual([path.name for path in backups(self.hub)],
                         [f"throughline-{evening:%Y-%m-%d}.db"])
        self.hub.stop()
        log = self.hub.log.read_text("utf-8")
        self.assertNotIn(str(self.hub.data), log.split("night.begins")[1])

    def test_night_that_is_told_to_stop_ends(self):
        """In good order, and the next one is whole."""
        night = harness.Program(self.hub.words("night"),
                                self.here.base / "night.log")
        night.wait_for("integrity")
        self.assertIn(night.end(harness.signal.SIGTERM), (0, 1))
        self.hub.run("night")


if __name__ == "__main__":
    unittest.main()
