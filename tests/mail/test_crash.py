"""The mailer is killed at any instant, or runs twice: nothing is lost, and at most the mail in flight comes twice."""

import collections
import os
import pathlib
import random
import signal
import time
import unittest

from bench import Instance, parse, wait_for
from fake_server import FakeServer

KILLS = 10
# A kill that comes after the end of the work tells nothing, and is tried again this often.
ROUNDS = 6 * KILLS


def message_id(data):
    return parse(data)["Message-ID"].strip("<>")


def children(pid):
    return [int(child) for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


class Crash(unittest.TestCase):
    def setUp(self):
        self.instance = self.enterContext(Instance())
        self.ann, *self.readers = self.instance.people(5)
        self.seed = random.randrange(10**6)
        self.random = random.Random(self.seed)

    def add_tasks(self, count):
        for i in range(count):
            self.instance.task(self.ann, f"Task {i}", self.random.choice(self.readers))

    def start(self, mail=None):
        mailer = self.instance.start_mailer(mail)
        self.addCleanup(mailer.communicate)
        self.addCleanup(mailer.kill)
        return mailer

    def seconds_of_a_run(self, mail, tasks):
        """How long this machine takes for as many mails, left in peace."""
        self.add_tasks(tasks)
        begin = time.monotonic()
        self.instance.mailer(mail)
        return time.monotonic() - begin

    def kill_at_random(self, mail, most_s):
        """True if it was still at work."""
        mailer = self.start(mail)
        time.sleep(self.random.uniform(0, most_s))
        mailer.send_signal(signal.SIGKILL)
        _, log = mailer.communicate()
        self.assertIn(mailer.returncode, (0, -signal.SIGKILL), log)
        return mailer.returncode != 0

    def assert_all_sent(self, tasks):
        rows = self.instance.rows()
        self.assertEqual(len(rows), tasks, f"one mail is planned for each task (seed {self.seed})")
        self.assertEqual({row["state"] for row in rows}, {"sent"}, f"seed {self.seed}")
        self.assertEqual(self.instance.db.execute("SELECT count(*) FROM outbox").fetchone()[0], 0)
        self.assertEqual(self.instance.db.execute("PRAGMA integrity_check").fetchone()[0], "ok")
        return {row["message_id"] for row in rows}

    def test_killed_with_a_maildir(self):
        most_s = self.seconds_of_a_run(None, 4)
        tasks, kills, rounds = 4, 0, 0
        while kills < KILLS and rounds < ROUNDS:
            rounds += 1
            self.add_tasks(4)
            tasks += 4
            kills += self.kill_at_random(None, most_s)
            self.instance.make_due()
        self.instance.mailer()
        ids = self.assert_all_sent(tasks)
        arrived = [message_id(data) for data in self.instance.mails()]
        self.assertEqual(sorted(arrived), sorted(ids), f"each once (seed {self.seed})")
        self.assertEqual(list((self.instance.maildir / "tmp").iterdir()), [])
        self.assertEqual(kills, KILLS, "the kills came too late to tell anything")

    def test_killed_with_a_server(self):
        server = FakeServer()
        self.addCleanup(server.close)
        server.pause = 0.01
        mail = f"smtp://127.0.0.1:{server.port}"
        most_s = self.seconds_of_a_run(mail, 6)
        tasks, kills, rounds, in_flight = 6, 0, 0, 0
        while kills < KILLS and rounds < ROUNDS:
            rounds += 1
            self.add_tasks(6)
            tasks += 6
            already = {id for id, state in self.accepted_and_states(server) if state != "sent"}
            waiting = 6 + sum(row["state"] != "sent" for row in self.instance.rows())
            sessions = min(4, -(-waiting // 50))  # each has one mail in flight
            is_killed = self.kill_at_random(mail, most_s)
            kills += is_killed
            in_flight += sessions if is_killed else 0
            self.assertTrue(wait_for(server.is_idle), "a session has outlived its mailer")
            unrecorded = {id for id, state in self.accepted_and_states(server) if state != "sent"}
            self.assertLessEqual(len(unrecorded - already), sessions, f"more in flight than sessions (seed {self.seed})")
            self.instance.make_due()
        self.instance.mailer(mail)
        ids = self.assert_all_sent(tasks)
        arrived = collections.Counter(message_id(mail.data) for mail in server.accepted())
        self.assertEqual(set(arrived), ids, f"nothing lost, nothing of another name (seed {self.seed})")
        self.assertLessEqual(sum(arrived.values()) - len(ids), in_flight, f"seed {self.seed}")
        self.assertEqual(kills, KILLS, "the kills came too late to tell anything")

    def accepted_and_states(self, server):
        states = {row["message_id"]: row["state"] for row in self.instance.rows()}
        return [(id, states.get(id)) for id in {message_id(mail.data) for mail in server.accepted()}]

    def test_lease_is_kept(self):
        """What a killed mailer had taken is left alone until its lease is over."""
        server = FakeServer()
        self.addCleanup(server.close)
        server.pause = 5
        self.add_tasks(3)
        mailer = self.start(f"smtp://127.0.0.1:{server.port}")
        self.assertTrue(wait_for(lambda: [row for row in self.instance.rows() if row["state"] == "leased"]))
        mailer.kill()
        mailer.wait()
        self.instance.mailer()
        self.assertEqual({row["state"] for row in self.instance.rows()}, {"leased"})
        self.assertEqual(self.instance.mails(), [])
        self.assertTrue(all(row["next_at"] > time.time() + 500 for row in self.instance.rows()))
        self.instance.make_due()
        self.instance.mailer()
        self.assertEqual(len(self.instance.mails()), 3)

    def test_session_ends_with_its_mailer(self):
        server = FakeServer()
        self.addCleanup(server.close)
        server.pause = 30
        self.add_tasks(2)
        mailer = self.start(f"smtp://127.0.0.1:{server.port}")
        session = wait_for(lambda: children(mailer.pid))
        self.assertEqual(len(session), 1)
        mailer.kill()
        mailer.wait()
        self.assertTrue(wait_for(lambda: not pathlib.Path(f"/proc/{session[0]}/cmdline").exists()
                                 or not pathlib.Path(f"/proc/{session[0]}/cmdline").read_bytes(), 5))  # fmt: skip

    def test_session_is_killed(self):
        """As if the library crashed: the mailer goes on, and what was not reported waits."""
        server = FakeServer()
        self.addCleanup(server.close)
        server.pause = 0.3
        self.add_tasks(3)
        mailer = self.start(f"smtp://127.0.0.1:{server.port}")
        self.assertTrue(wait_for(lambda: server.accepted()))
        self.assertTrue(wait_for(lambda: self.instance.rows()[0]["state"] == "sent"))
        os.kill(children(mailer.pid)[0], signal.SIGKILL)
        _, log = mailer.communicate(timeout=20)
        self.assertEqual(mailer.returncode, 0, log)
        self.assertEqual([row["state"] for row in self.instance.rows()], ["sent", "retry", "retry"])

    def test_two_mailers(self):
        server = FakeServer()
        self.addCleanup(server.close)
        server.pause = 0.02
        self.add_tasks(60)
        mailers = [self.start(f"smtp://127.0.0.1:{server.port}") for _ in range(4)]
        for mailer in mailers:
            _, log = mailer.communicate(timeout=30)
            self.assertEqual(mailer.returncode, 0, log)
        ids = self.assert_all_sent(60)
        self.assertEqual(sorted(message_id(mail.data) for mail in server.mails), sorted(ids))

    def test_work_comes_while_it_sends(self):
        """Changes made during a run are mailed by the next one, each once."""
        server = FakeServer()
        self.addCleanup(server.close)
        server.pause = 0.01
        self.add_tasks(20)
        mailer = self.start(f"smtp://127.0.0.1:{server.port}")
        added = 20
        while mailer.poll() is None and added < 60:
            self.add_tasks(1)
            added += 1
            time.sleep(0.01)
        _, log = mailer.communicate(timeout=20)
        self.assertEqual(mailer.returncode, 0, log)
        self.instance.mailer(f"smtp://127.0.0.1:{server.port}")
        ids = self.assert_all_sent(added)
        self.assertEqual(sorted(message_id(mail.data) for mail in server.mails), sorted(ids))


if __name__ == "__main__":
    unittest.main()
