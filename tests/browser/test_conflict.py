#!/usr/bin/env python3
"""Two computers of a school write the same field apart; the page settles it,
and takes that back."""
import unittest

import walk
from walk import desk, harness
import schools


class Conflict(unittest.TestCase):
    def test_chosen_and_taken_back(self):
        with harness.Partnership() as here:
            hub = here.add_hub()
            schools.add_schools(hub)
            one = desk.join(here, hub, schools.OAK)
            two = desk.join(here, hub, schools.OAK)
            one.sync()
            one.add(None, "head", "head")
            one.add("head", "office", "office")
            pupil = one.told_json("office", "put", "pupil", "surname=Quill",
                                  "forename=Ottoline",
                                  "birth_date=2016-01-19")["id"]
            one.sync()
            two.sync()
            for site, name in ((one, "Ash"), (two, "Elm")):
                site.told("office", "put", "pupil", pupil,
                          f"middle_names={name}")
            two.sync()
            one.sync()
            walk.walk("walk_conflict.mjs", walk.start_page(one))
            kept, = one.told_json("office", "list", "pupil")
            self.assertEqual(kept["middle_names"], "Ash")
            one.stop()


if __name__ == "__main__":
    unittest.main()
