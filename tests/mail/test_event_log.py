"""pumasi event, and how long the log is kept: read it, hand it on, tell it once more, forget what is old."""

import json
import subprocess
import time
import unittest

from bench import PUMASI, Instance, parse, part

CREATED = '{"detail-type":["task.created"]}'


class Log(unittest.TestCase):
    def setUp(self):
        self.instance = self.enterContext(Instance())
        self.ann, self.bo, self.cy = self.instance.people(3)
        self.pumasi = self.instance.pumasi

    def ids(self, *words):
        return [int(event["id"]) for event in self.instance.listed("event", "list", *words)]

    def all_ids(self):
        return [row[0] for row in self.instance.db.execute("SELECT id FROM event ORDER BY id")]


class List(Log):
    def test_the_latest_or_those_that_follow(self):
        task = self.instance.task(self.ann, "Flyers")
        for progress in range(10, 70, 10):
            self.instance.change(self.ann, task, progress=progress)
        ids = self.all_ids()
        self.assertEqual(len(ids), 10)
        self.assertEqual(self.ids(), ids)
        self.assertEqual(self.ids("--limit", 3), ids[-3:])
        self.assertEqual(self.ids("--after", 0, "--limit", 3), ids[:3])
        self.assertEqual(self.ids("--after", ids[4]), ids[5:])
        self.assertEqual(self.ids("--type", "task.updated", "--limit", 2), ids[-2:])
        self.assertEqual(self.ids("--type", "user.registered"), ids[:3])
        self.assertEqual(self.ids("--task", task, "--limit", 2), ids[-2:])
        self.assertEqual(self.ids("--task", task, "--type", "task.created"), [ids[3]])
        self.assertEqual(self.ids("--task", task + 1), [])
        self.assertEqual(self.ids("--type", "nonsense"), [])

    def test_only_the_last_days(self):
        self.instance.task(self.ann, "Old")
        self.instance.age(3)
        task = self.instance.task(self.ann, "New")
        self.assertEqual(self.ids("--days", 2), self.ids("--task", task))
        self.assertEqual(len(self.ids("--days", 4)), 5)

    def test_lines_for_people(self):
        task = self.instance.task(self.ann, "Flyers\x1b[2J", self.bo)
        self.instance.change(self.bo, task, progress=10, due_on="2027-01-02", description="long\ntext", assignee_id=self.cy)
        self.instance.comment(self.cy, task, "Done?")
        lines = self.pumasi("event", "list", "--task", task).splitlines()
        self.assertEqual(len(lines), 3)
        self.assertRegex(lines[0], rf"^ *\d+  \d{{4}}-\S+Z  task.created     #{task} Flyers\?\[2J  by Reader 0$")
        for word in ("by Reader 1", "progress: 0 -> 10", "due_on: - -> 2027-01-02", "assignee: Reader 1 -> Reader 2", "  description"):
            self.assertIn(word, lines[1])
        self.assertNotIn("long", lines[1])
        self.assertIn("task.commented", lines[2])
        self.assertIn("user.registered  Reader 0  by Reader 0", self.pumasi("event", "list", "--type", "user.registered"))

    def test_what_is_not_understood(self):
        for words, says in (
            (("list", "--limit", "0"), "--limit must be a number of 1 or more"),
            (("list", "--after", "-1"), "--after must be a number of 0 or more"),
            (("list", "--task", "x"), "--task must be a number"),
            (("list", "--days", "0"), "--days must be a number from 1 to 36500"),
            (("list", "x"), "Usage: pumasi event list"),
            (("export", "--since", "2026-02-30"), "--since must be a day, YYYY-MM-DD"),
            (("export", "--since"), "Usage: pumasi event export"),
            (("replay",), "Usage: pumasi event replay"),
            (("replay", "--to", "3"), "Usage: pumasi event replay"),
            (("replay", "--from", "1", "--days", "3"), "Usage: pumasi event replay"),
            (("replay", "--from", "3", "--to", "2"), "--to must not be before --from"),
            (("replay", "--from", "0"), "--from must be a number of 1 or more"),
        ):
            with self.subTest(words=words):
                self.pumasi("event", *words, expected=2, says=says)
        self.assertEqual(self.instance.count("outbox"), 0)


