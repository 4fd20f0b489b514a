"""People who work on whatever the weather, and a book of what their commands
said: what was acknowledged must never be lost."""
import collections
import contextlib
import json
import re
import sqlite3
import subprocess
import time

import ctf
import harness
import schools

COMMANDS_AT_ONCE = 3

# What a command may answer in a storm, and why that is no fault.
EXCUSES = (
    "is full",          # a disk, as it is
    "disk I/O error",   # SQLite's word for a log that it could not extend
    "busy",             # a stopped agent holds the database
    "locked",
    "passed on",        # the child went on meanwhile
    "with the id",      # this computer has not heard of it yet
    "there is no record",
    "is not held here",
    "waits for the hub",
    "still being fetched",
)


class Entry:
    """A commit that a command said it made."""

    def __init__(self, site, commit, record, word):
        self.site = site
        self.commit = commit
        self.record = record  # (collection, id), or None
        self.word = word      # in its bytes, and in no other's
        self.at = time.monotonic()
        self.is_safe = False  # it was seen at the hub
        self.is_lost = False  # with the folder in which it waited


class Book:
    def __init__(self, hub):
        self.hub = hub
        self.entries = []
        self.serial = 0
        self.pupils = {}    # id -> (laestab, canary)
        self.answered = set()  # envelopes that were said to be ours

    def word(self):
        self.serial += 1
        return f"storm{self.serial}x"

    def write(self, site, told, collection, word):
        self.entries.append(Entry(site, told["commit"],
                                  (collection, told["id"]), word))

    def at_hub(self):
        """The bytes of all commits that the hub has."""
        address = f"file:{self.hub.data / 'replica.db'}?mode=ro"
        with contextlib.closing(sqlite3.connect(address, uri=True,
                                                timeout=30)) as database:
            return b"\n".join(row[0] for row in database.execute(
                "SELECT bytes FROM ledger"))

    def look(self):
        """Mark what the hub has; return what it has not."""
        bytes_ = self.at_hub()
        for entry in self.entries:
            if entry.word.encode() in bytes_:
                entry.is_safe = True
        return [entry for entry in self.entries
                if not entry.is_safe and not entry.is_lost]


class Command:
    """A command under way, and what to do with what it says."""

    def __init__(self, site, words, note):
        self.site, self.words, self.note = site, words, note
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            site.words(*words, "--json"), stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL,
            env=site.environment)
        self.is_killed = False

    def kill(self):
        self.is_killed = True
        self.process.kill()


