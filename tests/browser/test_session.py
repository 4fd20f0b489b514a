#!/usr/bin/env python3
"""The page from the first account on: set-up, lock, log in."""
import unittest

import walk
from walk import desk, harness
import schools


class Session(unittest.TestCase):
    def test_first_account_to_last_log_in(self):
        with harness.Partnership() as here:
            hub = here.add_hub()
            schools.add_schools(hub)
            oak = desk.join(here, hub, schools.OAK)
            walk.walk("walk_session.mjs", walk.start_page(oak))
            oak.stop()


if __name__ == "__main__":
    unittest.main()
