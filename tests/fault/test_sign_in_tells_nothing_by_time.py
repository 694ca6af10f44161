"""How long a refusal takes tells nobody whether an address has an account: Welch's t test of the means.

SIGN_IN_TRIES=1000 asks so often for each kind and judges at 1%, which one run in a hundred fails by chance; fewer tries, as
usual, are judged where chance fails one in some ten thousand. Nothing of the throttle is switched off: as a gateway would, the
test names another client for each few tries, and there are enough accounts that each is tried as often as is free.
"""

import json
import math
import os
import random
import statistics
import time
import unittest

from fastcgi_client import Function, begin, params, stdin
from machine import Machine

TRIES = int(os.environ.get("SIGN_IN_TRIES", "120"))
BOUND = 2.58 if TRIES >= 1000 else 4.0
FREE = 4  # tries of an account before it must wait


def welch(one, other):
    """Welch's t: the difference of two means in its own standard errors."""
    error = math.sqrt(statistics.variance(one) / len(one) + statistics.variance(other) / len(other))
    return (statistics.mean(one) - statistics.mean(other)) / error


class SignIn(unittest.TestCase):
    def setUp(self):
        self.machine = self.enterContext(Machine())
        person, _ = self.machine.register()
        [(self.hash,)] = [tuple(row) for row in self.machine.query('SELECT password_hash FROM "user" WHERE id = ?', person)]
        self.function = self.enterContext(Function(self.machine, "login"))
        self.clients = 0

    def accounts(self, kind, password_hash):
        connection = self.machine.connect()
        for number in range(TRIES // FREE + 1):
            address = f"{kind}{number}@example.org"
            connection.execute('INSERT INTO "user" (email, email_key, name, password_hash) VALUES (?, ?, ?, ?)', (address, address, kind, password_hash))
        connection.close()

    def refuse(self, address):
        """The seconds that a refusal takes."""
        body = json.dumps({"email": address, "password": "wrong horse battery staple"}).encode()
        self.clients += 1
        variables = {
            "REQUEST_METHOD": "POST", "REQUEST_URI": "/api/login", "CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(body)),
            "HTTP_ACCEPT": "application/json", "HTTP_ORIGIN": self.machine.url, "REMOTE_ADDR": f"2001:db8::{self.clients // 20:x}",
        }  # fmt: skip
        data = begin() + params(variables) + stdin(body)
        start = time.perf_counter()
        reply = self.function.send(data)
        taken = time.perf_counter() - start
        self.assertEqual(reply.status, 401, reply)
        return taken

    def measure(self, kinds):
        """Seconds of TRIES refusals of each kind, in turns that no drift of the machine favours."""
        taken = {kind: [] for kind in kinds}
        for kind in kinds:  # the worker's first breath
            self.refuse(f"{kind}-first@example.org")
        for number in range(TRIES):
            for kind in random.sample(kinds, len(kinds)):
                taken[kind].append(self.refuse(f"{kind}{number // FREE}@example.org"))
        for kind in kinds:
            print(f"{kind}: {TRIES} tries, mean {statistics.mean(taken[kind]) * 1e3:.3f} ms, deviation {statistics.stdev(taken[kind]) * 1e3:.3f} ms")
        return taken

    def test_an_unknown_address_takes_as_long_as_a_wrong_password(self):
        self.accounts("known", self.hash)
        self.accounts("closed", None)
        taken = self.measure(["known", "unknown", "closed"])
        for kind in ("unknown", "closed"):
            t = welch(taken["known"], taken[kind])
            print(f"known and {kind}: t = {t:.2f}, bound {BOUND}")
            self.assertLess(abs(t), BOUND, f"known and {kind}")

    def test_a_difference_would_be_seen(self):
        """Of a hash that takes one pass in the place of two."""
        self.accounts("cheap", self.hash.replace(",t=2,", ",t=1,"))
        taken = self.measure(["cheap", "unknown"])
        self.assertGreater(abs(welch(taken["cheap"], taken["unknown"])), 4)


if __name__ == "__main__":
    unittest.main()
