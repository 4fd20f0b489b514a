#!/usr/bin/env python3
"""demo.py [--once] [--data DIR] [--scale X]: a partnership on this computer.

Eleven invented schools and their hub are set up by the same commands that a
real partnership uses.  Their rolls are imported, leavers are passed on, one
school loses its line, two people write the same field, and the conflict that
comes of it is kept, shown and decided.  Then all is left running to be looked
at; with --once it ends by itself, with status 0 only if everything was so.

DIR (./build/demo) is emptied first.  THROUGHLINE_BIN says where the programs
are (build/bin).
"""

import argparse
import concurrent.futures
import csv
import fcntl
import os
import pathlib
import shutil
import signal
import sys

from programs import Hub, Programs, School
from story import Failure, Refusal, Story, expect

ROOT = pathlib.Path(__file__).resolve().parents[2]
MARK = ".throughline-demo"

# In this order, so that what is referred to comes first.
SHARED = ("organisation", "staff", "transition_event", "training_session",
          "curriculum_term", "expected_pupil")
OF_PUPILS = ("circumstance", "note", "transition_record", "friendship",
             "family_meeting")


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class Demo:
    def __init__(self, options):
        self.options = options
        self.story = Story()
        self.programs = Programs(
            os.environ.get("THROUGHLINE_BIN", ROOT / "build" / "bin"),
            options.data)
        self.files = self.programs.base / "files"

    def run(self):
        self.programs.check_built()
        self.invent()
        self.found()
        self.fill()
        self.nominate()
        self.pass_on()
        self.answer()
        self.follow_one_child()
        self.cut_and_write()
        self.heal_and_decide()
        self.accept()
        self.prove()

    def say(self, text=""):
        self.story.say(text)

    def wait_for_sync(self, schools, seconds=600):
        waiting = {}

        def all_synced():
            waiting.clear()
            for school in schools:
                status = school.status()
                if status["synced"] is not True:
                    waiting[school.name] = status.get("waiting", 0)
            return not waiting

        self.story.wait("in step with the hub", all_synced, seconds,
                        lambda: ", ".join(
                            f"{name} ({count} waiting)"
                            for name, count in list(waiting.items())[:3]))

    # --- the partnership comes to be ---------------------------------------

    def invent(self):
        self.story.step("Eleven schools are invented")
        told = self.programs.call("throughline-generate", "--out", self.files,
                                  "--scale", self.options.scale)
        self.say(told.split(":")[0] + ".")
        self.say("Nobody among them is real. The files are those that real "
                 "schools have:\nCommon Transfer Files and spreadsheets, in "
                 f"{self.files}")

    def found(self):
        self.story.step("The hub opens, and the schools join")
        self.hub = Hub(self.programs, "Hollinford Partnership")
        self.say(f"The hub listens at {self.hub.address}.")
        listed = rows(self.files / "schools.csv")
        for row in listed:
            self.hub.add_school(row)
        self.schools = [School(self.programs, self.hub, row)
                        for row in listed]
        for school in self.schools:
            school.connect()
            self.say(f"{school.name:<30} has joined by a one-time code")
        self.secondary = self.schools[0]
        self.primary = next(school for school in self.schools
                            if school.phase == "primary")
        self.wait_for_sync(self.schools)
        for school in self.schools:
            known = school.list("school", member="Y")
            expect(len(known) == len(self.schools),
                   f"{school.name} knows of {len(known)} schools")
        self.say("Each of them knows the others.")

    def fill(self):
        self.story.step("Every school imports its roll and its notes")
        done = 0
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            work = {pool.submit(self.import_school, school): school
                    for school in self.schools}
            for future in concurrent.futures.as_completed(work):
                done += 1
                pupils = future.result()
                self.say(f"{work[future].name:<30} {pupils:>5} pupils   "
                         f"({done} of {len(self.schools)})")
        self.wait_for_sync(self.schools)
        self.say("All of it is at the hub, and proved equal there.")

    def import_school(self, school):
        """In a thread of its own: only the caller tells the story."""
        for name in SHARED:
            self.import_csv(school, name)
        files = sorted(school.files.glob("*.xml"))
        school.json("import", "ctf", *files)
        for name in OF_PUPILS:
            self.import_csv(school, name)
        pupils = school.list("pupil")
        expected = sum(path.read_text(encoding="utf-8").count("<Pupil>")
                       for path in files)
        expect(len(pupils) == expected, f"{school.name}: {len(pupils)} of "
               f"{expected} pupils were imported")
        return len(pupils)

    def import_csv(self, school, name, path=None):
        path = path or school.files / f"{name}.csv"
        if path.exists():
            school.json("import", "csv", name, path)

    def nominate(self):
        self.story.step("Feeders nominate for music and the summer school")
        events = {event["name"]: event["id"]
                  for event in self.secondary.list("transition_event")}
        expect(len(events) >= 4, f"only {len(events)} events are known")
        total = 0
        for school in self.schools:
            path = school.files / "nomination.csv"
            if not path.exists():
                continue
            nominations = rows(path)
            for row in nominations:
                row["event"] = events[row["event"]]
            ready = self.programs.base / f"nomination-{school.laestab}.csv"
            with open(ready, "w", encoding="utf-8", newline="") as out:
                writer = csv.DictWriter(out, nominations[0].keys())
                writer.writeheader()
                writer.writerows(nominations)
            self.import_csv(school, "nomination", ready)
            total += len(nominations)
        found = sum(len(school.list("nomination")) for school in self.schools)
        expect(found == total, f"{found} of {total} nominations are there")
        self.say(f"{total} children are nominated, each by the school that "
                 "knows it.")

    # --- children move on ----------------------------------------------------

    def pass_on(self):
        self.story.step(f"{self.primary.name} opens its transfers")
        self.primary.json("transfer", "open", "--year", "6", "--to",
                          self.secondary.laestab)
        self.leavers = self.primary.list("pupil", nc_year_actual="6")
        opened = self.primary.list("transfer")
        expect(len(opened) == len(self.leavers),
               f"{len(opened)} transfers for {len(self.leavers)} leavers")
        self.wait_for_sync([self.primary])
        self.say(f"{len(opened)} leavers of Year 6, each with a file that "
                 "stays where it is until\nthe next school says that the "
                 "child is theirs.")

    def answer(self):
        self.story.step(f"{self.secondary.name} looks at the envelopes")
        envelopes = self.story.wait(
            "all envelopes are here",
            self.all_envelopes, show=lambda: "on their way")
        waiting = [envelope for envelope in envelopes
                   if envelope["state"] == "waiting"]
        self.say(f"{len(envelopes) - len(waiting)} were expected, with the "
                 "same number and birth date: their files\ncame by "
                 f"themselves. {len(waiting)} wait for an answer:")
        offers = {(row["forename"], row["surname"], row["birth_date"])
                  for row in rows(self.files / "offers.csv")}
        self.ours = len(envelopes) - len(waiting)
        for envelope in waiting:
            ours = (envelope["forename"], envelope["surname"],
                    envelope["birth_date"]) in offers
            self.ours += ours
            self.answer_one(envelope, ours)
        self.wait_for_sync([self.secondary, self.primary])
        self.story.wait(
            "the files have arrived",
            lambda: len(self.arrivals()) >= self.ours, 300,
            lambda: f"{len(self.arrivals())} of {self.ours}")
        self.say(f"{self.ours} files have arrived; the others stay where "
                 "they are.")

    def all_envelopes(self):
        envelopes = self.secondary.list("envelope")
        return envelopes if len(envelopes) >= len(self.leavers) else None

    def answer_one(self, envelope, ours):
        name = f"{envelope['forename']} {envelope['surname']}"
        if ours:
            self.secondary.json("transfer", "answer", envelope["id"],
                                "--ours")
        else:
            self.secondary.json("transfer", "answer", envelope["id"],
                                "--not-ours", "--reason",
                                "No place was offered here.")
        self.say(f"   {name:<32} {envelope['birth_date']}   "
                 f"{'ours' if ours else 'not ours: no place was offered'}")

    def arrivals(self):
        upns = {pupil["upn"] for pupil in self.leavers}
        return [pupil for pupil in self.secondary.list("pupil")
                if pupil["upn"] in upns]

    def follow_one_child(self):
        self.story.step("One child's story, on both sides")
        self.child = self.find_nominated()
        there = self.story.wait(
            "the whole file is there", self.same_file, 120,
            lambda: "filling")
        self.say(f"{self.child['forename']} {self.child['surname']}, at "
                 f"{self.secondary.name} before September:")
        for collection, count in self.count_records(there).items():
            self.say(f"   {collection.replace('_', ' '):<24} {count}")

    def find_nominated(self):
        arrived = {pupil["id"]: pupil for pupil in self.arrivals()}
        expect(arrived, "no child has arrived to tell of")
        for nomination in self.primary.list("nomination"):
            if nomination["@dossier"] in arrived:
                self.nomination = nomination["id"]
                return arrived[nomination["@dossier"]]
        return self.nominate_one(next(iter(arrived.values())))

    def nominate_one(self, child):
        """A small partnership may have nominated none of those who move."""
        event = self.primary.list("transition_event")[0]
        written = self.primary.json(
            "put", "nomination", "--pupil", child["id"],
            f"event={event['id']}", "reason=attendance", "state=invited")
        self.nomination = written["id"]
        return child

    def same_file(self):
        here = self.primary.json("subject", self.child["id"])
        there = self.secondary.json("subject", self.child["id"])
        return (there if self.count_records(there) == self.count_records(here)
                else None)

    @staticmethod
    def count_records(subject):
        """{collection: how many records of it}"""
        counts = {}
        for record in subject:
            name = record["@collection"]
            counts[name] = counts.get(name, 0) + 1
        return counts

    # --- the line goes, and comes back ---------------------------------------

    def cut_and_write(self):
        self.story.step(f"{self.primary.name} loses its line")
        self.primary.say_to_line("down")
        self.primary.put("nomination", self.nomination,
                         practical_needs="Comes with an aunt; no lift needed.")
        self.say("Offline, its office writes: \"Comes with an aunt; no lift "
                 "needed.\"")
        self.secondary.put("nomination", self.nomination,
                           practical_needs="On the minibus list, 8.10.")
        self.say("At the same time the secondary writes: \"On the minibus "
                 "list, 8.10.\"")
        self.wait_for_sync([self.secondary])
        status = self.story.wait(
            "the school notices",
            self.cut_off_status, 120, lambda: "not yet")
        if "sentence" in status:
            self.say(f"{self.primary.name} says: {status['sentence']}")
        expect(self.needs(self.primary) == "Comes with an aunt; no lift "
               "needed.", "what was written offline is not there")

    def cut_off_status(self):
        status = self.primary.status()
        return (status if status["waiting"] >= 1 and not status["synced"]
                else None)

    def needs(self, school):
        return school.json("get", "nomination",
                           self.nomination)["practical_needs"]

    def heal_and_decide(self):
        self.story.step("The line is back: nothing was overwritten")
        self.primary.say_to_line("up")
        for school in (self.primary, self.secondary):
            self.story.wait("both know of the conflict",
                            lambda: self.conflicts(school), 120,
                            lambda: "on its way")
        self.wait_for_sync([self.primary, self.secondary])
        self.say(self.secondary.call("conflicts").rstrip())
        conflict = self.conflicts(self.secondary)[0]
        expect(len(conflict["values"]) == 2, "both values ought to be kept")
        expect(self.needs(self.primary) == self.needs(self.secondary),
               "the two schools show different values")
        keep = next(value["keep"] for value in conflict["values"]
                    if "minibus" not in value["values"]["practical_needs"])
        self.secondary.call("resolve", "nomination", self.nomination,
                            "practical_needs", "--keep", keep)
        self.say("The secondary rings up, and keeps the aunt.")
        for school in (self.primary, self.secondary):
            self.story.wait("the decision is everywhere",
                            lambda: not self.conflicts(school), 120,
                            lambda: "on its way")
            expect(self.needs(school).startswith("Comes with an aunt"),
                   "the decision was not kept")
        history = self.primary.json("history", "nomination", self.nomination)
        expect(len(history) >= 4, "the history ought to hold both writes and "
               "the decision")
        self.say("Who wrote what, and when, stays for good:")
        self.say(self.primary.call("history", "nomination",
                                   self.nomination).rstrip())

    def conflicts(self, school):
        return [conflict for conflict in school.json("conflicts")
                if conflict["id"] == self.nomination]

    # --- September -----------------------------------------------------------

    def accept(self):
        name = f"{self.child['forename']} {self.child['surname']}"
        self.story.step(f"In September {name} arrives")
        transfer = next(
            transfer for transfer in self.secondary.list("transfer")
            if transfer["@dossier"] == self.child["id"])
        self.secondary.call("transfer", "accept", transfer["id"])
        for school in (self.secondary, self.primary):
            self.story.wait("the file is passed on",
                            lambda: self.state(school, transfer) == "accepted",
                            120, lambda: self.state(school, transfer))
        self.say(f"{self.secondary.name} accepts, and holds the file from "
                 f"now on.\n{self.primary.name} keeps its copy as it was "
                 "that day, to read. Writing there says:")
        try:
            self.primary.put("pupil", self.child["id"], medical_flag="Y")
        except Refusal as refusal:
            self.say(refusal.told)
        else:
            raise Failure(f"{self.primary.name} could still write")

    @staticmethod
    def state(school, transfer):
        return school.json("get", "transfer", transfer["id"])["state"]

    def prove(self):
        self.story.step("Every school is proved equal to the hub")
        self.wait_for_sync(self.schools)
        for school in self.schools:
            status = school.status()
            expect(status["refused"] == 0,
                   f"{school.name}: {status['refused']} were refused")
        self.say("Synced, nothing waiting, nothing refused, at all "
                 f"{len(self.schools)} of them.")

    def what_next(self):
        self.story.step("It is all yours until Ctrl-C")
        self.say("In another terminal:\n\n"
                 f"export PATH={self.programs.folder}:$PATH\n"
                 f"export THROUGHLINE_DATA={self.secondary.data}\n"
                 "throughline status\n"
                 "throughline transfer list\n"
                 "throughline list transition_record --where tier=enhanced\n"
                 f"throughline subject {self.child['id']}\n"
                 f"throughline history nomination {self.nomination}\n"
                 f"throughline-hub status --data {self.hub.data}\n\n"
                 "The other schools are beside it, by their numbers, in "
                 f"{self.programs.base};\nlogs/ tells what each program did. "
                 "throughline help names everything else.")
        while True:
            signal.pause()


