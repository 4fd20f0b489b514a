#!/usr/bin/env python3
"""Each role against each command, with real processes: what it may not use is
refused in one sentence, and nothing is shown; what it may, works."""
import re
import unittest

import ctf
import desk
import harness
import schools

ROLES = {"L": "lead", "H": "head", "S": "senco", "Y": "head_of_year",
         "O": "office", "T": "teacher", "-": "other"}
REFUSED = re.compile(r" is for |your role does not|there is no \w+ with the id")


class Roles(unittest.TestCase):
    def prepare(self, here):
        self.hub = here.add_hub()
        schools.add_schools(self.hub)
        self.one = one = desk.join(here, self.hub, schools.OAK)
        one.sync()
        self.pupil = schools.make_pupil(
            one, upn="C999200119017", former_surname="Moss", postcode="ZZ1 1AA",
            address_confidential="Y")
        self.need = one.put("need", "--pupil", self.pupil, need_type="SLCN",
                            detail="speaks when drawing")
        self.record = one.put(
            "transition_record", "--pupil", self.pupil, move="y6_7",
            academic_year="2026/27", what_helps="a quiet start",
            parent_view="worried")
        one.add(None, "l", "lead")
        for letter, role in ROLES.items():
            if letter != "L":
                one.add("l", letter, role)
        self.ctf = ctf.write(here.base / "in.xml",
                             ctf.invent(999, 1, schools.OAK)[:1], schools.OAK)
        self.csv = here.base / "in.csv"
        self.csv.write_text("id\r\n", "utf-8")
        self.out = here.base / "out.csv"

    def commands(self):
        """Words, and the letters of those who may."""
        pupil, need = self.pupil, self.need
        new_need = ("put", "need", "--pupil", pupil, "need_type=ASD")
        return (
            (("import", "ctf", self.ctf, "--dry-run"), "LHO"),
            (("import", "csv", "note", self.csv, "--dry-run"), "LHSY"),
            (("import", "csv", "pupil", self.csv, "--dry-run"), "LHO"),
            (("export", "csv", "pupil", self.out), "LHSYO"),
            (("export", "csv", "need", self.out), "LHSY"),
            (("transfer", "open", pupil, "--to", schools.SECONDARY,
              "--preview"), "LHYO"),
            (("transfer", "answer", "12", "--ours"), "LHYO"),
            (("transfer", "accept", "12"), "LHYO"),
            (("transfer", "cancel", "12"), "LHYO"),
            (("transfer", "list"), "LHSYO"),
            (("staff", "list"), "LH"),
            (("staff", "remove", "nobody"), "LH"),
            (("staff", "set", "-", "--role", "other"), "LH"),
            (("report",), "LHSYO"),
            (("reconcile",), "LHO"),
            (("subject", pupil), "LH"),
            (("list", "pupil"), "LHSYOT"),
            (("list", "pupil", "--search", "brandt"), "LHSYOT"),
            (("list", "pupil", "--where", "upn=C999200119017"), "LHSYO"),
            (("list", "contact"), "LHSYO"),
            (("list", "need"), "LHSY"),
            (("list", "note"), "LHSYT"),
            (("list", "login"), "LH"),
            (("list", "read_audit"), "LH"),
            (("list", "setting"), "LHO"),
            (("list", "organisation"), "LHSYOT-"),
            (("get", "need", need), "LHSY"),
            (("history", "need", need), "LHSY"),
            (("put", "setting", "name=x", "value=1"), "LHO"),
            (("put", "pupil", pupil, "email=a@b.example"), "LHSYO"),
            (("put", "need", need, "rank=2"), "LHSY"),
            (new_need, "LHSY"),
            (("put", "login", "login_name=x", "role=lead"), ""),
            (("put", "read_audit", "act=opened",
              "at=2026-07-21T09:30:00Z"), ""),
            (("delete", "need", need, "--undo"), "LHSY"),
        )

    def test_each_role_against_each_command(self):
        with harness.Partnership() as here:
            self.prepare(here)
            for words, may in self.commands():
                self.assertIn("say who you are", self.one.refusal(
                    None, *words, passphrases=()))
                for letter in ROLES:
                    done = self.one.ask(letter, *words)
                    refused = done.returncode != 0 and \
                        REFUSED.search(done.stderr) is not None
                    if words[:2] in (("transfer", "answer"),
                                     ("staff", "remove")):
                        refused = " is for " in done.stderr
                    self.assertEqual(
                        not refused, letter in may,
                        f"{ROLES[letter]}: {words}: {done.stderr}")
                    if refused:
                        self.assertEqual(done.stdout, "")
                        self.assertEqual(done.returncode, 1)
            # Nobody has to say who they are to see how the sync stands.
            self.assertNotIn("Brandt", self.one.run("status"))

    def test_each_role_sees_its_part_of_a_child(self):
        hidden = {"L": set(), "H": set(), "O": set(),
                  "S": {"former_surname", "postcode"},
                  "Y": {"former_surname", "postcode"},
                  "T": {"former_surname", "postcode", "upn"}}
        with harness.Partnership() as here:
            self.prepare(here)
            for letter, columns in hidden.items():
                shown = self.one.told_json(letter, "get", "pupil", self.pupil)
                self.assertEqual(shown["surname"], "Brandt")
                for column in ("former_surname", "postcode", "upn"):
                    away = column in columns
                    self.assertEqual(shown[column] is None, away, column)
                    self.assertEqual(column in shown.get("@hidden", []), away)
                self.told_profile(letter)
            text = self.one.told("T", "get", "pupil", self.pupil)
            self.assertIn("not shown to you: upn", text)
            self.assertNotIn("C999200119017", text)
            self.assertEqual(self.one.told_json(
                "S", "list", "pupil", "--search", "moss"), [])
            self.one.told("S", "export", "csv", "pupil", self.out)
            exported = self.out.read_text("utf-8")
            self.assertIn("Brandt", exported)
            for word in ("former_surname", "Moss", "ZZ1 1AA"):
                self.assertNotIn(word, exported)

    def told_profile(self, letter):
        done = self.one.ask(letter, "get", "transition_record", self.record)
        self.assertEqual("a quiet start" in done.stdout, letter != "O")
        self.assertEqual("worried" in done.stdout, letter not in "OT")


if __name__ == "__main__":
    unittest.main()
