"""Everything of a server is killed at a random instant, again and again, while people write and mails go out: what was answered is
there, whole, and is mailed; twice only under one Message-ID. Five times; PUMASI_KILLS=200 for longer."""

import collections
import contextlib
import http.client
import os
import random
import re
import signal
import threading
import time
import unittest

from machine import PASSWORD, BUILD, Machine, Stack, own_processes, wait_for

KILLS = int(os.environ.get("PUMASI_KILLS", "5"))
WRITERS = 3
MOST_S = 1.5  # from the first write of a round to its end


class Writer(threading.Thread):
    """Creates tasks for somebody else until the line breaks."""

    def __init__(self, stack, cookie, assignee, name):
        super().__init__(daemon=True)
        self.stack, self.cookie, self.assignee, self.mark, self.kept = stack, cookie, assignee, name, []

    def run(self):
        with contextlib.suppress(OSError, http.client.HTTPException):
            for number in range(1_000_000):
                title = f"Task {self.mark}-{number}"
                task = {"title": title, "assignee_id": self.assignee}
                if self.stack.request("POST", "/api/tasks", self.cookie, task)[0] == 201:
                    self.kept.append(title)


def kill_everything(machine):
    while found := own_processes(machine):
        for process in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)


class KillEverything(unittest.TestCase):
    def mails(self, machine):
        """{title: [Message-ID of each mail that tells of it]}"""
        found = collections.defaultdict(list)
        for path in (machine.maildir / "new").iterdir():
            text = path.read_text(errors="replace")
            number = re.search(r"^Message-ID: (\S+)", text, re.M | re.I)[1]
            for title in set(re.findall(r"Task \d+-\d+-\d+", text)):
                found[title].append(number)
        return found

    def test_what_was_answered_is_there_and_mailed(self):
        seed = int(os.environ.get("FAULT_SEED", random.randrange(10**6)))
        chance = random.Random(seed)
        with Machine() as machine:
            machine.run(BUILD / "bin/pumasi", "user", "add", "--email", "told@example.org", "--name", "Told", text=PASSWORD + "\n")
            assignee = machine.value("SELECT id FROM \"user\" WHERE email = 'told@example.org'")
            _, cookie = machine.register()
            kept = []
            for number in range(KILLS):
                stack = Stack(machine)
                with contextlib.suppress(FileNotFoundError), stack:
                    stack.mailer_lock.close()
                    writers = [Writer(stack, cookie, assignee, f"{number}-{place}") for place in range(WRITERS)]
                    for writer in writers:
                        writer.start()
                    wait_for(lambda all_of_them=writers: any(writer.kept for writer in all_of_them), 20, "a first write")
                    time.sleep(chance.uniform(0, MOST_S))
                    kill_everything(machine)
                    stack.process.wait(10)
                    for writer in writers:
                        writer.join(30)
                        kept += writer.kept
            with Stack(machine) as stack:
                self.assertEqual(200, stack.request("GET", "/api/tasks", cookie)[0])
            # Ten minutes later: what a killed mailer had in hand is its no more.
            machine.query("UPDATE delivery SET next_at = unixepoch() WHERE state = 'leased'")
            while machine.value("SELECT (SELECT count(*) FROM outbox) + (SELECT count(*) FROM delivery WHERE state IN ('pending', 'leased'))"):
                machine.run(BUILD / "cron/mailer", most_s=60 + 5 * KILLS)
            there = [row["title"] for row in machine.query("SELECT title FROM task")]
            mails = self.mails(machine)
            twice = sum(len(numbers) > 1 for numbers in mails.values())
            print(f"seed {seed}: {KILLS} kills, {len(kept)} writes answered, {len(there)} there, {twice} mailed twice")
            self.assertEqual([], sorted(set(kept) - set(there)), "answered, and not there")
            self.assertLessEqual(len(there) - len(kept), WRITERS * KILLS, "only what was in flight was not answered")
            self.assertEqual(sorted(there), sorted(mails), "told")
            self.assertEqual([], [numbers for numbers in mails.values() if len(set(numbers)) > 1])
            self.assertEqual([], machine.damage())
            self.assertEqual("", machine.reports())


if __name__ == "__main__":
    unittest.main()