class Export(Log):
    def exported(self, *words):
        return [json.loads(line) for line in self.pumasi("event", "export", *words).splitlines()]

    def test_the_envelope_that_rules_see(self):
        task = self.instance.task(self.ann, "Flyers", self.bo, labels='["print"]')
        self.instance.change(self.bo, task, progress=40, status="doing")
        [event] = [event for event in self.exported() if event["detail-type"] == "task.updated"]
        ann = {"id": self.ann, "name": "Reader 0", "email": "reader0@example.org"}
        bo = {"id": self.bo, "name": "Reader 1", "email": "reader1@example.org"}
        self.assertRegex(event.pop("time"), r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.assertEqual(event, {
            "id": str(self.all_ids()[-1]), "source": "pumasi", "detail-type": "task.updated", "resources": [f"task/{task}"],
            "detail": {
                "actor": bo,
                "task": {"id": task, "title": "Flyers", "status": "doing", "progress": 40, "priority": "normal", "due_on": None,
                         "labels": ["print"], "assignee": bo, "creator": ann},
                "changes": {"progress": {"from": 0, "to": 40}, "status": {"from": "todo", "to": "doing"}},
            },
        })  # fmt: skip
        self.pumasi("rule", "match", '{"detail":{"changes":{"progress":{"to":[{"numeric":[">",30]}]}}}}', json.dumps(event))

    def test_from_a_place_or_a_day_on(self):
        self.instance.task(self.ann, "Old")
        self.instance.age(3)
        self.instance.task(self.ann, "New")
        ids = self.all_ids()
        day = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 86400))
        self.assertEqual([int(event["id"]) for event in self.exported()], ids)
        self.assertEqual([int(event["id"]) for event in self.exported("--after", ids[1])], ids[2:])
        self.assertEqual([int(event["id"]) for event in self.exported("--since", day)], ids[-1:])
        self.assertEqual(self.exported("--since", "9999-12-31"), [])

    def test_a_long_log_takes_the_memory_of_a_short_one(self):
        self.instance.task(self.ann, "Flyers", description="x" * 1000)
        short = self.instance.peak("event", "export")
        self.instance.repeat_last_event(20000)
        self.assertEqual(len(self.pumasi("event", "export").splitlines()), 20004)
        self.assertLess(self.instance.peak("event", "export"), short + 24 * 1024, "KiB; the sanitizer keeps what was freed")
        self.assertLess(self.instance.peak("event", "list", "--after", 0, "--limit", 30000, "--json"), short + 24 * 1024)

    def test_a_full_disk_is_an_error(self):
        for words in (("event", "export"), ("event", "list", "--json"), ("user", "list")):
            with open("/dev/full", "w") as full:
                done = subprocess.run([PUMASI, *words], env=self.instance.environment(), stdout=full, stderr=subprocess.PIPE, text=True)
            self.assertEqual((done.returncode, done.stderr), (1, "pumasi: standard output cannot be written\n"))


class Replay(Log):
    def told(self):
        return [(parse(data)["To"].addresses[0].addr_spec, parse(data)["Subject"]) for data in self.instance.mails()]

    def test_nobody_is_told_twice(self):
        task = self.instance.task(self.ann, "Flyers", self.bo)
        self.instance.mailer()
        before = self.instance.mails()
        self.assertEqual(len(before), 1)
        [event] = self.ids("--task", task)
        self.pumasi("event", "replay", "--from", event, says="1 event is planned again")
        self.assertEqual(self.instance.count("outbox"), 1)
        self.instance.mailer()
        self.assertEqual(self.instance.mails(), before)
        self.assertEqual(self.instance.count("outbox"), 0)

    def test_whom_a_later_rule_names_is_told(self):
        self.instance.task(self.ann, "Flyers", self.bo)
        self.instance.mailer()
        self.instance.age(2)
        self.pumasi("rule", "add", "tell-cy", "--pattern", CREATED, "--who", f"user:{self.cy}")
        self.pumasi("event", "replay", "--days", 3, says="1 event is planned again")
        self.instance.mailer(delay=600)
        self.assertEqual(sorted(address for address, _ in self.told()), ["reader1@example.org", "reader2@example.org"])
        self.assertIn("Flyers", part(parse(self.instance.mails()[-1]), "plain"))

    def test_only_the_range_and_only_tasks(self):
        task = self.instance.task(self.ann, "Flyers")
        for progress in range(10, 60, 10):
            self.instance.change(self.ann, task, progress=progress)
        self.instance.forget()
        ids = self.ids("--task", task)
        self.pumasi("event", "replay", "--from", ids[1], "--to", ids[3], says="3 events are planned again")
        waiting = [row[0] for row in self.instance.db.execute("SELECT event_id FROM outbox ORDER BY event_id")]
        self.assertEqual(waiting, ids[1:4])
        self.pumasi("event", "replay", "--from", ids[1], says="2 events are planned again")
        self.pumasi("event", "replay", "--from", 1, says="1 event is planned again")
        self.assertEqual(self.instance.count("outbox"), len(ids))
        self.pumasi("event", "replay", "--from", 1, expected=1, says="does not wait already")
        self.pumasi("event", "replay", "--from", ids[-1] + 1, expected=1, says="no event of a task is there")

    def test_only_the_days(self):
        self.instance.task(self.ann, "Old", self.bo)
        self.instance.age(5)
        self.instance.task(self.ann, "New", self.bo)
        self.instance.forget()
        self.pumasi("event", "replay", "--days", 4, says="1 event is planned again")

    def test_more_than_a_batch(self):
        self.instance.task(self.ann, "Flyers", self.bo)
        self.instance.repeat_last_event(1200)
        self.instance.forget()
        self.pumasi("event", "replay", "--days", 1, says="1201 events are planned again")
        self.assertEqual(self.instance.count("outbox"), 1201)


if __name__ == "__main__":
    unittest.main()
