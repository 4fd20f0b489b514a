#!/usr/bin/env python3
"""test_repair.py [SEED]: whatever is damaged behind the programs' backs.

The next night finds it and mends it, while people write at other computers,
and whoever is killed in the middle of it.  A hub that comes back from an old
backup, or from nothing but its keys, and a computer that there is twice, are
made whole as well.  Afterwards both ends hold the same bytes.  Some of the
files were passed on before: their former holder keeps them as they were then.
"""
import contextlib
import random
import shutil
import sys
import unittest

import ctf
import faults
import harness
import schools

PUPILS = 400  # whose commits are damaged all at once
TWICE = 200  # others, whom each of two copies of a computer imports
PASSED_ON = 3  # of the first, to another school
SLOW = ("--rate", "1mbit", "--delay", "5ms")  # so that a repair has a middle
COUNTS = ("missing_there", "missing_at_hub", "damaged", "faults")
seed = random.randrange(1 << 32)


class Repair(unittest.TestCase):
    def prepare(self, here):
        self.here = here
        self.random = random.Random(seed)
        self.hub = here.add_hub()
        schools.add_schools(self.hub)
        self.line = here.add_line(self.hub.address, *SLOW)
        self.oak = here.join(self.hub, schools.OAK)
        self.other = here.join(self.hub, schools.OAK)
        self.ash = here.join(self.hub, schools.ASH)
        self.secondary = here.join(self.hub, schools.SECONDARY)
        self.sites = [self.oak, self.other, self.ash, self.secondary]
        self.far = [self.oak]  # behind the line
        self.everyone_syncs()
        self.passed_on, self.late = [], []
        self.pass_on([schools.make_pupil(self.oak, surname="Earlier")])
        self.keys = here.base / "keys"
        self.yesterday = here.base / "yesterday.db"
        self.hub.run("keys", "export", self.keys)
        self.hub.run("backup", self.yesterday)
        before = faults.last_place(self.oak)
        self.invented = ctf.invent(PUPILS + 2 * TWICE, seed, schools.OAK)
        self.import_some(self.oak, 0, PUPILS)
        self.oak.sync()
        self.stretch = faults.stretch(self.oak, before)
        self.pass_on([one["id"] for one in self.oak.list(
            "pupil", holder=schools.school_id(self.oak, schools.OAK))]
            [:PASSED_ON])
        self.files = faults.files(self.passed_on)
        # As if the line had been slow before: a frame holds less.
        faults.edit(self.oak, "UPDATE meta SET value = 65536"
                    " WHERE name = 'batch_bytes'")
        for site in self.sites:
            self.start(site)
        self.numbers = {site: site.json("status")["site"]
                        for site in self.sites}

    def everyone_syncs(self):
        for site in self.sites:
            site.sync()

    def import_some(self, site, begin, count):
        site.run("import", "ctf", ctf.write(
            self.here.base / f"{begin}.xml",
            self.invented[begin:begin + count], schools.OAK))

    def pass_on(self, pupils):
        """To the secondary school, which goes on writing in their files."""
        self.oak.run("transfer", "open", *pupils, "--to", schools.SECONDARY)
        self.everyone_syncs()
        for envelope in self.secondary.list("envelope", state="waiting"):
            self.secondary.run("transfer", "answer", envelope["id"], "--ours")
        self.secondary.sync()
        for envelope in self.secondary.list("envelope", state="ours"):
            if envelope["dossier"] in pupils:
                self.secondary.run("transfer", "accept", envelope["id"])
        self.secondary.sync()
        self.passed_on += pupils
        self.late += [self.secondary.put(
            "note", "--pupil", pupil, category="praise", text="is here",
            happened_on="2026-05-05") for pupil in pupils]
        self.secondary.sync()
        self.everyone_syncs()

    def start(self, folder):
        if folder in self.far:
            folder.start("--hub", self.line.address)
        else:
            folder.start()

    # --- nights

    def nights(self):
        """What all computers find tonight, which is now: by site."""
        told = self.hub.json("reconcile", "--wait")
        found = {one["number"]: one["found"] for one in told["sites"]}
        return {site: found[number] for site, number in self.numbers.items()}

    def is_night_over(self):
        """The one that was asked for."""
        return faults.query(
            self.hub, "SELECT wanted FROM night_site WHERE number = ?",
            self.numbers[self.oak]) == [(0,)]

    def strike(self, victim, commits, holder, upto, whole):
        """Kill it when so many of them are sound at their holder."""
        harness.until(lambda: commits.sound(holder) >= upto,
                      f"{upto} are mended")
        victim.kill()
        sound = commits.sound(holder)
        print(f"  {victim.name} killed when {sound} of {whole} were sound at "
              f"{holder.name}", flush=True)
        self.in_the_middle += sound < whole
        self.start(victim)
        return sound

    def interrupted_night(self, holder, asked=False):
        """Three are killed in the middle of it, one after the other; it is
        finished all the same, and nobody has to ask again."""
        if not asked:
            self.hub.run("reconcile", self.numbers[self.oak])
        sound, self.in_the_middle = 0, 0
        for victim in (self.oak, self.hub, self.oak):
            if sound < self.whole:
                sound = self.strike(
                    victim, self.stretch, holder, self.random.randint(
                        sound + 1, (sound + self.whole + 1) // 2), self.whole)
        self.assertGreater(self.in_the_middle, 0)
        harness.until(self.is_night_over, "the night is over")
        self.assertEqual(self.stretch.sound(holder), self.whole)
        self.nights()
        self.assertGreater(faults.query(
            self.hub, "SELECT count(*) FROM defect")[0][0], 0)

    # --- afterwards

    def settle(self):
        def is_synced(site):
            with contextlib.suppress(harness.Failure):
                return site.json("sync")["synced"]
            return False
        for site in self.sites * 2:
            harness.until(lambda site=site: is_synced(site),
                          f"{site.name} is synced")

    def check(self):
        """Nobody finds anything any more, and both ends are the same."""
        self.settle()
        for site, found in self.nights().items():
            self.assertEqual([found[key] for key in COUNTS], [0, 0, 0, 0],
                             (site.name, found))
        for folder in (self.hub, *self.sites):
            told = folder.json("check")
            self.assertTrue(told["sound"], (folder.name, told))
        for site in self.sites:
            self.assertEqual(faults.differences(site, self.hub), ([], []),
                             site.name)
        self.check_passed_on()

    def check_passed_on(self):
        """Each holder has of them what it had, and no more."""
        self.assertEqual(self.count_passed_on(), self.held)
        for site, late in ((self.oak, []), (self.secondary, self.late)):
            notes = [one["id"] for one in site.list("note")
                     if one["@dossier"] in self.passed_on]
            self.assertEqual(sorted(notes), sorted(late), site.name)
            self.assertLessEqual(set(self.passed_on), {
                one["id"] for one in site.list("pupil")})

    def count_passed_on(self):
        return {folder.name: self.files.sound(folder)
                for folder in (self.hub, self.oak, self.secondary)}

    @contextlib.contextmanager
    def fault(self, what):
        print(what, flush=True)
        self.whole = self.stretch.sound(self.oak)
        self.held = self.count_passed_on()
        with faults.Writers(self.other, self.ash):
            yield
        self.check()

    # --- faults

    def lose_commits(self):
        with self.fault("commits deleted at a client"):
            deleted = (self.stretch.delete(self.oak) +
                       self.files.delete(self.oak))
            found = self.oak.json("reconcile")
            self.assertEqual((found["found"], found["missing_here"]),
                             ("mended", deleted))
        with self.fault("the same, and killed"):
            self.stretch.delete(self.oak)
            self.files.delete(self.oak)
            self.files.delete(self.secondary)
            self.interrupted_night(self.oak)
        with self.fault("commits deleted at the hub, and killed"):
            self.stretch.delete(self.hub)
            self.files.delete(self.hub)
            self.interrupted_night(self.hub)

    def flip_bytes(self):
        with self.fault("bytes flipped at a client, and killed"):
            self.stretch.flip(self.oak)
            self.files.flip(self.secondary)
            self.interrupted_night(self.oak)
        with self.fault("bytes flipped at the hub, and killed"):
            self.stretch.flip(self.hub)
            self.late_flipped()
            night = harness.Program(self.hub.words("night"),
                                    self.here.base / "night.log")
            self.interrupted_night(self.hub, asked=True)
            self.assertEqual(night.process.wait(harness.PATIENCE), 1)

    def late_flipped(self):
        """What only the new holder has sound."""
        faults.edit(self.hub, "UPDATE ledger SET bytes = flip(bytes) WHERE id"
                    " IN (SELECT value FROM json_each(?))",
                    f"[{','.join(self.late)}]")

    def altered(self, site):
        return faults.query(
            site, "SELECT (SELECT count(*) FROM pupil WHERE surname ="
            " 'Other') + (SELECT count(*) = 0 FROM contact)")[0][0]

    def alter_rows(self):
        """Killed when it has begun, and when the tables are made anew and it
        has not been said; it ends without anybody's asking."""
        with self.fault("rows altered, and killed"):
            for site in (self.oak, self.secondary):
                faults.edit(site, "UPDATE pupil SET surname = 'Other'")
                faults.edit(site, "DELETE FROM contact")
            for victim in (self.oak, self.hub, self.oak):
                self.hub.run("reconcile", self.numbers[self.oak])
                harness.until(self.is_reconciling, "a night has begun")
                victim.kill()
                print(f"  {victim.name} killed with "
                      f"{self.altered(self.oak)} altered")
                self.start(victim)
            harness.until(lambda: self.altered(self.oak) == 0, "as they were")
            self.oak.kill()
            self.start(self.oak)
            harness.until(self.is_night_over, "the night is over")
            self.nights()
            for site in (self.oak, self.secondary):
                self.assertEqual(self.altered(site), 0)

    def repair_hub(self):
        """Killed, if it can be, in the middle of its transaction."""
        faults.edit(self.hub, "UPDATE pupil SET surname = 'Other'")
        repair = harness.Program(self.hub.words("check", "--repair"),
                                 self.here.base / "repair.log")
        harness.until(lambda: repair.process.poll() is not None or
                      faults.is_written(self.hub), "the repair has begun")
        killed = repair.end(harness.signal.SIGKILL) != 0
        print(f"  repair of the hub {'killed' if killed else 'done'} with "
              f"{self.altered(self.hub)} altered")
        return killed and self.altered(self.hub) > 0

    def alter_rows_of_hub(self):
        """Its night finds it; a person repairs it, while it rests."""
        with self.fault("rows altered at the hub, and killed"):
            faults.edit(self.hub, "UPDATE pupil SET surname = 'Other'")
            self.hub.run("night", expect=1)
            self.assertIn("check --repair", self.hub.status())
            self.hub.stop()
            harness.until(self.repair_hub, "the repair was killed")
            self.hub.run("check", "--repair")
            self.assertEqual(self.altered(self.hub), 0)
            self.hub.start()

    def is_reconciling(self):
        return faults.query(self.oak, "SELECT value FROM meta"
                            " WHERE name = 'reconcile_wanted'") == [(1,)]

    def test_what_is_damaged_is_mended(self):
        print(f"test_repair.py {seed}", flush=True)
        with harness.Partnership() as here:
            self.prepare(here)
            self.lose_commits()
            self.alter_rows()
            self.alter_rows_of_hub()
            self.flip_bytes()

    # --- a hub that is another

    def restore(self, *words):
        """The hub's folder is gone, and another comes in its place."""
        self.hub.kill()
        self.hub.data = self.here.base / self.here.unique("hub-again")
        self.hub.run("keys", "import", self.keys)
        self.hub.run("restore", *words)
        self.hub.start()

    def offered(self):
        return faults.query(self.hub, "SELECT count(*) FROM offer")[0][0]

    def interrupt_recovery(self):
        """While a computer offers; while the hub collects; and when it has
        taken what was offered, and the others come to know."""
        for victim in (self.oak, self.hub, self.secondary, self.hub):
            before = self.offered()
            harness.until(lambda before=before: self.offered() > before or
                          self.stretch.sound(self.hub) > 0,
                          "somebody has offered something")
            victim.kill()
            print(f"  {victim.name} killed when {self.offered()} were "
                  f"offered, {self.stretch.sound(self.hub)} taken",
                  flush=True)
            self.start(victim)
        harness.until(lambda: self.stretch.sound(self.hub) > 0, "it is taken")
        self.hub.kill()
        self.start(self.hub)

    def test_hub_of_yesterday_and_hub_of_nothing(self):
        print(f"test_repair.py {seed}", flush=True)
        with harness.Partnership() as here:
            self.prepare(here)
            with self.fault("a hub restored from yesterday"):
                self.restore(self.yesterday)
                self.interrupt_recovery()
            with self.fault("a hub of which only the keys are left"):
                self.restore("--without-backup")
                self.interrupt_recovery()

    # --- a computer that there is twice

    def copy_oak(self):
        copy = harness.Site(self.here.base, "copy")
        copy.laestab = schools.OAK
        shutil.copytree(self.oak.data, copy.data)
        self.sites.append(copy)
        self.far.append(copy)
        return copy

    def interrupt_both(self, copy, here, there):
        """Each is killed while the hub takes what it wrote, and while it
        fetches what the other one wrote under its own name; and the hub."""
        self.in_the_middle = 0
        for victim, commits, holder in (
                (copy, there, self.hub), (self.oak, here, self.hub),
                (self.hub, there, self.oak), (self.oak, there, self.oak),
                (copy, here, copy)):
            whole, sound = len(commits), commits.sound(holder)
            self.strike(victim, commits, holder,
                        min(sound + self.random.randint(1, whole // 4),
                            whole), whole)
        self.assertGreater(self.in_the_middle, 1)
        for commits in (here, there):
            for holder in (self.hub, self.oak, copy):
                harness.until(lambda c=commits, h=holder: c.sound(h) == len(c),
                              f"{holder.name} has what both wrote")

    def test_computer_that_there_is_twice(self):
        """Both worked offline, and then both are there."""
        print(f"test_repair.py {seed}", flush=True)
        with harness.Partnership() as here:
            self.prepare(here)
            self.oak.kill()
            faults.edit(self.oak, "UPDATE meta SET value = 16384"
                        " WHERE name = 'batch_bytes'")
            copy = self.copy_oak()
            self.held = self.count_passed_on()
            self.import_some(self.oak, PUPILS, TWICE)
            self.import_some(copy, PUPILS + TWICE, TWICE)
            written = [faults.waiting(site) for site in (self.oak, copy)]
            with faults.Writers(self.oak, copy, self.ash):
                self.start(self.oak)
                self.start(copy)
                self.interrupt_both(copy, *written)
            self.check()
            for site in (self.oak, copy):
                self.assertEqual(site.json("reconcile")["found"], "equal")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        seed = int(sys.argv.pop(1))
    unittest.main()
