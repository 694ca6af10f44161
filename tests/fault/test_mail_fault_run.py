"""
A long day of mail: a thousand changes and more by people of different wishes, while mailers are killed, several run at
once, the mail server refuses, hangs and cuts the line in every phase, and the disk is full for a while. At the end each
(event, person) that the rules and wishes call for was mailed; twice only what was in flight at a kill or a cut, under
the same Message-ID. What is called for is computed here, from the changes alone.

FAULT_SEED=N repeats a run.
"""

import collections
import os
import pathlib
import random
import re
import resource
import signal
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "mail"))
from bench import MAILER, Instance, parse, part  # noqa: E402
from fake_server import FakeServer  # noqa: E402

CHANGES = 1000
A_ROUND = 25
WISHES = (
    {"mail_how": "instant"},
    {"mail_how": "coalesced"},
    {"mail_how": "coalesced", "mail_own": 1},
    {"mail_how": "daily"},
    {"mail_how": "off"},
    {"mail_how": "coalesced", "mail_level": "assigned"},
    {"mail_how": "coalesced", "mail_level": "all"},
)
REFUSALS = (b"421 4.3.2 going down", b"451 4.3.0 later", b"452 4.3.1 no room", b"550 5.7.1 not today")


class Model:
    """Who is to be told of what, by the default rules: from the changes, and nothing that the product says."""

    def __init__(self, wishes):
        self.wishes = wishes
        self.tasks = {}  # id: (creator, assignee)
        self.watching = collections.defaultdict(dict)  # task: {person: "watch" | "mute"}
        self.expected = set()  # (mark, person)
        self.told = set()  # (task, person): something of it was, or waits
        self.handed = {}  # event: the people to be told of a hand-over

    def people_for(self, task, actor, was_assignee=None):
        creator, assignee = self.tasks[task]
        involved = {creator, assignee, was_assignee} - {None}
        involved |= {person for person, state in self.watching[task].items() if state == "watch"}
        involved |= {person for person, wish in self.wishes.items() if wish.get("mail_level") == "all"}
        told = set()
        for person in involved:
            wish = self.wishes[person]
            state = self.watching[task].get(person)
            is_own = person == actor and not wish.get("mail_own")
            is_far = wish.get("mail_level") == "assigned" and person not in (assignee, was_assignee) and state != "watch"
            if not (is_own or is_far or wish["mail_how"] == "off" or state == "mute"):
                told.add(person)
        self.told |= {(task, person) for person in told}
        return told

    def tell(self, mark, task, actor):
        self.expected |= {(mark, person) for person in self.people_for(task, actor)}


