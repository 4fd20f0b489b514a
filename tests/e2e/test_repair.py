#!/usr/bin/env python3
"""test_repair.py [SEED]: whatever is damaged behind the programs' backs.

The next night finds it and mends it, while people write at other computers,
and whoever is killed in the middle of it.  A hub that comes back from an old
backup, or from nothing but its keys, and a computer that there is twice, are
made whole as well.  Afterwards both ends hold the same bytes.
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
        self.sites = [self.oak, self.other, self.ash]
        for site in self.sites:
            site.sync()
        self.keys = here.base / "keys"
        self.yesterday = here.base / "yesterday.db"
        self.hub.run("keys", "export", self.keys)
        self.hub.run("backup", self.yesterday)
        pupils = ctf.invent(PUPILS, seed, schools.OAK)
        self.oak.run("import", "ctf", ctf.write(
            here.base / "oak.xml", pupils, schools.OAK))
        for site in self.sites:
            site.sync()
        # As if the line had been slow before: a frame holds less.
        faults.edit(self.oak, "UPDATE meta SET value = 65536"
                    " WHERE name = 'batch_bytes'")
        for site in self.sites:
            self.start(site)
        self.numbers = {site: site.json("status")["site"]
                        for site in self.sites}
        self.stretch = faults.Stretch(self.oak)

    def start(self, folder):
        if folder is self.oak:
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

    def strike(self, victim, holder, upto):
        """Kill it when so many of the stretch are sound at their holder."""
        harness.until(lambda: self.stretch.sound(holder) >= upto,
                      f"{upto} are mended")
        victim.kill()
        sound = self.stretch.sound(holder)
        print(f"  {victim.name} killed when {sound} of {self.whole} were "
              "sound", flush=True)
        self.start(victim)
        return sound

    def interrupted_night(self, holder, asked=False):
        """Three are killed in the middle of it, one after the other; it is
        finished all the same, and nobody has to ask again."""
        if not asked:
            self.hub.run("reconcile", self.numbers[self.oak])
        sound = 0
        for victim in (self.oak, self.hub, self.oak):
            if sound < self.whole:
                sound = self.strike(victim, holder, self.random.randint(
                    sound + 1, (sound + self.whole + 1) // 2))
        harness.until(self.is_night_over, "the night is over")
        self.assertEqual(self.stretch.sound(holder), self.whole)
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

    @contextlib.contextmanager
    def fault(self, what):
        print(what, flush=True)
        self.whole = self.stretch.sound(self.oak)
        with faults.Writers(self.other, self.ash):
            yield
        self.check()

    # --- faults

    def lose_commits(self):
        with self.fault("commits deleted at a client"):
            deleted = self.stretch.delete(self.oak)
            found = self.oak.json("reconcile")
            self.assertEqual((found["found"], found["missing_here"]),
                             ("mended", deleted))
        with self.fault("the same, and killed"):
            self.stretch.delete(self.oak)
            self.interrupted_night(self.oak)
        with self.fault("commits deleted at the hub, and killed"):
            self.stretch.delete(self.hub)
            self.interrupted_night(self.hub)

    def flip_bytes(self):
        with self.fault("bytes flipped at a client, and killed"):
            self.stretch.flip(self.oak)
            self.interrupted_night(self.oak)
        with self.fault("bytes flipped at the hub, and killed"):
            self.stretch.flip(self.hub)
            night = harness.Program(self.hub.words("night"),
                                    self.here.base / "night.log")
            self.interrupted_night(self.hub, asked=True)
            self.assertEqual(night.process.wait(harness.PATIENCE), 1)

    def altered(self):
        return faults.query(
            self.oak, "SELECT (SELECT count(*) FROM pupil WHERE surname ="
            " 'Other') + (SELECT count(*) = 0 FROM contact)")[0][0]

    def alter_rows(self):
        """Killed when it has begun; it ends without anybody's asking."""
        with self.fault("rows altered, and killed"):
            faults.edit(self.oak, "UPDATE pupil SET surname = 'Other'")
            faults.edit(self.oak, "DELETE FROM contact")
            for victim in (self.oak, self.hub, self.oak):
                self.hub.run("reconcile", self.numbers[self.oak])
                harness.until(self.is_reconciling, "a night has begun")
                victim.kill()
                print(f"  {victim.name} killed with {self.altered()} altered")
                self.start(victim)
            harness.until(self.is_night_over, "the night is over")
            self.assertEqual(self.altered(), 0)

    def is_reconciling(self):
        return faults.query(self.oak, "SELECT value FROM meta"
                            " WHERE name = 'reconcile_wanted'") == [(1,)]

    def test_what_is_damaged_is_mended(self):
        print(f"test_repair.py {seed}", flush=True)
        with harness.Partnership() as here:
            self.prepare(here)
            self.lose_commits()
            self.alter_rows()
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
        """While a computer offers; while the hub collects; and later."""
        for victim in (self.oak, self.hub, self.oak, self.hub):
            before = self.offered()
            harness.until(lambda before=before: self.offered() > before or
                          self.stretch.sound(self.hub) > 0,
                          "somebody has offered something")
            victim.kill()
            print(f"  {victim.name} killed when {self.offered()} were "
                  f"offered, {self.stretch.sound(self.hub)} taken",
                  flush=True)
            self.start(victim)

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

    def test_computer_that_there_is_twice(self):
        print(f"test_repair.py {seed}", flush=True)
        with harness.Partnership() as here:
            self.prepare(here)
            self.oak.kill()
            copy = harness.Site(here.base, "copy")
            copy.laestab = schools.OAK
            shutil.copytree(self.oak.data, copy.data)
            self.sites.append(copy)
            self.whole = self.stretch.sound(self.oak)
            self.start(self.oak)
            with faults.Writers(self.oak, copy, self.ash) as writers:
                copy.start()
                for victim in (self.oak, copy, self.hub, copy, self.oak):
                    before = len(writers.written[copy])
                    harness.until(lambda before=before: len(
                        writers.written[copy]) > before + 5, "more")
                    victim.kill()
                    self.start(victim)
            self.check()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        seed = int(sys.argv.pop(1))
    unittest.main()
