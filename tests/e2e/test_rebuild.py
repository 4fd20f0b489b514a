#!/usr/bin/env python3
"""test_rebuild.py [SEED]: a school's computer whose database is damaged, made
anew from the hub, with all that it had not sent."""
import os
import random
import subprocess
import sys
import unittest

import harness
import schools

PAGE = 4096
seed = random.randrange(1 << 32)


class Rebuild(unittest.TestCase):
    def prepare(self, here):
        self.random = random.Random(seed)
        self.hub = here.add_hub()
        schools.add_schools(self.hub)
        self.office = here.join(self.hub, schools.OAK)
        self.head = here.join(self.hub, schools.OAK)
        for site in (self.office, self.head):
            site.sync()
        self.known = [schools.make_pupil(self.head, forename=name)
                      for name in ("Ana", "Bruno", "Cleo")]
        for site in (self.head, self.office, self.head):
            site.sync()

    def write_offline(self):
        """A change of what the hub has, a new file, and what lies in each:
        they build on one another.  Ids of what was written."""
        self.office.put("pupil", self.known[0], surname="Lindqvist")
        self.office.put("pupil", self.known[0], surname="Lindgren")
        new = schools.make_pupil(self.office, forename="Dita")
        ids = [new]
        for pupil in (self.known[1], new):
            for i in range(12):
                ids.append(self.office.put(
                    "note", "--pupil", pupil, category="praise",
                    happened_on="2026-05-05", text=f"{i} " + "w" * 700))
        return sorted(ids)

    @property
    def database(self):
        return self.office.data / "replica.db"

    def overwrite(self, page):
        with open(self.database, "r+b") as file:
            file.seek(page * PAGE)
            file.write(self.random.randbytes(PAGE))

    def expect_whole(self):
        """Both computers and the hub hold the same, and nothing waits."""
        self.assertTrue(self.office.json("sync")["synced"])
        self.head.sync()
        self.assertTrue(self.office.json("sync")["synced"])
        self.assertEqual(self.office.json("refused"), [])
        self.assertEqual(schools.files_of(self.office),
                         schools.files_of(self.head))
        checks = [site.json("check") for site in (self.office, self.head)]
        self.assertTrue(all(check["sound"] for check in checks))
        self.assertEqual(checks[0]["tables"], checks[1]["tables"])
        self.assertEqual(checks[0]["commits"], checks[1]["commits"])
        self.assertTrue(self.hub.json("check")["sound"])
        self.assertEqual(self.office.json("status")["alarms"], 0)

    def waiting(self):
        return [row[0] for row in schools.query(
            self.office, "SELECT id FROM pending WHERE state = 0 ORDER BY id")]

    def notes_of(self, site):
        return sorted(record["id"] for record in
                      site.list("note") + site.list("pupil"))

    def expect_rebuilt(self, waited, ids):
        told = self.office.json("rebuild")
        self.assertEqual(told["waiting"], len(waited))
        self.assertEqual(told["lost"], 0)
        self.assertFalse(told["resumed"])
        self.assertTrue(os.path.exists(told["kept"]))
        self.assertEqual(self.waiting(), waited)
        self.assertTrue(self.office.json("check")["sound"])
        self.expect_whole()
        self.assertTrue(set(ids) <= set(self.notes_of(self.head)))

    def test_beginning_overwritten(self):
        with harness.Partnership() as here:
            self.prepare(here)
            ids = self.write_offline()
            waited = self.waiting()
            self.overwrite(0)
            said = self.office.run("list", "pupil", expect=1)
            self.assertIn("`throughline rebuild`", said)
            self.assertIn("`throughline rebuild`",
                          self.office.run("sync", expect=1))
            self.expect_rebuilt(waited, ids)
            # Its numbers go on where nobody has been.
            self.office.put("pupil", self.known[2], surname="Lund")
            self.expect_whole()

    def test_table_of_what_waits_lost_its_root(self):
        with harness.Partnership() as here:
            self.prepare(here)
            ids = self.write_offline()
            waited = self.waiting()
            root = schools.query(self.office, "SELECT rootpage FROM"
                                 " sqlite_schema WHERE name = 'pending'")
            self.overwrite(root[0][0] - 1)
            self.expect_rebuilt(waited, ids)

    def test_work_in_a_file_that_was_passed_on_meanwhile(self):
        with harness.Partnership() as here:
            self.prepare(here)
            pupil = self.known[1]
            secondary = here.join(self.hub, schools.SECONDARY)
            secondary.sync()
            note = self.office.put("note", "--pupil", pupil, text="late",
                                   category="praise",
                                   happened_on="2026-05-05")
            self.head.run("transfer", "open", pupil, "--to",
                          schools.SECONDARY)
            self.head.sync()
            secondary.sync()
            envelope = secondary.list("envelope")[0]["id"]
            secondary.run("transfer", "answer", envelope, "--ours")
            secondary.sync()
            self.head.sync()
            secondary.sync()
            transfer = secondary.json("transfer", "list")[0]["id"]
            secondary.run("transfer", "accept", transfer)
            secondary.sync()
            self.overwrite(0)
            self.office.run("rebuild")
            self.assertTrue(self.office.json("sync")["synced"])
            self.assertTrue(self.office.json("check")["sound"])
            self.assertEqual([(one["id"], one["reason"])
                              for one in self.office.json("refused")],
                             [(note, "PASSED_ON")])
            secondary.sync()
            self.assertEqual([one["id"] for one in secondary.list("note")],
                             [note])

    def test_cut_to_half_lost_or_empty(self):
        with harness.Partnership() as here:
            self.prepare(here)
            size = self.database.stat().st_size
            os.truncate(self.database, size // 2)
            self.assertIn("rebuild", self.office.run("check", expect=1))
            self.expect_rebuilt([], [])
            os.truncate(self.database, 0)
            self.assertIn("rebuild", self.office.run("status", expect=1))
            self.expect_rebuilt([], [])
            self.database.unlink()
            self.assertIn("rebuild", self.office.run("status", expect=1))
            self.office.run("rebuild")
            self.expect_whole()

    def test_sound_one_stays(self):
        with harness.Partnership() as here:
            self.prepare(here)
            ids = self.write_offline()
            waited = self.waiting()
            self.assertIn("--force", self.office.run("rebuild", expect=1))
            self.assertEqual(self.waiting(), waited)
            self.office.run("rebuild", "--force")
            self.expect_whole()
            self.assertTrue(set(ids) <= set(self.notes_of(self.head)))
            self.office.start()
            self.assertIn("running",
                          self.office.run("rebuild", "--force", expect=1))

    def test_killed_at_any_moment(self):
        with harness.Partnership() as here:
            self.prepare(here)
            ids = self.write_offline()
            waited = self.waiting()
            self.overwrite(0)
            finished = False
            for _ in range(200):
                program = subprocess.Popen(
                    self.office.words("rebuild"), stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL)
                try:
                    program.wait(self.random.uniform(0, 0.12))
                    finished = True
                except subprocess.TimeoutExpired:
                    program.kill()
                    program.wait()
                if finished:
                    break
            if not finished:
                self.office.run("rebuild")
            self.assertEqual(self.waiting(), waited)
            self.expect_whole()
            self.assertTrue(set(ids) <= set(self.notes_of(self.head)))

    def test_who_leaves_keeps_no_damaged_copy(self):
        with harness.Partnership() as here:
            self.prepare(here)
            self.office.put("pupil", self.known[0], surname="Qunwonted")
            self.office.run("rebuild", "--force")
            self.assertTrue(schools.is_in_folder(self.office, "Qunwonted"))
            self.office.run("leave", "--yes")
            self.assertEqual(list(self.office.data.glob("replica*")), [])


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1].isdigit():
        seed = int(sys.argv.pop(1))
    print(f"seed {seed}", file=sys.stderr)
    unittest.main()
