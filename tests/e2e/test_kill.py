#!/usr/bin/env python3
"""test_kill.py [SEED]: kill -9, two hundred times, at any moment.

A hub and the agents of two schools are killed while commands write, import
and transfer beside them; so are the commands.  What a command said it did is
then at the hub, once; what was cut off is there whole or not at all.
"""
import random
import subprocess
import sys
import unittest

import ctf
import harness
import schools

ROUNDS = 200
LONGEST_S = 0.25  # from the start of a command to the blow
SYNC_EVERY = 20
COLLECTIONS = schools.PUPIL_COLLECTIONS + ("setting", "envelope")
seed = random.randrange(1 << 32)


class Kill(unittest.TestCase):
    def prepare(self, here):
        self.here = here
        self.random = random.Random(seed)
        self.hub = here.add_hub()
        schools.add_schools(self.hub)
        self.oak = here.join(self.hub, schools.OAK)
        self.secondary = here.join(self.hub, schools.SECONDARY)
        self.sites = (self.oak, self.secondary)
        self.written = {site: set() for site in self.sites}
        self.imported = set()
        self.answered = set()
        self.serial = 0
        self.blows = {}
        for site in self.sites:
            site.sync()
            site.start()

    # --- what a round does

    def words_of_a_write(self, site):
        """A command, and what to do with what it says when it is done."""
        self.serial += 1
        choice = self.random.random()
        if choice < 0.4:
            return self.words_of_a_setting(site)
        if site is self.secondary:
            return self.words_of_an_answer()
        if choice < 0.6:
            return self.words_of_an_import()
        pupils = [one["id"] for one in site.list("pupil")]
        if not pupils:
            return self.words_of_a_setting(site)
        pupil = self.random.choice(pupils)
        if choice < 0.8:
            return ["put", "note", "--pupil", pupil, "category=praise",
                    "happened_on=2026-05-05",
                    f"text=number {self.serial}"], self.noting(site)
        return ["transfer", "open", pupil, "--to",
                schools.SECONDARY], self.note_transfers

    def noting(self, site):
        return lambda told: self.written[site].add(told["id"])

    def words_of_a_setting(self, site):
        return ["put", "setting", f"name=name {self.serial}",
                f"value={self.serial}"], self.noting(site)

    def words_of_an_answer(self):
        waiting = [one["id"] for one in
                   self.secondary.list("envelope", state="waiting")]
        if not waiting:
            return self.words_of_a_setting(self.secondary)

        def note(told):
            self.answered.add(told["id"])
        return ["transfer", "answer", self.random.choice(waiting),
                "--ours"], note

    def note_transfers(self, told):
        for one in told:
            if "why_not" not in one:
                self.written[self.oak].add(one["transfer"])

    def words_of_an_import(self):
        pupils = ctf.invent(900, seed, schools.OAK)
        first = self.serial * 4 % 900
        some = pupils[first:first + 4]
        path = ctf.write(self.here.base / f"import-{self.serial}.xml", some,
                         schools.OAK)

        def note(told):
            self.assertEqual(told["refused"] + told["person"], 0)
            self.imported.update(pupil.upn for pupil in some)
        return ["import", "ctf", path], note

    def strike(self, victim):
        self.blows[victim.name] = self.blows.get(victim.name, 0) + 1
        victim.kill()
        victim.start()

    def round(self):
        site = self.random.choice(self.sites)
        words, note = self.words_of_a_write(site)
        command = subprocess.Popen(
            site.words(*words, "--json"), stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)
        victim = self.random.choice([self.hub, *self.sites, None])
        try:
            command.wait(self.random.random() ** 3 * LONGEST_S)
        except subprocess.TimeoutExpired:
            pass
        if victim is None:
            self.blows["command"] = self.blows.get("command", 0) + 1
            command.kill()
        else:
            self.strike(victim)
        said, complaint = command.communicate(timeout=harness.PATIENCE)
        if command.returncode == 0:
            note(harness.json.loads(said))
        else:
            self.assertIn(command.returncode, (-9,), complaint)

    # --- what holds afterwards

    def settle(self):
        for site in self.sites * 2:
            site.run("sync")
            self.assertEqual(site.json("status")["waiting"], 0)

    def ids(self, site):
        found = [record["id"] for collection in COLLECTIONS
                 for record in site.list(collection)]
        self.assertEqual(len(found), len(set(found)), site.name)
        return set(found)

    def check_school(self, site):
        fresh = self.here.join(self.hub, site.laestab)
        fresh.sync()
        site.sync()
        at_hub = self.ids(fresh)
        self.assertEqual(at_hub, self.ids(site))
        self.assertLessEqual(self.written[site], at_hub)
        ledger = [id_ for id_, _ in schools.commits_of(fresh)]
        self.assertEqual(len(ledger), len(set(ledger)))
        self.assertEqual(fresh.json("check")["tables"],
                         site.json("check")["tables"])
        self.assertEqual(site.json("refused"), [])
        self.assertEqual(site.json("status")["alarms"], 0)
        return fresh

    def check_imports(self, fresh):
        """Every file that was imported is there, and no pupil twice."""
        upns = [one["upn"] for one in fresh.list("pupil")]
        self.assertEqual(len(upns), len(set(upns)))
        self.assertLessEqual(self.imported, set(upns))

    def check_answers(self, fresh):
        """Whoever is ours has come, whole."""
        ours = {one["id"]: one["dossier"]
                for one in fresh.list("envelope", state="ours")}
        self.assertLessEqual(self.answered, set(ours))
        theirs = schools.files_of(fresh)
        self.assertEqual(set(theirs), set(ours.values()))
        files = schools.files_of(self.oak)
        for pupil in theirs:
            self.assertEqual(theirs[pupil], files[pupil])

    def test_what_was_acknowledged_is_there_once(self):
        print(f"test_kill.py {seed}", flush=True)
        with harness.Partnership() as here:
            self.prepare(here)
            for number in range(ROUNDS):
                self.round()
                if number % SYNC_EVERY == SYNC_EVERY - 1:
                    self.random.choice(self.sites).run("sync")
            print("killed:", self.blows)
            self.settle()
            fresh = self.check_school(self.oak)
            self.check_imports(fresh)
            self.check_answers(self.check_school(self.secondary))
            for program in (self.hub, fresh, *self.sites):
                self.assertTrue(program.json("check")["sound"], program.name)
            self.assertTrue(self.imported and self.written[self.oak])


if __name__ == "__main__":
    if len(sys.argv) > 1:
        seed = int(sys.argv.pop(1))
    unittest.main()
