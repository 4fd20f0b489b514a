#!/usr/bin/env python3
"""One folder, several programs: commands beside the agent, a second agent, a
copied folder, and a computer that leaves."""
import shutil
import unittest

import harness
import schools


class Restart(unittest.TestCase):
    def prepare(self, here):
        self.hub = here.add_hub()
        schools.add_schools(self.hub)
        self.office = here.join(self.hub, schools.OAK)
        self.head = here.join(self.hub, schools.OAK)
        for site in (self.office, self.head):
            site.sync()

    def names(self, site):
        return sorted(pupil["forename"] for pupil in site.list("pupil"))

    def test_commands_beside_the_agent(self):
        with harness.Partnership() as here:
            self.prepare(here)
            self.office.start()
            pupil = schools.make_pupil(self.office, forename="Ana")
            here.until(lambda: self.office.json("status")["synced"],
                       "the agent sent what a command wrote")
            self.head.sync()
            self.assertEqual(self.names(self.head), ["Ana"])
            self.head.put("pupil", pupil, forename="Anabel")
            self.head.sync()
            here.until(lambda: self.names(self.office) == ["Anabel"],
                       "the agent showed what another computer wrote")
            schools.make_pupil(self.office, forename="Bruno")
            told = self.office.json("sync")
            self.assertTrue(told["by_running_agent"] and told["synced"])
            self.head.sync()
            self.assertEqual(self.names(self.head), ["Anabel", "Bruno"])
            self.assertTrue(self.office.json("status")["agent"])
            self.office.stop()
            self.assertFalse(self.office.json("status")["agent"])

    def test_second_agent_is_refused_and_the_first_goes_on(self):
        with harness.Partnership() as here:
            self.prepare(here)
            self.office.start()
            self.assertIn("running", self.office.run("run", expect=1))
            self.assertIn("running",
                          self.office.run("leave", "--yes", expect=1))
            schools.make_pupil(self.office, forename="Ana")
            self.office.sync()
            self.office.kill()
            # A lock dies with who held it, however it died.
            self.office.start()
            schools.make_pupil(self.office, forename="Bruno")
            self.office.sync()
            self.head.sync()
            self.assertEqual(self.names(self.head), ["Ana", "Bruno"])

    def test_copied_computer_loses_nothing(self):
        with harness.Partnership() as here:
            self.prepare(here)
            schools.make_pupil(self.office, forename="Ana")
            self.office.sync()
            schools.make_pupil(self.office, forename="Waiting")
            copy = harness.Site(here.base, "copy")
            shutil.copytree(self.office.data, copy.data)
            for turn in range(3):
                for site, name in ((self.office, "Office"), (copy, "Copy")):
                    schools.make_pupil(site, forename=f"{name} {turn}")
                    site.sync()
            wanted = sorted(["Ana", "Waiting"] + [
                f"{name} {turn}" for name in ("Office", "Copy")
                for turn in range(3)])
            for site in (self.office, self.head, copy):
                site.sync()
                self.assertEqual(self.names(site), wanted, site.name)
                self.assertEqual(site.json("refused"), [])
            checks = [site.json("check") for site in
                      (self.office, copy, self.head)]
            self.assertEqual(len({check["tables"] for check in checks}), 1)
            self.assertTrue(all(check["sound"] for check in checks))

    def test_who_leaves_has_sent_all_and_keeps_nothing(self):
        with harness.Partnership() as here:
            self.prepare(here)
            pupil = schools.make_pupil(self.office, middle_names="qunwonted")
            number = self.office.json("status")["site"]
            self.assertIn("--yes", self.office.run("leave", expect=2))
            self.office.run("leave", "--yes")
            self.assertFalse(schools.is_in_folder(self.office, "qunwonted"))
            self.assertEqual(list(self.office.data.glob("replica*")), [])
            self.assertIn("join", self.office.run("sync", expect=1))
            self.head.sync()
            self.assertEqual([one["id"] for one in self.head.list("pupil")],
                             [pupil])
            self.assertEqual([one["dossier"] for one in
                              self.head.list("purge_receipt")], [pupil])
            revoked = {one["number"]: one["revoked"]
                       for one in self.hub.json("site", "list")}
            self.assertTrue(revoked[number])
            self.assertFalse(
                revoked[self.head.json("status")["site"]])

    def test_who_leaves_before_the_first_sync_sends_all(self):
        with harness.Partnership() as here:
            self.prepare(here)
            late = here.join(self.hub, schools.OAK)
            pupil = schools.make_pupil(late)
            late.run("leave", "--yes")
            self.head.sync()
            self.assertEqual([one["id"] for one in self.head.list("pupil")],
                             [pupil])
            self.assertEqual([one["dossier"] for one in
                              self.head.list("purge_receipt")], [pupil])


if __name__ == "__main__":
    unittest.main()
