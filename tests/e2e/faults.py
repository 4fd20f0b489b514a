"""What happens to a database behind the program's back, people who write all
the while, and whether two databases hold the same afterwards.

The faults are put in with Python's SQLite, beside the programs that run:
what is counted and computed stays as it was.
"""
import contextlib
import hashlib
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


class Stretch:
    """The places of the ledger that an import has taken: files of children,
    and what the hub wrote because of them."""

    WHERE = "WHERE sequence BETWEEN ? AND ?"

    def __init__(self, folder):
        self.places = query(folder, "SELECT min(sequence), max(sequence)"
                            " FROM ledger WHERE dossier IN"
                            " (SELECT id FROM pupil)")[0]

    def delete(self, folder):
        return edit(folder, f"DELETE FROM ledger {self.WHERE}", *self.places)

    def flip(self, folder):
        return edit(folder, "UPDATE ledger SET bytes = flip(bytes) "
                    + self.WHERE, *self.places)

    def sound(self, folder):
        """How many are there and are what they were."""
        return query(folder, f"SELECT count(*) FROM ledger {self.WHERE}"
                     " AND digest = digest_of(bytes)", *self.places)[0][0]


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
GRANTED = """SELECT dossier FROM grants WHERE school = :school AND opened > 0
    AND closed = 0"""
HELD = "SELECT number FROM dossier WHERE state IN (0, 2)"
# Not the time of receipt: of commits that are answered together, those that
# the hub had already may be told a later one.
COMMITS = """SELECT sequence, id, dossier, redacted, hex(digest), hex(mark),
    hex(bytes) FROM ledger WHERE dossier IN temp.scope"""
RECORDS = """SELECT id, collection, dossier, state, conflicts, flags,
    hex(heads) FROM record WHERE dossier IN temp.scope"""
TABLES = "SELECT DISTINCT collection FROM record"
ROWS = """SELECT '{table}', * FROM "{table}" WHERE _dossier IN temp.scope"""


def dump(folder, school, files):
    """All commits, records and tables of a school's scope, as lines."""
    with opened(folder) as database:
        database.execute("CREATE TEMP TABLE scope (dossier)")
        database.execute("INSERT INTO scope SELECT 0 UNION SELECT :school"
                         f" UNION {files}", {"school": school})
        told = {repr(row) for sql in (COMMITS, RECORDS)
                for row in database.execute(sql)}
        for (table,) in database.execute(TABLES).fetchall():
            told |= {repr(row) for row in database.execute(
                ROWS.format(table=table))}
        return told


def differences(site, hub):
    """What only the computer holds, and what only the hub of its school."""
    school = schools.query(site, "SELECT value FROM meta"
                           " WHERE name = 'school'")[0][0]
    here, there = dump(site, school, HELD), dump(hub, school, GRANTED)
    return (sorted(here - there)[:SHOWN],
            sorted(there - here)[:SHOWN])
