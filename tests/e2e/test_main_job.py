#!/usr/bin/env python3
"""The main job: a primary school's Year 6 goes to the secondary.

210 pupils are imported with the line down.  Thirty of them move, with all
their records; nobody else gets a byte of anybody.
"""
import unittest

import ctf
import harness
import schools

MOVING = 30
ENVELOPE_SHOWS = {"id", "transfer", "dossier", "from_school", "surname",
                  "forename", "birth_date", "nc_year_actual", "state",
                  "reason"}


def ids(records):
    return sorted(record["id"] for record in records)


class MainJob(unittest.TestCase):
    def prepare(self, here):
        self.here = here
        self.hub = hub = here.add_hub()
        schools.add_schools(hub)
        self.line = here.add_line(hub.address)
        self.oak = here.join(hub, schools.OAK, self.line)
        self.ash = here.join(hub, schools.ASH)
        self.elm = here.join(hub, schools.ELM)
        self.secondary = here.join(hub, schools.SECONDARY)
        self.received = {self.ash: 0, self.elm: 0}
        for site in (self.oak, self.secondary):
            site.sync()
        self.others_sync()
        self.invented = ctf.invent(210, 1, schools.OAK)
        self.file = ctf.write(self.here.base / "9992001_CTF_9992001_001.xml",
                              self.invented, schools.OAK)

    def others_sync(self):
        for site in self.received:
            self.received[site] += site.json("sync")["received"]

    def everyone_syncs(self):
        for site in (self.oak, self.secondary, self.oak):
            site.sync()
        self.others_sync()

    # --- the story, in the order in which it happens

    def test_year_six_moves_and_nobody_else_hears_of_it(self):
        with harness.Partnership() as here:
            self.prepare(here)
            self.tell()

    def tell(self):
        self.import_with_the_line_down()
        self.import_again_changes_nothing()
        moving = self.choose()
        self.open_transfers(moving)
        self.secondary_sees_envelopes_alone(moving)
        self.secondary_answers(moving)
        self.cancelled_after_the_answer(moving.pop())
        self.secondary_accepts(moving)
        self.primary_writes_after_the_move(moving)
        self.others_got_nothing()
        for program in (self.hub, self.oak, self.secondary):
            self.assertTrue(program.json("check")["sound"], program.name)

    def import_with_the_line_down(self):
        self.line.tell("down")
        report = self.oak.json("import", "ctf", self.file)
        self.assertEqual((report["created"], report["person"],
                          report["refused"]), (210, 0, 0))
        self.assertEqual(len(self.oak.list("pupil")), 210)
        self.oak.run("sync", expect=1)
        self.assertGreaterEqual(self.oak.json("status")["waiting"], 210)
        self.line.tell("up")
        self.oak.sync()
        self.assertEqual(self.oak.json("status")["waiting"], 0)

    def import_again_changes_nothing(self):
        before = self.oak.json("check")
        report = self.oak.json("import", "ctf", self.file)
        self.assertEqual((report["unchanged"], report["created"],
                          report["updated"], report["person"]),
                         (210, 0, 0, 0))
        self.assertEqual(self.oak.json("status")["waiting"], 0)
        self.assertEqual(self.oak.json("check"), before)

    def choose(self):
        """Some of them have a transition record, put in by hand."""
        by_upn = {pupil["upn"]: pupil["id"]
                  for pupil in self.oak.list("pupil")}
        moving = [(by_upn[pupil.upn], pupil)
                  for pupil in self.invented[::7]]
        self.assertEqual(len(moving), MOVING)
        for pupil_id, pupil in moving[::5]:
            self.oak.put("transition_record", "--pupil", pupil_id,
                         move="y6_7", academic_year="2025/26",
                         tier="targeted",
                         what_helps=f"A job on arrival, {pupil.canary}")
        return moving

    def open_transfers(self, moving):
        opened = self.oak.json("transfer", "open",
                               *(pupil_id for pupil_id, _ in moving),
                               "--to", schools.SECONDARY)
        self.assertEqual(len(opened), MOVING)
        self.assertFalse([one for one in opened if "why_not" in one])
        self.oak.sync()

    def secondary_sees_envelopes_alone(self, moving):
        self.secondary.sync()
        envelopes = self.secondary.list("envelope")
        self.assertEqual(sorted(one["dossier"] for one in envelopes),
                         sorted(pupil_id for pupil_id, _ in moving))
        invented = {pupil_id: pupil for pupil_id, pupil in moving}
        for envelope in envelopes:
            pupil = invented[envelope["dossier"]]
            self.assertEqual(envelope["forename"], pupil.forename)
            self.assertEqual(envelope["birth_date"], pupil.birth_date)
            self.assertLessEqual(
                {name for name in envelope if not name.startswith("@")},
                ENVELOPE_SHOWS)
        self.assertEqual(self.secondary.list("pupil"), [])
        self.assert_no_canary(self.secondary, self.invented)

    def secondary_answers(self, moving):
        for envelope in self.secondary.list("envelope"):
            self.secondary.run("transfer", "answer", envelope["id"], "--ours")
        self.everyone_syncs()
        self.secondary.sync()
        self.assertEqual(ids(self.secondary.list("pupil")),
                         sorted(pupil_id for pupil_id, _ in moving))
        self.assert_same_files(moving)
        self.assertTrue(schools.is_in_folder(self.secondary,
                                             moving[0][1].canary))

    def cancelled_after_the_answer(self, cancelled):
        pupil_id, pupil = cancelled
        self.assertTrue(schools.is_in_folder(self.secondary, pupil.canary))
        transfer = self.oak.list("pupil", upn=pupil.upn)[0]["open_transfer"]
        self.oak.run("transfer", "cancel", transfer)
        self.everyone_syncs()
        self.assertNotIn(pupil_id, ids(self.secondary.list("pupil")))
        self.assert_no_canary(self.secondary, [pupil])
        # What a new computer of that school is told, the hub holds.
        second = self.here.join(self.hub, schools.SECONDARY)
        second.sync()
        receipts = second.list("purge_receipt")
        self.assertEqual([one["dossier"] for one in receipts], [pupil_id])
        self.assertGreater(int(receipts[0]["count"]), 0)
        self.assert_no_canary(second, [pupil])
        second.run("leave", "--yes")

    def secondary_accepts(self, moving):
        waiting = [one for one in self.secondary.list("envelope")
                   if one["state"] == "ours"]
        self.assertEqual(len(waiting), len(moving))
        for envelope in waiting:
            self.secondary.run("transfer", "accept", envelope["id"])
        self.secondary.sync()

    def primary_writes_after_the_move(self, moving):
        """In good faith: it arrives.  Knowing better: it does not."""
        holder = schools.school_id(self.oak, schools.SECONDARY)
        in_time, too_late = moving[0][0], moving[1][0]
        self.oak.put("pupil", in_time, preferred_forename="Nan")
        self.everyone_syncs()
        self.secondary.sync()
        seen = self.secondary.json("get", "pupil", in_time)
        self.assertEqual(seen["preferred_forename"], "Nan")
        for site in (self.oak, self.secondary):
            holders = {pupil["holder"] for pupil in site.list("pupil")
                       if pupil["id"] in dict(moving)}
            self.assertEqual(holders, {holder}, site.name)
        before = self.secondary.json("get", "pupil", too_late)
        self.write_what_may_not_be_written(too_late)
        self.everyone_syncs()
        self.assertEqual(self.secondary.json("get", "pupil", too_late),
                         before)

    def write_what_may_not_be_written(self, pupil_id):
        """Refused here at once, or by the hub, and then said so."""
        try:
            self.oak.put("pupil", pupil_id, preferred_forename="Late")
        except harness.Failure:
            return
        self.oak.sync()
        refused = self.oak.json("refused")
        self.assertEqual([one["@dossier"] for one in refused], [pupil_id])
        self.assertEqual(refused[0]["reason"], "RIGHTS")

    # --- what holds

    def others_got_nothing(self):
        for site, received in self.received.items():
            school = int(schools.school_id(site, site.laestab))
            self.assertEqual(site.list("pupil"), [])
            self.assertEqual(site.list("envelope"), [])
            self.assert_no_canary(site, self.invented)
            commits = schools.commits_of(site)
            self.assertLessEqual({dossier for _, dossier in commits},
                                 {0, school})
            self.assertLessEqual(received, len(commits), site.name)

    def assert_same_files(self, moving):
        ours = schools.files_of(self.oak)
        theirs = schools.files_of(self.secondary)
        self.assertEqual(len(theirs), len(moving))
        for pupil_id, pupil in moving:
            self.assertEqual(theirs[pupil_id], ours[pupil_id], pupil.upn)
            kinds = {kind for kind, _ in ours[pupil_id].values()}
            self.assertLessEqual({"contact", "attendance", "enrolment",
                                  "transfer", "package", "language"}, kinds)

    def assert_no_canary(self, site, pupils):
        self.assertEqual(schools.words_in_folder(
            site, [pupil.canary for pupil in pupils]), [], site.name)


if __name__ == "__main__":
    unittest.main()
