#!/usr/bin/env python3
"""Stands in for both programs in test_harness.py: it repeats its words."""
import json
import os
import signal
import sys

words = sys.argv[1:]
if words[0] == "serve":
    print("hub: listening on 127.0.0.1:1", flush=True)
    signal.pause()
elif words[0] == "run":
    print("agent", os.getpid(), "running on a folder; the hub is there",
          flush=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    while True:
        signal.pause()
elif words[0] == "refused":
    sys.exit("nothing is refused here")
elif words[0] == "leave":
    sys.exit(2)
elif words[0] == "invite":
    print("a line before\nTL1-CODE")
elif "--json" in words:
    print(json.dumps(words))
else:
    print(" ".join(words))
