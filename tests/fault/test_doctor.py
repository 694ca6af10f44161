"""`pumasi doctor` finds what goes wrong on a server, and each finding says what to do."""

import json
import os
import pathlib
import subprocess
import time
import unittest

from machine import BUILD, Machine, Stack

PUMASI = BUILD / "bin" / "pumasi"


def doctor(machine, *options):
    done = subprocess.run(
        [PUMASI, "doctor", *options, "--json"], capture_output=True, text=True, env=machine.environment(), timeout=120, check=False
    )
    return done.returncode, json.loads(done.stdout)


class Doctor(unittest.TestCase):
    def setUp(self):
        self.machine = self.enterContext(Machine())
        self.person, _ = self.machine.register()
        self.machine.run(BUILD / "cron" / "mailer")

    def assert_found(self, subject, words, *options):
        """There is a finding, with a remedy, about the subject; the status says so."""
        code, findings = doctor(self.machine, *options)
        self.assertEqual(1, code)
        found = [one for one in findings if not one["ok"] and subject in one["subject"] and words in one["finding"]]
        self.assertEqual(1, len(found), findings)
        self.assertTrue(found[0]["remedy"])

    def test_files_that_others_can_read(self):
        for path, mode in ((self.machine.database, 0o644), (f"{self.machine.database}-keys", 0o640)):
            os.chmod(path, mode)
            self.assert_found(str(path), "others")
            os.chmod(path, 0o600)

    def test_a_web_server_that_does_not_answer(self):
        self.assert_found("/api/health", "does not answer")

    def test_a_mailer_that_does_not_run(self):
        lock = f"{self.machine.database}-mailer"
        os.utime(lock, (time.time() - 7200, time.time() - 7200))
        self.assert_found("mailer", "ran 2 h")
        os.unlink(lock)
        self.assert_found("mailer", "never")

    def test_mails_that_wait_too_long_or_were_given_up(self):
        self.machine.query(
            "INSERT INTO delivery (user_id, kind, message_id, state, attempts, opened_at, next_at, due_at) "
            "VALUES (?, 'daily', 'a@b', 'retry', 3, unixepoch() - 9000, unixepoch() + 60, unixepoch() - 9000), "
            "(?, 'daily', 'c@d', 'dead', 20, unixepoch() - 9000, 0, NULL)",
            self.person, self.person,
        )
        self.assert_found("mails", "waits for 2 h")
        self.assert_found("mails", "1 were given up")

    def test_a_clock_that_was_set_back(self):
        self.machine.query("INSERT INTO event (at, type, is_visible) VALUES (unixepoch() + 86400, 'user.updated', 0)")
        self.assert_found("clock", "behind the log by")

    def test_a_journal_that_only_grows(self):
        with open(f"{self.machine.database}-wal", "ab") as wal:
            wal.truncate(200 * 1024 * 1024)
        self.assert_found("journal", "KiB")

    def test_a_damaged_page_is_found_by_the_thorough_look(self):
        connection = self.machine.connect()
        connection.executemany(
            "INSERT INTO event (type, is_visible, detail) VALUES ('user.updated', 0, ?)",
            [(json.dumps({"text": "x" * 500}),) for _ in range(1000)],
        )
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        connection.close()
        content = bytearray(self.machine.database.read_bytes())
        # Somewhere among those, where opening does not look.
        place = len(content) - 60 * 4096
        content[place : place + 8 * 4096] = b"\xa5" * 8 * 4096
        self.machine.database.write_bytes(content)
        self.assert_found("database", "damaged", "--thorough")

    def test_no_database(self):
        self.machine.database.unlink()
        self.assert_found(str(self.machine.database), "No such file")

    def test_reads_only(self):
        before = pathlib.Path(self.machine.database).read_bytes()
        doctor(self.machine, "--thorough")
        self.assertEqual(before, pathlib.Path(self.machine.database).read_bytes())


class WhereAllIsWell(unittest.TestCase):
    def test_nothing_is_found_and_a_real_mail_arrives(self):
        with Machine() as machine, Stack(machine):
            lock = pathlib.Path(f"{machine.database}-mailer")
            os.utime(lock)
            _, findings = doctor(machine)
            # A machine for tests may have nobody to set its clock by.
            self.assertEqual([], [one for one in findings if not one["ok"] and one["subject"] not in ("clock", "disk")])
            told = subprocess.run(
                [PUMASI, "doctor", "--mail", "min@example.org"], capture_output=True, text=True,
                env=machine.environment(), timeout=120, check=False,
            ).stdout
            self.assertIn("took the mail", told)
            self.assertEqual(1, len(list((machine.maildir / "new").iterdir())))


if __name__ == "__main__":
    unittest.main()