class People:
    """They write, import and transfer, one command after the other."""

    def __init__(self, base, book, random, sites):
        self.base, self.book, self.random = base, book, random
        self.sites = sites
        self.commands = []
        self.done = collections.Counter()
        self.excused = collections.Counter()
        self.imports = 0

    def begin(self):
        site = self.random.choice(self.sites)
        kinds = {"setting": 2, "pupil": 3, "edit": 6, "note": 4, "import": 1,
                 "sync": 2, "delete": 1, "resolve": 1, "open": 2}
        if site.laestab == schools.SECONDARY:
            kinds = {"setting": 2, "answer": 4, "accept": 2, "edit": 3,
                     "note": 3, "sync": 2}
        kind = self.random.choices(list(kinds), kinds.values())[0]
        found = getattr(self, "words_to_" + kind)(site)
        if found:
            self.commands.append(Command(site, *found))

    def ask(self, site, *words):
        """A question, answered unless something is broken."""
        with contextlib.suppress(harness.Failure,
                                 subprocess.TimeoutExpired):
            return site.json(*words)
        return []

    def some_pupil(self, site):
        mine = [pupil for pupil, (laestab, _) in self.book.pupils.items()
                if laestab == site.laestab]
        if site.laestab == schools.SECONDARY:
            mine = [one["id"] for one in self.ask(site, "list", "pupil")]
        return self.random.choice(mine) if mine else None

    def writing(self, site, collection, word):
        return lambda told: self.book.write(site, told, collection, word)

    def words_to_setting(self, site):
        word = self.book.word()
        return (["put", "setting", f"name={word}", "value=1"],
                self.writing(site, "setting", word))

    def words_to_pupil(self, site):
        word = self.book.word()

        def note(told):
            self.book.write(site, told, "pupil", word)
            self.book.pupils[told["id"]] = (site.laestab, word)
        return ["put", "pupil", "surname=Brandt", "forename=Ana",
                "birth_date=2015-03-04", f"middle_names={word}"], note

    def words_to_edit(self, site):
        pupil, word = self.some_pupil(site), self.book.word()
        column = self.random.choice(("phone_home", "town", "email"))
        return pupil and (["put", "pupil", pupil, f"{column}={word}"],
                          self.writing(site, "pupil", word))

    def words_to_note(self, site):
        pupil, word = self.some_pupil(site), self.book.word()
        return pupil and (
            ["put", "note", "--pupil", pupil, "category=praise",
             "happened_on=2026-05-05", f"text={word}"],
            self.writing(site, "note", word))

    def words_to_delete(self, site):
        notes = [entry for entry in self.book.entries
                 if entry.record and entry.record[0] == "note"
                 and entry.site.laestab == site.laestab]
        if not notes:
            return None
        return ["delete", "note",
                self.random.choice(notes).record[1]], lambda told: None

    def words_to_resolve(self, site):
        found = self.ask(site, "conflicts")
        if not found:
            return None
        one = self.random.choice(found)
        return ["resolve", one["collection"], one["id"], one["column"],
                "--keep", "0"], lambda told: None

    def words_to_import(self, site):
        self.imports += 1
        pupils = ctf.invent(999, 1, site.laestab)[
            self.imports * 3 % 990:][:3]
        path = ctf.write(self.base / f"import-{self.imports}.xml", pupils,
                         site.laestab)

        def note(_):
            for pupil in pupils:
                self.book.entries.append(
                    Entry(site, None, None, pupil.canary))
        return ["import", "ctf", path], note

    def words_to_open(self, site):
        pupil = self.some_pupil(site)
        return pupil and (["transfer", "open", pupil, "--to",
                           schools.SECONDARY], lambda told: None)

    def words_to_answer(self, site):
        found = [one["id"] for one in self.ask(site, "list", "envelope")
                 if one["state"] == "waiting"]
        if not found:
            return None
        envelope = self.random.choice(found)
        return (["transfer", "answer", envelope, "--ours"],
                lambda told: self.book.answered.add(envelope))

    def words_to_accept(self, site):
        found = [one["id"] for one in self.ask(site, "transfer", "list")
                 if one["state"] == "answered"]
        return found and (["transfer", "accept", self.random.choice(found)],
                          lambda told: None)

    def words_to_sync(self, site):
        """Who says synced says that all of its own is at the hub."""
        mine = [entry for entry in self.book.entries
                if entry.site is site and not entry.is_safe]

        def note(told):
            if not told["synced"]:
                return
            self.book.look()
            late = [entry for entry in mine
                    if not entry.is_safe and not entry.is_lost]
            if late:
                refused = {one["id"] for one in site.json("refused")}
                wrong = [entry.commit for entry in late
                         if entry.commit not in refused]
                if wrong:
                    raise harness.Failure(f"{site.name} said synced without "
                                          f"commits {wrong}")
        return ["sync"], note

    def reap(self, patience=0.0):
        """Hear those that have ended; wait so long for the oldest."""
        if self.commands:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.commands[0].process.wait(patience)
        for command in list(self.commands):
            if command.process.poll() is None:
                if time.monotonic() - command.began > 4 * harness.PATIENCE:
                    raise harness.Failure(f"{command.words} hangs at "
                                          f"{command.site.name}")
                continue
            self.commands.remove(command)
            self.hear(command)

    def hear(self, command):
        said, complaint = command.process.communicate()
        code = command.process.returncode
        if code == 0:
            self.done[command.words[0]] += 1
            command.note(json.loads(said))
        elif command.is_killed:
            self.done["killed"] += 1
        elif command.words[0] == "sync":
            self.excused["sync: " + self.short(complaint)] += 1
        elif any(excuse in complaint for excuse in EXCUSES):
            self.excused[self.short(complaint)] += 1
        else:
            raise harness.Failure(
                f"{command.site.name}: {command.words} ended with {code}: "
                f"{complaint.strip()}")

    @staticmethod
    def short(complaint):
        return re.sub(r"\d+", "N", complaint.strip())[-60:]

    def send_home(self, site=None):
        """End the commands of a site, or all: killed if they are slow."""
        for command in [one for one in self.commands
                        if site in (None, one.site)]:
            try:
                command.process.wait(0.2 if site else harness.PATIENCE)
            except subprocess.TimeoutExpired:
                command.kill()
                command.process.wait()
        self.reap()
