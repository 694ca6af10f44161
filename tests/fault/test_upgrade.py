"""While a release is installed, a function meets the schema of another one: requests wait for `pumasi migrate`, and are refused
only when it does not come. And what root types there leaves no file that functions cannot open."""

import contextlib
import os
import pathlib
import shutil
import sqlite3
import subprocess
import tempfile
import threading
import time
import unittest

from fastcgi_client import Function
from machine import BUILD, Machine


class OtherSchema(unittest.TestCase):
    def setUp(self):
        self.machine = self.enterContext(Machine())
        _, self.cookie = self.machine.register()

    def create(self, function):
        return function.ask("POST", "/api/tasks", self.cookie, {"title": "Flyers"}).status

    def set_schema(self, by):
        with contextlib.closing(sqlite3.connect(self.machine.database, timeout=10, isolation_level=None)) as database:
            number = database.execute("PRAGMA user_version").fetchone()[0]
            database.execute(f"PRAGMA user_version = {number + by}")

    def wait_for_schema(self, by):
        with Function(self.machine, "task-create") as function:
            self.set_schema(by)
            answers = []
            asking = threading.Thread(target=lambda: answers.append(self.create(function)))
            asking.start()
            time.sleep(6)  # longer than this function may take for a request
            self.assertEqual([], answers)
            self.set_schema(-by)
            asking.join(20)
            self.assertEqual([201], answers)

    def test_a_request_waits_for_the_migration(self):
        self.wait_for_schema(-1)

    def test_a_request_waits_for_the_program_of_the_schema(self):
        # One that programs of before cannot share: the oldest that can is a hundred further.
        self.wait_for_schema(100 * 10000 + 1)

    def test_what_the_clock_starts_waits_too(self):
        self.set_schema(-1)
        with subprocess.Popen([BUILD / "cron" / "mailer"], env=self.machine.environment()) as mailer:
            time.sleep(1)
            self.assertIsNone(mailer.poll())
            self.set_schema(1)
            self.assertEqual(0, mailer.wait(10))

    def test_without_one_it_is_refused_in_the_end(self):
        with Function(self.machine, "task-create") as function:
            self.set_schema(-1)
            began = time.monotonic()
            self.assertEqual(503, self.create(function))
            self.assertGreater(time.monotonic() - began, 10)
            self.set_schema(1)


@unittest.skipUnless(os.geteuid() == 0, "only root can become somebody else")
class Root(unittest.TestCase):
    def test_root_works_as_the_owner_of_the_database(self):
        nobody = 65534
        home = pathlib.Path(tempfile.mkdtemp(prefix="pumasi-owner-"))
        self.addCleanup(shutil.rmtree, home)
        os.chown(home, nobody, nobody)
        environment = {**os.environ, "PUMASI_CONFIG": "/dev/null", "PUMASI_DATABASE": str(home / "pumasi.db")}

        def pumasi(*words, **options):
            return subprocess.run([BUILD / "bin" / "pumasi", *words], env=environment, text=True, capture_output=True, check=False, **options)
        for words, said in ((("migrate",), ""), (("user", "add", "--email", "min@example.org", "--name", "Min", "--admin"), "pumasi shares work\n"),
                            (("backup", str(home / "copy.db")), ""), (("restore", str(home / "copy.db"), "--replace"), "")):
            done = pumasi(*words, input=said)
            self.assertEqual((0, ""), (done.returncode, done.stderr), words)
        found = {path.name: path.stat().st_uid for path in home.iterdir()}
        self.assertIn("pumasi.db-keys", found)
        self.assertEqual({nobody}, set(found.values()), found)
        # So it can do no more than that user.
        done = pumasi("backup", "/root/copy.db")
        self.assertEqual(1, done.returncode)
        self.assertIn("/root/copy.db", done.stderr)


if __name__ == "__main__":
    unittest.main()
