"""What throughline-generate writes: the same files for the same seed, each
school's roll as CTF files, and CSV files whose rows fit their headers."""

import csv
import filecmp
import pathlib
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as xml

PROGRAM = sys.argv.pop(1)


def generate(folder, *options):
    return subprocess.run([PROGRAM, "--out", str(folder), *options],
                          capture_output=True, text=True)


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class Generate(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.base = pathlib.Path(cls.temporary.name)
        cls.out = cls.base / "one"
        result = generate(cls.out, "--scale", "0.1")
        assert result.returncode == 0, result.stderr
        cls.schools = rows(cls.out / "schools.csv")

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def test_eleven_schools_have_a_roll(self):
        self.assertEqual(len(self.schools), 11)
        self.assertEqual(self.schools[0]["name"], "Alderbrook School")
        for school in self.schools:
            number = school["laestab"]
            rolls = list((self.out / number).glob(f"{number}_CTF_*.xml"))
            self.assertTrue(rolls)
            header = xml.parse(rolls[0]).getroot().find("Header")
            self.assertEqual(header.findtext("CTFversion"), "25.0")
            self.assertEqual(header.findtext("SourceSchool/Estab"),
                             number[3:])

    def test_rows_fit_headers_and_name_pupils_on_roll(self):
        for school in self.schools:
            folder = self.out / school["laestab"]
            upns = {pupil.text for path in folder.glob("*.xml")
                    for pupil in xml.parse(path).iter("UPN")}
            for path in folder.glob("*.csv"):
                for row in rows(path):
                    self.assertNotIn(None, row, path)
                    self.assertNotIn(None, row.values(), path)
                    if "upn" in row and path.stem != "expected_pupil":
                        self.assertIn(row["upn"], upns)

    def test_same_seed_gives_same_files(self):
        again = self.base / "two"
        self.assertEqual(generate(again, "--scale", "0.1").returncode, 0)
        names = [str(path.relative_to(self.out))
                 for path in self.out.rglob("*") if path.is_file()]
        _, differing, errors = filecmp.cmpfiles(self.out, again, names,
                                                shallow=False)
        self.assertEqual(differing + errors, [])

    def test_wrong_use_is_explained(self):
        for options in (["--scale", "0"], ["--scale", "x"], ["--what"]):
            result = generate(self.base / "three", *options)
            self.assertEqual(result.returncode, 2)
            self.assertIn("usage:", result.stderr)


if __name__ == "__main__":
    unittest.main()