class MailFaultRun(unittest.TestCase):
    def setUp(self):
        self.seed = int(os.environ.get("FAULT_SEED", random.randrange(10**6)))
        self.random = random.Random(self.seed)
        self.instance = self.enterContext(Instance())
        self.server = FakeServer()
        self.addCleanup(self.server.close)
        self.mail = f"smtp://127.0.0.1:{self.server.port}"
        people = self.instance.people(len(WISHES))
        self.wishes = dict(zip(people, WISHES))
        for person, wish in self.wishes.items():
            sets = ", ".join(f"{column} = ?" for column in wish)
            self.instance.act(person, (f'UPDATE "user" SET {sets} WHERE id = ?', *wish.values(), person))
        self.people = people
        self.model = Model(self.wishes)
        self.changes = self.kills = self.cuts = self.faults = self.full_disks = 0
        self.may_hang = False
        self.task_of = {}  # mark or event of a hand-over: its task
        self.lock = threading.Lock()
        self.trouble = 0.0  # how likely a step of the server goes wrong
        self.server.fault = self.fault

    # ---- the mail server's day ----

    def fault(self, phase):
        with self.lock:
            if self.random.random() >= self.trouble:
                return None
            self.faults += 1
            kind = self.random.choice(("refuse", "refuse", "cut", "cut", "hang" if self.may_hang else "cut"))
            if kind == "refuse" and phase != "text":
                refusals = REFUSALS if phase in ("connect", "EHLO", "MAIL") else REFUSALS[:3]
                return self.random.choice(refusals)
            if phase == "dot":
                self.cuts += 1
            return self.server.HANG if kind == "hang" else self.server.CUT

    # ---- changes ----

    def mark(self):
        self.changes += 1
        return f"mark{self.changes}x"

    def change(self):
        """One change; a new task's text and a comment have a mark that stands in their mail and in no other."""
        actor = self.random.choice(self.people)
        kind = self.random.choice(("task", "comment", "comment", "comment", "hand over", "watch"))
        if kind == "task" or not self.model.tasks:
            mark = self.mark()
            assignee = self.random.choice([*self.people, None])
            task = self.instance.task(actor, "Carry the chairs", assignee, description=f"All of them. {mark}")
            self.model.tasks[task] = (actor, assignee)
            self.task_of[mark] = task
            self.model.tell(mark, task, actor)
            return
        task = self.random.choice(list(self.model.tasks))
        if kind == "watch":
            self.watch(task, self.random.choice(self.people))
        elif kind == "hand over":
            self.hand_over(task, actor)
        else:
            mark = self.mark()
            self.task_of[mark] = task
            self.instance.comment(actor, task, f"This was said: {mark}")
            self.model.tell(mark, task, actor)

    def hand_over(self, task, actor):
        self.changes += 1
        creator, before = self.model.tasks[task]
        after = self.random.choice([person for person in (*self.people, None) if person != before])
        self.model.tasks[task] = (creator, after)
        self.instance.change(actor, task, assignee_id=after)
        event = self.instance.db.execute("SELECT max(id) FROM event").fetchone()[0]
        self.task_of[event] = task
        self.model.handed[event] = self.model.people_for(task, actor, before)

    def watch(self, task, person):
        """Somebody watches a task, or mutes one before anything of it waits for her: that would not be sent any more."""
        if person in self.model.watching[task]:
            return
        state = self.random.choice(("watch", "watch", "mute"))
        if state == "mute" and (task, person) in self.model.told:
            return
        self.model.watching[task][person] = state
        self.instance.act(person, ("INSERT INTO task_watcher (task_id, user_id, state) VALUES (?, ?, ?)", task, person, state))

    # ---- mailers ----

    def start(self, limit=None):
        def on_full_disk():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

        return subprocess.Popen([MAILER], env=self.instance.environment(self.mail), stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL, preexec_fn=on_full_disk if limit is not None else None)  # fmt: skip

    def run_killed(self):
        mailers = [self.start() for _ in range(self.random.choice((1, 1, 2, 3)))]
        time.sleep(self.random.uniform(0, self.most_s))
        for mailer in mailers:
            mailer.send_signal(signal.SIGKILL)
            self.kills += mailer.wait() == -signal.SIGKILL

    def run_on_full_disk(self):
        """The write-ahead log has room for a few pages, or for none."""
        self.full_disks += 1
        wal = pathlib.Path(f"{self.instance.path}-wal")
        size = wal.stat().st_size if wal.exists() else 0
        mailer = self.start(limit=max(0, size + self.random.choice((-4096, 0, 30000, 200000))))
        mailer.wait(60)

    def run_refused(self):
        """Nobody listens."""
        mailer = subprocess.Popen([MAILER], env=self.instance.environment("smtp://127.0.0.1:1"), stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL)  # fmt: skip
        mailer.wait(60)

    def test_nothing_is_lost(self):
        begin = time.monotonic()
        self.instance.mailer(self.mail)
        self.most_s = max(0.1, 4 * (time.monotonic() - begin))
        # A machine that is quick or slow meets fewer faults in the same work: then there is more of it.
        while self.changes < CHANGES or (min(self.kills / 15, self.faults / 60, self.full_disks / 2) < 1 and self.changes < 12 * CHANGES):
            for _ in range(A_ROUND):
                self.change()
            self.trouble = self.random.choice((0, 0.02, 0.1, 0.5))
            run = self.random.choice((self.run_killed, self.run_killed, self.run_killed, self.run_on_full_disk, self.run_refused))
            self.may_hang = run == self.run_killed
            run()
            self.instance.make_due()
        self.trouble = 0
        for _ in range(3):
            self.instance.mailer(self.mail, timeout=300)
            self.instance.make_due()
        self.judge()

    # ---- the end ----

    def judge(self):
        address = dict(self.instance.db.execute('SELECT email, id FROM "user"').fetchall())
        copies = collections.Counter()
        told = collections.defaultdict(set)  # (mark, person): Message-IDs
        for mail in self.server.accepted():
            message = parse(mail.data)
            copies[message["Message-ID"]] += 1
            for mark in re.findall(r"mark\d+x", part(message, "plain")):
                told[mark, address[mail.recipients[0]]].add(message["Message-ID"])
        # A refusal for good ends a mail; it is the server's word, and kept.
        refused = {row["id"] for row in self.instance.rows() if row["state"] == "failed"}
        lost = {(mark, person) for mark, person in self.model.expected if not told[mark, person]}
        duplicates = sum(copies.values()) - len(copies)
        print(f"{self.changes} changes, {sum(copies.values())} deliveries, {self.kills} kills, {self.faults} faults of the server, "
              f"{duplicates} duplicates, lost = {len(lost)} (seed {self.seed})", file=sys.__stdout__, flush=True)  # fmt: skip
        self.assertEqual(set(), lost, f"seed {self.seed}")
        self.assertEqual(set(), refused)
        in_flight = 4 * (self.kills + self.full_disks) + self.cuts
        self.assertLessEqual(duplicates, in_flight, "only what was in flight comes twice")
        unwanted = {(mark, person) for mark, person in told if (mark, person) not in self.model.expected
                    and not self.watches(self.task_of[mark], person)}  # fmt: skip
        self.assertEqual(set(), unwanted, f"seed {self.seed}")
        self.assertEqual([], [pair for pair, ids in told.items() if len(ids) > 1], "each is told by one mail")
        self.judge_hand_overs(copies)
        self.assertEqual({row["state"] for row in self.instance.rows()}, {"sent"})
        self.assertEqual(0, self.instance.db.execute("SELECT count(*) FROM outbox").fetchone()[0])
        self.assertEqual("ok", self.instance.db.execute("PRAGMA integrity_check").fetchone()[0])
        # The faults were faults.
        self.assertGreaterEqual(min(self.kills / 15, self.faults / 60, self.full_disks / 2), 1)

    def judge_hand_overs(self, copies):
        """A hand-over that was taken back before its mail leaves no word in it: here the mail of the event counts."""
        rows = self.instance.db.execute(
            "SELECT event_id, event_recipient.user_id, skipped, message_id FROM event_recipient "
            "LEFT JOIN delivery ON delivery.id = delivery_id"
        ).fetchall()
        sent = collections.defaultdict(set)
        for row in rows:
            if row["skipped"] == "undone" or f"<{row['message_id']}>" in copies:
                sent[row["event_id"]].add(row["user_id"])
        for event, people in self.model.handed.items():
            self.assertEqual(set(), people - sent[event], f"event {event}, seed {self.seed}")
            more = {person for person in sent[event] - people if not self.watches(self.task_of[event], person)}
            self.assertEqual(set(), more, f"event {event}, seed {self.seed}")

    def watches(self, task, person):
        """Whoever began to watch before the mails were planned may hear of what went just before."""
        return self.model.watching[task].get(person) == "watch"


if __name__ == "__main__":
    unittest.main()
