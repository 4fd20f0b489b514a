"""A small partnership for the tests, and how they look at what a computer
holds: its records by file, its ledger, the bytes of its folder."""
import contextlib
import sqlite3

SECONDARY = 9994000
OAK, ASH, ELM = 9992001, 9992002, 9992003
PRIMARIES = (OAK, ASH, ELM)

PUPIL_COLLECTIONS = (
    "pupil", "identifier", "language", "enrolment", "contact", "circumstance",
    "need", "sen_provision", "support_plan", "attendance", "assessment",
    "transition_record", "friendship", "note", "nomination", "family_meeting",
    "transfer", "package", "sibling", "same_as", "ctf_import")


def add_schools(hub):
    hub.add_school("Wexcombe School", "secondary", SECONDARY, 199400)
    for laestab, name in zip(PRIMARIES, ("Oak", "Ash", "Elm")):
        hub.add_school(f"{name} Primary School", "primary", laestab,
                       laestab - 9800000)


def school_id(site, laestab):
    return site.list("school", laestab=laestab)[0]["id"]


def plain(record):
    """Without what is of this computer alone."""
    return {name: value for name, value in record.items()
            if name not in ("@waiting", "@flags")}


def files_of(site, collections=PUPIL_COLLECTIONS):
    """{pupil: {record: (collection, values)}} of all that it lists."""
    found = {}
    for collection in collections:
        for record in site.list(collection):
            file = found.setdefault(record["@dossier"], {})
            file[record["id"]] = (collection, plain(record))
    return found


def is_in_folder(site, word):
    """Whether any file of its data folder has these bytes."""
    return bool(words_in_folder(site, [word]))


def words_in_folder(site, words):
    contents = [path.read_bytes() for path in site.data.rglob("*")
                if path.is_file()]
    return [word for word in words
            if any(word.encode() in content for content in contents)]


def query(site, sql):
    """Look into its database, read only."""
    address = f"file:{site.data / 'replica.db'}?mode=ro"
    with contextlib.closing(sqlite3.connect(address, uri=True)) as database:
        return database.execute(sql).fetchall()


def commits_of(site):
    """(id, dossier) of its whole ledger."""
    return query(site, "SELECT id, dossier FROM ledger")


def make_pupil(site, **columns):
    """A pupil that this school holds; its id."""
    return site.put("pupil", **{"surname": "Brandt", "forename": "Ana",
                                "birth_date": "2015-03-04", **columns})