def prepare(folder):
    """Empty what an earlier demonstration made, and nothing else.  The file
    returned is locked while this one lasts."""
    mark = folder / MARK
    if folder.exists() and any(folder.iterdir()):
        expect(mark.exists(), f"{folder} is not of an earlier "
               "demonstration: empty it, or say --data with another")
        lock(mark)
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    return lock(mark)


def lock(mark):
    file = open(mark, "a", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Failure(f"a demonstration is still running in {mark.parent}: "
                      "end it, or say --data with another folder")
    return file


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--once", action="store_true",
                        help="end by itself; status 0 if all was so")
    parser.add_argument("--data", type=pathlib.Path,
                        default=ROOT / "build" / "demo")
    parser.add_argument("--scale", default="1",
                        help="1 is 3,600 pupils; 0.1 is quick")
    options = parser.parse_args()
    options.data = options.data.resolve()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    demo = held = None
    told = False
    try:
        held = prepare(options.data)
        demo = Demo(options)
        demo.run()
        told = True
        if not options.once:
            demo.what_next()
    except Failure as failure:
        print(f"\ndemo: {failure}", file=sys.stderr)
    except KeyboardInterrupt:
        print()
    finally:
        if demo:
            demo.programs.end()
        if held:
            held.close()
    return 0 if told else 1


if __name__ == "__main__":
    sys.exit(main())
