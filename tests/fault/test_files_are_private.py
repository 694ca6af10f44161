"""Whatever the umask of who starts it: database, keys, settings, logs and mails are for nobody else."""
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import stat
import subprocess
import tempfile
import unittest
import urllib.request

from machine import BUILD, PASSWORD, ROOT, VARIANT, Machine, wait_for

OTHERS, GROUP = stat.S_IRWXO, stat.S_IRWXG


def modes(directory):
    """{path: mode} of everything in it; a link's own is always open."""
    return {path.relative_to(directory): stat.S_IMODE(path.lstat().st_mode) for path in [directory, *directory.rglob("*")] if not path.is_symlink()}


class OpenHanded(unittest.TestCase):
    """umask 0: each file is as open as the program that makes it lets it be."""

    def setUp(self):
        self.addCleanup(os.umask, os.umask(0))

    def assert_private(self, found, but_for_group=()):
        self.assertEqual({}, {str(path): oct(mode) for path, mode in found.items() if mode & OTHERS})
        self.assertEqual({}, {str(path): oct(mode) for path, mode in found.items() if mode & GROUP and path.name not in but_for_group})

    def test_a_whole_stack(self):
        home = pathlib.Path(tempfile.mkdtemp(prefix="pumasi-private-"))
        self.addCleanup(shutil.rmtree, home)
        for server in ("lighttpd", "nginx"):
            with self.subTest(server):
                self.look_at(server, home / server)

    def look_at(self, server, directory):
        with Machine() as machine:  # for its port and environment; scripts/up makes all by itself
            environment = machine.environment(VARIANT=VARIANT, PUMASI_MAIL_DELAY="0")
            del environment["PUMASI_CONFIG"]
            up = subprocess.Popen([ROOT / "scripts" / "up", "--demo", "--dir", directory, "--port", str(machine.port), "--server", server],
                                  env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
            try:
                for line in up.stdout:
                    if line.startswith(b"ready "):
                        break
                else:
                    self.fail("it did not start")
                ask = urllib.request.Request(
                    f"{machine.url}/api/register", json.dumps({"email": "hana@example.org", "name": "Hana", "password": PASSWORD}).encode(),
                    {"Content-Type": "application/json", "Origin": machine.url})
                with urllib.request.urlopen(ask, timeout=20) as answer:
                    cookie = answer.headers["Set-Cookie"].split(";")[0]
                ask = urllib.request.Request(f"{machine.url}/api/tasks", json.dumps({"title": "Mailed", "assignee_id": 1}).encode(),
                                             {"Content-Type": "application/json", "Origin": machine.url, "Cookie": cookie})
                urllib.request.urlopen(ask, timeout=20).close()
                wait_for(lambda: any((directory / "mail").rglob("new/*")), 20, "a mail")
                found = modes(directory)
            finally:
                with contextlib.suppress(ProcessLookupError):
                    up.send_signal(signal.SIGTERM)
                up.wait(20)
                up.stdout.close()
        names = {str(path) for path in found}
        for name in ("pumasi.db", "pumasi.db-wal", "pumasi.db-shm", "pumasi.db-turn", "pumasi.db-keys", "pumasi.db-mailer", "pumasi.conf",
                     "log/pumasi.log", "log/up.log"):
            self.assertIn(name, names)
        self.assert_private(found)
        self.assertEqual(0o600, found[pathlib.Path("pumasi.db-keys")])

    def test_each_program_by_itself(self):
        """As an administrator's own units and crontab start them; the group may be meant to read."""
        with Machine() as machine:
            machine.run(BUILD / "bin" / "pumasi", "user", "add", "--email", "a@example.org", "--name", "A", text=PASSWORD + "\n")
            _, cookie = machine.register()
            status, _, _ = machine.cgi("task-create", "POST", "/api/tasks", {"title": "x", "assignee_id": 1}, HTTP_COOKIE=cookie)
            self.assertEqual(201, status)
            for program in ("mailer", "reminder", "janitor"):
                machine.run(BUILD / "cron" / program)
            machine.cgi("health", "GET", "/api/health", PUMASI_DATABASE="/nonexistent")  # logs
            kept = machine.connect()
            kept.execute("SELECT * FROM task").fetchall()  # -wal and -shm stay while somebody reads
            # The directory, its settings and folder of logs are the test's own.
            found = {path: mode for path, mode in modes(machine.directory).items() if str(path) not in (".", "log", "pumasi.conf") and "sanitizer" not in str(path)}
            kept.close()
        self.assertTrue(any(str(path).startswith("mail/new/") for path in found), found)
        for name in ("pumasi.db", "pumasi.db-wal", "pumasi.db-turn", "pumasi.db-keys", "pumasi.db-mailer", "log/pumasi.log"):
            self.assertIn(pathlib.Path(name), found)
        self.assert_private(found, {"pumasi.db", "pumasi.db-wal", "pumasi.db-shm", "pumasi.db-turn", "pumasi.db-mailer", "pumasi.log"})
        self.assertEqual(0o600, found[pathlib.Path("pumasi.db-keys")])

    def test_a_database_that_came_with_open_hands_is_closed(self):
        with Machine() as machine:
            machine.database.chmod(0o666)
            machine.run(BUILD / "bin" / "pumasi", "migrate")
            self.assertEqual(0o660, stat.S_IMODE(machine.database.stat().st_mode))


class Keys(unittest.TestCase):
    def test_they_are_made_once_and_rotated(self):
        with Machine() as machine:
            pumasi = BUILD / "bin" / "pumasi"
            path = pathlib.Path(f"{machine.database}-keys")
            first = path.read_text()
            self.assertRegex(first, r"^\d+ [0-9a-f]{64}\n$")
            machine.run(pumasi, "migrate")
            self.assertEqual(first, path.read_text())
            self.assertRegex(machine.run(pumasi, "key", "rotate"), r"work until \d{4}-\d\d-\d\d")
            self.assertRegex(path.read_text(), "^" + re.escape(first) + r"\d+ [0-9a-f]{64}\n$")
            self.assertEqual(0, machine.value("SELECT count(*) FROM setting WHERE key = 'secret'"))
            secret = first.split()[1]
            for file in machine.directory.glob("pumasi.db*"):
                if file != path:
                    self.assertNotIn(secret.encode(), file.read_bytes())
                    self.assertNotIn(bytes.fromhex(secret), file.read_bytes())

    def test_the_path_is_a_setting(self):
        with Machine() as machine:
            elsewhere = machine.directory / "elsewhere"
            machine.run(BUILD / "bin" / "pumasi", "migrate", PUMASI_LINK_KEYS=str(elsewhere))
            self.assertEqual(0o600, stat.S_IMODE(elsewhere.stat().st_mode))


if __name__ == "__main__":
    unittest.main()
