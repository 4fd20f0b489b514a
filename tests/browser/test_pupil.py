#!/usr/bin/env python3
"""A child's record in the page, as the office and a teacher have it; the hub
is stopped in the middle, and another program writes the same."""
import unittest

import walk
from walk import desk, harness
import schools


class Pupil(unittest.TestCase):
    def test_made_found_written_and_chosen(self):
        with harness.Partnership() as here:
            hub = here.add_hub()
            schools.add_schools(hub)
            oak = desk.join(here, hub, schools.OAK)
            oak.sync()
            oak.add(None, "head", "head")
            oak.add("head", "office", "office")
            oak.add("head", "teacher", "teacher")
            address = walk.start_page(oak)
            walk.walk("walk_pupil.mjs", address, {
                "stop the hub": hub.stop,
                "start the hub": hub.start,
                "write the year":
                    lambda: self.write(oak, "nc_year_actual=5"),
                "write the middle names":
                    lambda: self.write(oak, "middle_names=Elm")})
            walk.walk("walk_teacher.mjs", address)
            oak.stop()

    def write(self, oak, value):
        pupil, = oak.told_json("office", "list", "pupil")
        oak.told("office", "put", "pupil", pupil["id"], value)


if __name__ == "__main__":
    unittest.main()
