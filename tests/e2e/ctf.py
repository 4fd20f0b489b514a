"""Common Transfer Files of invented pupils.

	pupils = ctf.invent(210, seed=1, laestab=9992001)
	ctf.write(path, pupils, laestab=9992001)

Every pupil has a canary: a word that stands in several of its texts and
nowhere else, in letters of its own from the first, so that it can be looked
for in the bytes of files where it must not be.  It is not in the names or the
birth date that an envelope shows.
"""
import dataclasses
import hashlib
from xml.sax.saxutils import escape

LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
FORENAMES = ("Ana", "Bruno", "Cleo", "Davit", "Esme", "Farid", "Greta",
             "Hamza", "Ines", "Jonas", "Kezia", "Luca", "Mina", "Noor")
SURNAMES = ("Abbot-Lane", "Brandt", "Castell", "Dunmore", "Eriksen", "Fallow",
            "Gough", "Harrow", "Ibsen", "Jessop", "Kettle", "Larkin")
NEEDS = ("SPLD", "MLD", "SEMH", "SLCN", "ASD", "PD")


@dataclasses.dataclass
class Pupil:
    number: int
    upn: str
    forename: str
    surname: str
    birth_date: str
    canary: str


def upn(laestab, number):
    """A valid UPN of that school; number has to be below 1000."""
    digits = f"{laestab}19{number:03}"
    total = sum(int(digit) * place for place, digit in enumerate(digits, 2))
    return LETTERS[total % 23] + digits


def canary(seed, number):
    """Twelve letters in which nobody else's word begins."""
    digest = hashlib.sha256(f"{seed} {number}".encode()).digest()
    return "q" + "".join(chr(ord("a") + byte % 26) for byte in digest[:12])


def invent(count, seed, laestab):
    return [Pupil(number=i, upn=upn(laestab, i),
                  forename=FORENAMES[i % len(FORENAMES)],
                  surname=SURNAMES[i // 2 % len(SURNAMES)] + f" {'IVX'[i % 3]}",
                  birth_date=f"2015-{i % 12 + 1:02}-{i % 28 + 1:02}",
                  canary=canary(seed, i))
            for i in range(count)]


def element(name, *content):
    return f"<{name}>{''.join(content)}</{name}>"


def elements(**texts):
    return "".join(element(name, escape(str(text)))
                   for name, text in texts.items())


def school(laestab):
    number = str(laestab)
    return elements(LEA=number[:3], Estab=number[3:])


def details(pupil):
    return element(
        "BasicDetails",
        elements(PreferredForename=pupil.forename, MiddleNames=pupil.canary,
                 NCyearActual=6, Ethnicity="WBRI", EthnicitySource="P"),
        element("Languages", element("Type", elements(LanguageType="F",
                                                      Language="ENG"))),
        elements(MedicalFlag="false", EnrolStatus="C"))


def needs(pupil):
    if pupil.number % 4:
        return ""
    return element(
        "SENhistory",
        element("SEN", elements(StartDate="2022-09-05", SENprovision="K")),
        element("SENneeds", element("SENneed", elements(
            SENtypeRank=1, SENtype=NEEDS[pupil.number // 4 % len(NEEDS)]))))


def contacts(pupil):
    def contact(order, forename, relationship):
        return element(
            "Contact",
            elements(Order=order, Surname=pupil.surname, Forename=forename,
                     Relationship=relationship, Responsibility="true",
                     AddressAsPupil="true"),
            element("Phones", element("Phone", elements(
                TelephoneType="M",
                PhoneNo=f"07700 9{pupil.number:03}{order:02}"))),
            elements(Email=f"{pupil.canary}@family{order}.example"))
    return element("Contacts", contact(1, "Ida", "PAM"),
                   contact(2, "Odo", "PAF"))


def attendance(pupil, laestab):
    def year(number, attended):
        return element("YearData", elements(Year=number), school(laestab),
                       elements(SchoolName="Oak Primary School",
                                SessionsPossible=380, SessionsAuthorised=9,
                                SessionsAttended=attended,
                                SessionsUnauthorised=1))
    return element("Attendance", year(2024, 360 + pupil.number % 10),
                   year(2025, 350 + pupil.number % 20))


def history(pupil, laestab):
    return element("SchoolHistory", element(
        "School", school(laestab),
        elements(SchoolName=f"Oak Primary School {pupil.canary}",
                 EntryDate="2019-09-04", LeavingDate="2026-07-21",
                 LastSchool="true")))


def one(pupil, laestab):
    return element(
        "Pupil",
        elements(UPN=pupil.upn, Surname=pupil.surname,
                 Forename=pupil.forename, DOB=pupil.birth_date,
                 Sex="MF"[pupil.number % 2]),
        details(pupil), needs(pupil),
        element("Address",
                element("BS7666Address", elements(
                    PAON=pupil.number + 1, Street=f"{pupil.canary} Row",
                    Town="Wexcombe")),
                elements(PostCode="WX1 2AB")),
        contacts(pupil), attendance(pupil, laestab), history(pupil, laestab))


def write(path, pupils, laestab):
    """A full file from that school to itself, as for a first import."""
    header = element(
        "Header",
        elements(DocumentName="Common Transfer File", CTFversion="25.0",
                 DateTime="2026-06-01T09:00:00", DocumentQualifier="full",
                 SupplierID="Invented"),
        element("SourceSchool", school(laestab),
                elements(SchoolName="Oak Primary School", AcademicYear=2025)),
        element("DestSchool", school(laestab)))
    path.write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n' + element(
            "CTfile", header, "\n",
            element("CTFpupilData", "\n",
                    "\n".join(one(pupil, laestab) for pupil in pupils),
                    "\n")), encoding="utf-8")
    return path
