"""pumasi event, and how long the log is kept: read it, hand it on, tell it once more, forget what is old."""

import fcntl
import json
import re
import subprocess
import time
import unittest

from bench import JANITOR, PUMASI, ROOT, Instance, parse, part

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


class Retention(Log):
    """The janitor keeps thirty days."""

    def setUp(self):
        super().setUp()
        self.instance.settings["PUMASI_LOG_DAYS"] = "30"
        self.task = self.instance.task(self.ann, "Flyers", self.bo)

    def send(self):
        self.instance.mailer()
        self.assertEqual(self.instance.row()["state"], "sent")

    def position(self):
        return self.instance.db.execute("SELECT max(id) FROM event WHERE is_visible = 1").fetchone()[0]

    def left(self):
        """Tables and their rows after the janitor."""
        self.instance.janitor()
        self.assertEqual(self.instance.db.execute("PRAGMA foreign_key_check").fetchall(), [])
        return {table: self.instance.count(table) for table in ("event", "event_recipient", "delivery")}

    def test_what_is_old_goes_with_the_mails_that_told_it(self):
        self.send()
        self.instance.change(self.ann, self.task, progress=10)
        self.instance.mailer()
        self.instance.age(31)
        self.instance.change(self.ann, self.task, progress=20)
        self.instance.mailer()
        last = self.position()
        self.assertEqual(self.left(), {"event": 1, "event_recipient": 2, "delivery": 1})
        self.assertEqual(self.position(), last)
        self.assertEqual(self.all_ids(), [last])
        begins = int(self.instance.db.execute("SELECT value FROM setting WHERE key = 'log_begins_at'").fetchone()[0])
        self.assertAlmostEqual(begins, time.time() - 30 * 86400, delta=60)
        self.assertEqual(self.left()["event"], 1)

    def test_for_ever_is_the_default_and_young_events_stay(self):
        self.send()
        self.instance.age(29)
        before = self.all_ids()
        self.left()
        self.assertEqual(self.all_ids(), before)
        self.instance.age(9999)
        del self.instance.settings["PUMASI_LOG_DAYS"]
        self.left()
        self.assertEqual(self.all_ids(), before)

    def test_a_log_that_is_kept_longer_again_does_not_begin_earlier(self):
        self.instance.age(40)
        self.left()
        begins = "SELECT value FROM setting WHERE key = 'log_begins_at'"
        before = self.instance.db.execute(begins).fetchone()[0]
        self.instance.settings["PUMASI_LOG_DAYS"] = "35"
        self.left()
        self.assertEqual(self.instance.db.execute(begins).fetchone()[0], before)

    def test_what_waits_in_the_outbox_stays(self):
        self.instance.change(self.ann, self.task, progress=10)
        self.instance.age(31)
        created, changed = self.ids("--task", self.task)
        self.left()
        self.assertEqual(self.all_ids(), [created, changed])
        self.instance.mailer()
        self.assertEqual(self.instance.row()["state"], "sent", "and is told")

    def test_what_a_mail_still_has_to_tell_stays(self):
        self.send()
        self.instance.change(self.ann, self.task, progress=10)
        self.instance.forget()
        created = self.ids("--task", self.task)[0]
        self.instance.age(31)
        for state in ("pending", "leased", "retry"):
            self.instance.db.execute("UPDATE delivery SET state = ?", (state,))
            self.left()
            self.assertIn(created, self.all_ids(), state)
        for state in ("sent", "failed", "dead", "suppressed"):
            with self.subTest(state=state):
                self.setUp()
                self.send()
                self.instance.change(self.ann, self.task, progress=10)
                self.instance.forget()
                self.instance.age(31)
                self.instance.db.execute("UPDATE delivery SET state = ?", (state,))
                self.assertEqual(self.left(), {"event": 1, "event_recipient": 0, "delivery": 0})

    def test_a_mail_stays_while_any_of_its_events_does(self):
        self.instance.db.execute("UPDATE rule SET how = 'coalesced'")
        self.instance.change(self.ann, self.task, progress=10)
        self.instance.age(31)
        self.instance.change(self.ann, self.task, progress=20)
        self.instance.mailer()
        self.assertEqual(self.instance.row()["state"], "sent")
        self.assertEqual(self.left(), {"event": 1, "event_recipient": 2, "delivery": 1})

    def test_the_position_stays_where_sign_ins_follow(self):
        self.send()
        self.instance.db.execute("INSERT INTO event (type, is_visible) VALUES ('session.failed', 0)")
        last = self.position()
        self.instance.age(31)
        self.left()
        self.assertEqual(self.all_ids(), [last])

    def test_more_than_a_batch_and_a_clock_that_was_wrong_for_a_while(self):
        self.send()
        self.instance.repeat_last_event(1000)
        self.instance.age(31)
        self.instance.by_hand(("UPDATE event SET at = at + 3000 * 86400 WHERE id % 100 = 0",))
        self.instance.change(self.ann, self.task, progress=20)
        self.instance.forget()
        future = [row[0] for row in self.instance.db.execute("SELECT id FROM event WHERE at > unixepoch() + 9")]
        self.assertEqual(len(future), 10)
        self.left()
        self.assertEqual(self.all_ids(), [*future, self.position()])

    def test_writers_are_let_in_between_batches(self):
        self.send()
        self.instance.repeat_last_event(20000)
        self.instance.age(31)
        process = subprocess.Popen([JANITOR], env=self.instance.environment(), stderr=subprocess.PIPE, text=True)
        longest = 0
        changes = 0
        while process.poll() is None:
            begin = time.monotonic()
            with open(f"{self.instance.path}-turn", "rb") as turn:  # as every writer of ours does
                fcntl.flock(turn, fcntl.LOCK_EX)
                self.instance.change(self.ann, self.task, progress=changes % 99 + 1)
            longest = max(longest, time.monotonic() - begin)
            changes += 1
        _, log = process.communicate()
        self.assertEqual(process.returncode, 0, log)
        self.assertRegex(log, r"forgotten: 200\d\d events, 1 mails")
        self.assertGreater(changes, 3)
        self.assertLess(longest, 2)

    def test_settings(self):
        for value in ("6", "1", "-1", "x", "36501"):
            self.instance.settings["PUMASI_LOG_DAYS"] = value
            self.pumasi("config", expected=1, says=f'log_days cannot be "{value}"')
        for value in ("0", "7", "36500"):
            self.instance.settings["PUMASI_LOG_DAYS"] = value
            self.pumasi("config", says=f"log_days = {value}\n")

    def test_a_batch_reads_by_indexes_alone(self):
        text = (ROOT / "lib" / "domain" / "retention.c").read_text().replace("\\\n", "\n")
        queries = {name: "".join(json.loads(piece) for piece in re.findall(r'"(?:[^"\\]|\\.)*"', body))
                   for name, body in re.findall(r"DB_QUERY\((\w+),(.*?)\);", text, re.DOTALL) if "OLD_BATCH" not in body}  # fmt: skip
        pieces = re.search(r"#define OLD_BATCH\(table, time\)(.*?)DB_QUERY", text, re.DOTALL)[1]
        for name, table, column in (("events", "event", "at"), ("deliveries", "delivery", "opened_at")):
            tokens = re.findall(r'"(?:[^"\\]|\\.)*"|\btable\b|\btime\b', pieces)
            queries[name] = "".join(json.loads(t) if t[0] == '"' else {"table": table, "time": column}[t] for t in tokens)
        self.assertEqual(len(queries), 5)
        for name, query in queries.items():
            marks = dict.fromkeys(set(re.findall(r"\$(\d)", query)), 1)
            plan = [row["detail"] for row in self.instance.db.execute(f"EXPLAIN QUERY PLAN {query}", [1] * len(marks))]
            self.assertRegex(" ".join(plan), r"SEARCH (event|delivery|setting) USING (INTEGER )?PRIMARY KEY")
            for step in plan:
                self.assertNotRegex(step, r"SCAN (?!batch|\(subquery)|TEMP B-TREE", f"{name}: {plan}")


if __name__ == "__main__":
    unittest.main()
