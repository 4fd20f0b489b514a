#!/usr/bin/env python3
"""Two write the same field without knowing of each other: both values are
kept, shown, and settled by a person, everywhere alike."""
import unittest

import harness
import schools


def values(conflict, column):
    return sorted(one["values"][column] for one in conflict["values"])


class Conflicts(unittest.TestCase):
    def prepare(self, here):
        self.hub = here.add_hub()
        schools.add_schools(self.hub)
        self.office, self.head, self.secondary = (
            here.join(self.hub, laestab) for laestab in
            (schools.OAK, schools.OAK, schools.SECONDARY))
        self.all = (self.office, self.head, self.secondary)
        self.everyone_syncs()

    def everyone_syncs(self):
        """Twice, so that each has what the last one sent."""
        for site in self.all * 2:
            site.sync()

    def assert_alike(self, *sites):
        checks = [site.json("check") for site in sites]
        self.assertTrue(all(check["sound"] for check in checks))
        self.assertEqual(len({check["tables"] for check in checks}), 1)

    def keep(self, site, conflict, column, wanted):
        number = next(one["keep"] for one in conflict["values"]
                      if one["values"][column] == wanted)
        site.run("resolve", conflict["collection"], conflict["id"], column,
                 "--keep", number)

    def assert_decided(self, site, collection, record, column, written):
        """All that was written is in the history; the last one counts."""
        self.assertEqual(site.json("conflicts"), [], site.name)
        history = [one for one in site.json("history", collection, record)
                   if column in one["values"]]
        self.assertEqual(sorted(one["values"][column] for one in history),
                         sorted(written), site.name)
        self.assertEqual([one["values"][column] for one in history
                          if one["head"]], [written[-1]], site.name)
        self.assertEqual(
            site.json("get", collection, record)[column], written[-1])

    def test_two_computers_of_one_school(self):
        with harness.Partnership() as here:
            self.prepare(here)
            pupil = schools.make_pupil(self.office)
            self.everyone_syncs()
            self.office.put("pupil", pupil, preferred_forename="Annie")
            self.head.put("pupil", pupil, preferred_forename="Anya")
            # Another field is no conflict.
            self.head.put("pupil", pupil, sex="F")
            self.everyone_syncs()
            for site in (self.office, self.head):
                found = site.json("conflicts")
                self.assertEqual([one["id"] for one in found], [pupil])
                self.assertEqual(values(found[0], "preferred_forename"),
                                 ["Annie", "Anya"])
                self.assertEqual(site.json("get", "pupil", pupil)["sex"], "F")
            self.assert_alike(self.office, self.head)
            self.keep(self.office, found[0], "preferred_forename", "Annie")
            self.everyone_syncs()
            for site in (self.office, self.head):
                self.assert_decided(site, "pupil", pupil,
                                    "preferred_forename",
                                    ["Annie", "Anya", "Annie"])
            self.assert_alike(self.office, self.head)
            self.assertEqual(self.hub.json("status")["conflicts"], 0)

    def nominate(self, pupil):
        event = self.secondary.put(
            "transition_event", kind="music_workshop", name="Drums",
            move="y6_7",
            host_school=schools.school_id(self.secondary, schools.SECONDARY),
            starts="2026-06-20T09:30:00Z")
        self.everyone_syncs()
        return self.office.put("nomination", "--pupil", pupil, event=event,
                               reason="confidence", state="nominated")

    def answer_ours(self, pupil):
        self.office.run("transfer", "open", pupil, "--to", schools.SECONDARY)
        self.everyone_syncs()
        envelope = self.secondary.list("envelope")[0]["id"]
        self.secondary.run("transfer", "answer", envelope, "--ours")
        self.everyone_syncs()

    def test_primary_and_secondary_about_one_nomination(self):
        with harness.Partnership() as here:
            self.prepare(here)
            pupil = schools.make_pupil(self.office)
            nomination = self.nominate(pupil)
            self.answer_ours(pupil)
            self.office.put("nomination", nomination, state="withdrawn")
            self.secondary.put("nomination", nomination, state="invited")
            self.everyone_syncs()
            for site in self.all:
                found = site.json("conflicts")
                self.assertEqual([one["id"] for one in found], [nomination],
                                 site.name)
                self.assertEqual(values(found[0], "state"),
                                 ["invited", "withdrawn"])
            self.keep(self.secondary, found[0], "state", "withdrawn")
            self.everyone_syncs()
            for site in self.all:
                self.assert_decided(
                    site, "nomination", nomination, "state",
                    ["nominated", "invited", "withdrawn", "withdrawn"])
            self.assert_alike(self.office, self.head)
            self.assertEqual(schools.files_of(self.office)[pupil],
                             schools.files_of(self.secondary)[pupil])


if __name__ == "__main__":
    unittest.main()
