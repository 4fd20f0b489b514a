"""What happens to a database behind the program's back, people who write all
the while, and whether two databases hold the same afterwards.

The faults are put in with Python's SQLite, beside the programs that run:
what is counted and computed stays as it was.
"""
import contextlib
import hashlib
import json
import sqlite3
import threading

import harness
import schools


def digest(commit):
    return hashlib.blake2b(commit, digest_size=16).digest()


def flip(commit):
    """One bit of one byte, in each commit somewhere else."""
    chance = digest(commit)
    place = chance[0] * len(commit) // 256
    return (commit[:place] + bytes([commit[place] ^ 1 << chance[1] % 8]) +
            commit[place + 1:])


@contextlib.contextmanager
def opened(folder):
    path = folder.data / "replica.db"
    with contextlib.closing(sqlite3.connect(path, timeout=30)) as database:
        database.create_function("digest_of", 1, digest)
        database.create_function("flip", 1, flip)
        yield database


def edit(folder, sql, *values):
    """How many rows it changed."""
    with opened(folder) as database, database:
        return database.execute(sql, values).rowcount


def query(folder, sql, *values):
    with opened(folder) as database:
        return database.execute(sql, values).fetchall()


def is_written(folder):
    """Whether somebody is in the middle of a transaction."""
    path = folder.data / "replica.db"
    with contextlib.closing(sqlite3.connect(path, timeout=0)) as database:
        try:
            database.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
        database.rollback()
        return False


class Commits:
    """Some of the ledger, wherever they lie."""

    def __init__(self, where, *values, count=0):
        self.where = f" WHERE {where}"
        self.values = values
        self.count = count

    def __len__(self):
        return self.count

    def delete(self, folder):
        return edit(folder, "DELETE FROM ledger" + self.where, *self.values)

    def flip(self, folder):
        return edit(folder, "UPDATE ledger SET bytes = flip(bytes)"
                    + self.where, *self.values)

    def sound(self, folder):
        """How many are there and are what they were."""
        return query(folder, "SELECT count(*) FROM ledger" + self.where +
                     " AND digest = digest_of(bytes)", *self.values)[0][0]


def last_place(folder):
    return query(folder, "SELECT max(sequence) FROM ledger")[0][0]


def stretch(folder, after):
    """The places that an import has taken: files of children, and what the
    hub wrote because of them."""
    places = query(folder, "SELECT min(sequence), max(sequence) FROM ledger"
                   " WHERE sequence > ? AND dossier IN"
                   " (SELECT id FROM pupil)", after)[0]
    return Commits("sequence BETWEEN ? AND ?", *places)


def files(pupils):
    """All that is written of these children."""
    return Commits("dossier IN (SELECT value FROM json_each(?))",
                   json.dumps([int(pupil) for pupil in pupils]))


def waiting(folder):
    """What it has written and the hub has not got yet."""
    ids = query(folder, "SELECT id FROM pending WHERE state = 0")
    return Commits("id IN (SELECT value FROM json_each(?))",
                   json.dumps([one for (one,) in ids]), count=len(ids))


# --- people -----------------------------------------------------------------

PACE_S = 0.05  # between two writes of one of them


class Writers:
    """One at each of these computers, who writes record after record until
    the with ends."""

    def __init__(self, *sites):
        self.stopping = threading.Event()
        self.written = {site: [] for site in sites}
        self.failed = []
        self.threads = [threading.Thread(target=self.write, args=[site])
                        for site in sites]

    def write(self, site):
        try:
            while not self.stopping.wait(PACE_S):
                number = len(self.written[site])
                if number % 2:
                    one = site.put("setting", name=f"name {number}", value=1)
                else:
                    one = schools.make_pupil(site, surname=f"No{number}")
                self.written[site].append(one)
        except (harness.Failure, OSError) as failure:
            self.failed.append(failure)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, kind, error, trace):
        self.stopping.set()
        for thread in self.threads:
            thread.join()
        if kind is None and self.failed:
            raise self.failed[0]


# --- the same? --------------------------------------------------------------

SHOWN = 3  # of what differs
END = 1 << 62  # of all places of the hub
# What was passed on is held up to there.
GRANTED = """SELECT dossier, CASE frozen WHEN 0 THEN :end ELSE frozen END
    FROM grants WHERE school = :school AND opened > 0 AND closed = 0"""
HELD = """SELECT number, CASE state WHEN 2 THEN frozen ELSE :end END
    FROM dossier WHERE state IN (0, 2) AND number NOT IN (0, :school)"""
SCOPE = "SELECT 'scope', dossier, upto FROM temp.scope"
# Not the time of receipt: of commits that are answered together, those that
# the hub had already may be told a later one.
COMMITS = """SELECT sequence, id, dossier, redacted, hex(digest), hex(mark),
    hex(bytes) FROM ledger JOIN temp.scope USING (dossier)
    WHERE sequence <= upto"""
# At the hub these go on where the file went.
IN_FORCE = "IN (SELECT dossier FROM temp.scope WHERE upto = :end)"
RECORDS = f"""SELECT id, collection, dossier, state, conflicts, flags,
    hex(heads) FROM record WHERE dossier {IN_FORCE}"""
TABLES = "SELECT DISTINCT collection FROM record"
ROWS = """SELECT '{table}', * FROM "{table}" WHERE _dossier {in_force}"""


def dump(folder, school, files_of_school):
    """All commits, records and tables of a school's scope, as lines."""
    values = {"school": school, "end": END}
    with opened(folder) as database:
        database.execute("CREATE TEMP TABLE scope (dossier, upto)")
        database.execute("INSERT INTO scope SELECT 0, :end UNION SELECT"
                         f" :school, :end UNION {files_of_school}", values)
        told = {repr(row) for sql in (SCOPE, COMMITS, RECORDS)
                for row in database.execute(sql, values)}
        for (table,) in database.execute(TABLES).fetchall():
            told |= {repr(row) for row in database.execute(
                ROWS.format(table=table, in_force=IN_FORCE), values)}
        return told


def differences(site, hub):
    """What only the computer holds, and what only the hub of its school."""
    school = schools.query(site, "SELECT value FROM meta"
                           " WHERE name = 'school'")[0][0]
    here, there = dump(site, school, HELD), dump(hub, school, GRANTED)
    return (sorted(here - there)[:SHOWN],
            sorted(there - here)[:SHOWN])
