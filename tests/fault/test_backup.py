"""Backups: made while people work, checked, rotated, encrypted; and put back, with nobody's pages left behind."""

import json
import os
import pathlib
import re
import sqlite3
import stat
import subprocess
import threading
import time
import unittest

from machine import BUILD, PASSWORD, ROOT, Machine, Stack, wait_for

PUMASI = BUILD / "bin" / "pumasi"


def pumasi(machine, *words):
    done = subprocess.run([PUMASI, *map(str, words)], capture_output=True, text=True, env=machine.environment(), timeout=60)
    return done.returncode, done.stdout, done.stderr


def titles(path):
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        return [row[0] for row in connection.execute("SELECT title FROM task ORDER BY id")]


class Backup(unittest.TestCase):
    def setUp(self):
        self.machine = self.enterContext(Machine())
        self.person, self.cookie = self.machine.register()

    def create(self, title):
        status, _, _ = self.machine.cgi("task-create", "POST", "/api/tasks", {"title": title}, HTTP_COOKIE=self.cookie)
        self.assertEqual(201, status)

    def backup(self, name="copy.db", *options):
        path = self.machine.directory / name
        code, out, error = pumasi(self.machine, "backup", path, *options)
        self.assertEqual((0, ""), (code, error))
        self.assertIn("checked", out)
        return path

    def test_a_copy_is_one_private_file_of_one_state(self):
        self.create("before")
        path = self.backup("copy.db", "--with-keys")
        self.create("after")
        self.assertEqual(["before"], titles(path))
        self.assertEqual(["before", "after"], titles(self.machine.database))
        for file in (path, pathlib.Path(f"{path}-keys")):
            self.assertEqual(0o600, stat.S_IMODE(os.stat(file).st_mode))
        self.assertEqual({"copy.db", "copy.db-keys"}, {file.name for file in self.machine.directory.glob("copy*")})

    def test_nothing_is_written_over(self):
        path = self.backup()
        before = path.read_bytes()
        code, _, error = pumasi(self.machine, "backup", path)
        self.assertEqual(1, code)
        self.assertIn("is there already", error)
        self.assertEqual(before, path.read_bytes())

    def test_a_copy_made_while_people_write_is_whole(self):
        stop = threading.Event()
        made = []

        def write():
            connection = self.machine.connect()
            while not stop.is_set():
                # What belongs together is never seen apart.
                connection.execute("BEGIN IMMEDIATE")
                for half in ("left", "right"):
                    connection.execute(
                        "INSERT INTO task (title, creator_id) VALUES (?, ?)", (f"{half} {len(made)}", self.person)
                    )
                connection.execute("COMMIT")
                made.append(1)
            connection.close()

        thread = threading.Thread(target=write)
        thread.start()
        try:
            wait_for(lambda: len(made) > 20)
            for number in range(5):
                before = len(made)
                found = titles(self.backup(f"copy{number}.db"))
                self.assertEqual(0, len(found) % 2)
                self.assertGreaterEqual(len(found) // 2, before)
        finally:
            stop.set()
            thread.join()

    def test_a_folder_keeps_the_latest(self):
        folder = self.machine.directory / "backups"
        for _ in range(3):
            self.assertEqual(0, pumasi(self.machine, "backup", "--dir", folder, "--keep", "2")[0])
            time.sleep(1.1)
        names = sorted(file.name for file in folder.iterdir())
        self.assertEqual(2, len(names), names)
        for name in names:
            self.assertRegex(name, r"^pumasi-\d{4}-\d\d-\d\d-\d{6}\.db$")
        self.assertEqual(0o700, stat.S_IMODE(os.stat(folder).st_mode))

    def test_for_a_key_of_age_alone(self):
        key = self.machine.directory / "age.key"
        subprocess.run(["age-keygen", "-o", key], check=True, capture_output=True)
        public = re.search(r"public key: (\S+)", key.read_text())[1]
        self.create("secret plan")
        folder = self.machine.directory / "backups"
        code, _, error = pumasi(self.machine, "backup", "--dir", folder, "--encrypt-to", public)
        self.assertEqual((0, ""), (code, error))
        files = sorted(folder.iterdir(), reverse=True)
        self.assertEqual([".age", ".age"], [file.suffix for file in files])
        self.assertNotIn(b"secret plan", files[0].read_bytes())
        code, _, error = pumasi(self.machine, "restore", files[0], "--replace")
        self.assertEqual(1, code)
        self.assertIn("age -d", error)
        plain = self.machine.directory / "plain.db"
        subprocess.run(["age", "-d", "-i", key, "-o", plain, files[0]], check=True)
        self.assertEqual(["secret plan"], titles(plain))

    def test_an_unknown_key_leaves_no_plain_copy(self):
        folder = self.machine.directory / "backups"
        code, _, _ = pumasi(self.machine, "backup", "--dir", folder, "--encrypt-to", "age1nobody")
        self.assertEqual(1, code)
        self.assertEqual([], list(folder.iterdir()))

    def test_a_full_disk_leaves_nothing(self):
        # A file of a page at most: as where there is no room.
        done = subprocess.run(
            ["prlimit", "--fsize=4096", "env", "--ignore-signal=XFSZ", PUMASI, "backup", self.machine.directory / "copy.db"],
            capture_output=True, text=True, env=self.machine.environment(), timeout=60, check=False,
        )
        self.assertEqual(1, done.returncode, done.stdout)
        self.assertEqual([], [file.name for file in self.machine.directory.glob("copy*")])

    # ---- and back ----

    def test_what_is_there_is_not_replaced_unasked(self):
        path = self.backup()
        self.create("since")
        code, _, error = pumasi(self.machine, "restore", path)
        self.assertEqual(1, code)
        self.assertIn("--replace", error)
        self.assertEqual(["since"], titles(self.machine.database))

    def test_damaged_foreign_and_missing_files_are_refused(self):
        good = self.backup().read_bytes()
        cases = {"torn.db": good[: len(good) // 2], "text.db": b"not a database\n" * 400, "empty.db": b""}
        # A page in the middle, overwritten as a failing disk does.
        cases["page.db"] = good[: 40 * 4096] + b"\xa5" * 4096 * 8 + good[48 * 4096 :]
        for name, content in cases.items():
            path = self.machine.directory / name
            path.write_bytes(content)
            code, out, error = pumasi(self.machine, "restore", path, "--replace")
            self.assertEqual((1, ""), (code, out), name)
            self.assertIn(name, error)
        self.assertEqual(1, pumasi(self.machine, "restore", self.machine.directory / "nowhere.db", "--replace")[0])
        self.assertEqual([], self.machine.damage())
        self.assertEqual([], list(self.machine.directory.glob("pumasi.db-before*")))

    def test_on_a_new_machine(self):
        self.create("moved")
        path = self.backup("copy.db", "--with-keys")
        with Machine() as other:
            other.database.unlink()
            for end in ("-wal", "-shm", "-keys"):
                pathlib.Path(f"{other.database}{end}").unlink(missing_ok=True)
            code, _, error = pumasi(other, "restore", path)
            self.assertEqual((0, ""), (code, error))
            self.assertEqual(["moved"], titles(other.database))
            self.assertEqual(0o640, stat.S_IMODE(os.stat(other.database).st_mode))
            self.assertEqual(
                pathlib.Path(f"{self.machine.database}-keys").read_bytes(), pathlib.Path(f"{other.database}-keys").read_bytes()
            )
            self.assertEqual([], other.damage())

    def test_of_a_database_that_is_damaged_itself(self):
        self.create("kept")
        path = self.backup()
        self.machine.query("PRAGMA wal_checkpoint(TRUNCATE)")
        self.machine.database.write_bytes(b"\xa5" * 65536)
        code, out, error = pumasi(self.machine, "restore", path, "--replace")
        self.assertEqual(0, code, error)
        self.assertIn("SIGHUP", out)
        self.assertEqual(["kept"], titles(self.machine.database))
        (aside,) = self.machine.directory.glob("pumasi.db-before-*.db")
        self.assertEqual(b"\xa5" * 65536, aside.read_bytes())


class Elsewhere(unittest.TestCase):
    """The six weeks of the demo, on the machine where they were made and on another that has only the backup."""

    LISTS = ("", "?status=doing", "?assignee=none", "?q=flyers", "?due=week", "?due=overdue", "?sort=title&order=asc", "?sort=priority", "?label=print")

    def answers(self, machine, token):
        """{request: (status, answer)} of everything that can be read."""
        reading = [line.split() for line in (ROOT / "handlers/routes").read_text().splitlines() if line.startswith("GET ")]
        found = {}
        for _, path, function in reading:
            if function in ("health", "session-list", "profile-export", "metrics"):  # of the machine, or of who is signed in
                continue
            tails = self.LISTS if path == "/api/tasks" else ("",)
            for number in range(1, 25) if "{id}" in path else (0,):
                for tail in tails:
                    asked = path.replace("{id}", str(number)) + tail
                    query = asked.partition("?")[2]
                    status, _, body = machine.cgi(function, "GET", asked, QUERY_STRING=query, HTTP_AUTHORIZATION=f"Bearer {token}")
                    found[asked] = status, re.sub(r'"request":"[^"]*"', "", body)
        return found

    def test_it_gives_the_same_answers(self):
        with Machine() as machine, Machine() as other:
            subprocess.run([ROOT / "scripts/demo", PUMASI, machine.database], check=True, capture_output=True, env=machine.environment(), cwd=ROOT)
            machine.register()
            machine.query("UPDATE \"user\" SET role = 'admin' WHERE name = 'Hana'")
            (address,) = machine.query("SELECT email FROM \"user\" WHERE name = 'Hana'")[0]
            _, head, _ = machine.cgi("login", "POST", "/api/login", {"email": address, "password": PASSWORD})
            cookie = re.search(r"session=[^;]+", head)[0]
            status, _, body = machine.cgi("token-create", "POST", "/api/tokens", {"name": "reads", "scope": "read"}, HTTP_COOKIE=cookie)
            self.assertEqual(201, status, body)
            token = json.loads(body)["secret"]
            path = machine.directory / "copy.db"
            self.assertEqual(0, pumasi(machine, "backup", path, "--with-keys")[0])
            code, _, error = pumasi(other, "restore", path, "--replace")
            self.assertEqual(0, code, error)
            here, there = self.answers(machine, token), self.answers(other, token)
            self.assertGreater(sum(status == 200 for status, _ in here.values()), 40)
            self.assertEqual(here, there)


class WhilePeopleWork(unittest.TestCase):
    def test_functions_see_the_restored_state_at_once(self):
        with Machine() as machine, Stack(machine) as stack:
            _, cookie = machine.register()
            self.assertEqual(201, stack.request("POST", "/api/tasks", cookie, {"title": "one"})[0])
            path = machine.directory / "copy.db"
            self.assertEqual(0, pumasi(machine, "backup", path)[0])
            self.assertEqual(201, stack.request("POST", "/api/tasks", cookie, {"title": "two"})[0])
            position = machine.value("SELECT max(id) FROM event WHERE is_visible = 1")
            self.assertEqual(2, len(stack.request("GET", "/api/tasks", cookie)[1]["tasks"]))
            code, _, error = pumasi(machine, "restore", path, "--replace")
            self.assertEqual((0, ""), (code, error))
            # Signed out, as everybody.
            self.assertEqual(401, stack.request("GET", "/api/tasks", cookie)[0])
            _, again = machine.register("Min")
            status, body = stack.request("GET", "/api/tasks", again)
            self.assertEqual((200, ["one"]), (status, [task["title"] for task in body["tasks"]]))
            self.assertGreater(machine.value("SELECT max(id) FROM event WHERE is_visible = 1"), position)
            # The number of the task that is gone is not given to another.
            status, made = stack.request("POST", "/api/tasks", again, {"title": "three"})
            self.assertEqual((201, 3), (status, made["id"]))
            (aside,) = machine.directory.glob("pumasi.db-before-*.db")
            self.assertEqual(["one", "two"], titles(aside))
            self.assertEqual([], machine.damage())
            self.assertEqual([], machine.deaths())
            self.assertEqual("", machine.reports())


if __name__ == "__main__":
    unittest.main()
