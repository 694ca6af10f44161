"""pumasi rule: an administrator at a shell says which events are mailed, and sees it before it happens."""

import concurrent.futures
import json
import subprocess
import unittest

from bench import PUMASI, ROOT, Instance

DEFAULT = ["in-charge", "mention", "change", "due", "due-unassigned"]
CREATED = '{"detail-type":["task.created"]}'


class Rules(unittest.TestCase):
    def setUp(self):
        self.instance = self.enterContext(Instance())
        self.pumasi = self.instance.pumasi

    def names(self):
        return [rule["name"] for rule in self.instance.listed("rule", "list")]

    def rule(self, name):
        return next(rule for rule in self.instance.listed("rule", "list") if rule["name"] == name)

    def test_list(self):
        self.assertEqual(self.names(), DEFAULT)
        self.assertEqual(self.rule("due"), {
            "id": 4, "name": "due", "is_enabled": True, "who": "assignee", "how": "coalesced",
            "pattern": {"detail-type": ["task.due"]}, "is_valid": True,
        })  # fmt: skip
        lines = self.pumasi("rule", "list").splitlines()
        self.assertEqual(len(lines), 5)
        self.assertRegex(lines[0], r"^in-charge +enabled +instant +involved +\{")

    def test_a_pattern_written_by_hand_that_is_none_is_listed_as_such(self):
        self.instance.db.execute("INSERT INTO rule (name, pattern, who) VALUES ('odd\x1b[2J', '{\"a\":1}', 'everyone')")
        self.assertFalse(self.rule("odd\x1b[2J")["is_valid"])
        text = self.pumasi("rule", "list", says="it is no valid pattern")
        self.assertNotIn("\x1b", text)

    def test_add_edit_disable_enable_delete(self):
        self.pumasi("rule", "add", "새 일", "--pattern", CREATED, "--who", "admins")
        self.assertEqual((self.rule("새 일")["how"], self.rule("새 일")["who"]), ("coalesced", "admins"))
        self.pumasi("rule", "edit", "새 일", "--name", "new", "--how", "instant", "--who", "everyone")
        self.assertEqual(self.names(), DEFAULT + ["new"])
        rule = self.rule("new")
        self.assertEqual((rule["how"], rule["who"], rule["pattern"]), ("instant", "everyone", json.loads(CREATED)))
        self.pumasi("rule", "edit", "new", "--pattern", '{"detail-type":["task.deleted"]}')
        self.assertEqual(self.rule("new")["pattern"], {"detail-type": ["task.deleted"]})
        self.pumasi("rule", "disable", "new")
        self.assertFalse(self.rule("new")["is_enabled"])
        self.pumasi("rule", "enable", "new")
        self.assertTrue(self.rule("new")["is_enabled"])
        self.pumasi("rule", "delete", "new")
        self.assertEqual(self.names(), DEFAULT)

    def test_what_is_refused_stores_nothing_and_says_why(self):
        before = self.instance.listed("rule", "list")
        [person] = self.instance.people(1)
        for says, words in (
            ("the name must have", ("add", "", "--pattern", CREATED, "--who", "admins")),
            ("the name must have", ("add", "x" * 51, "--pattern", CREATED, "--who", "admins")),
            ("the name must have", ("add", "bell\a", "--pattern", CREATED, "--who", "admins")),
            ("a rule of this name", ("add", "due", "--pattern", CREATED, "--who", "admins")),
            ("detail.task.progress", ("add", "x", "--pattern", '{"detail":{"task":{"progress":[{"nummeric":["<",1]}]}}}', "--who", "admins")),
            ("byte", ("add", "x", "--pattern", '{"detail-type":["task.created"]', "--who", "admins")),
            ("pattern is invalid", ("add", "x", "--pattern", "{}", "--who", "admins")),
            ("--who must be", ("add", "x", "--pattern", CREATED, "--who", "boss")),
            ("pumasi user list", ("add", "x", "--pattern", CREATED, "--who", f"user:{person + 1}")),
            ("--how must be", ("add", "x", "--pattern", CREATED, "--who", "admins", "--how", "daily")),
            ("pattern is invalid", ("edit", "due", "--pattern", '{"a":[]}')),
            ("a rule of this name", ("edit", "due", "--name", "change")),
            ("pumasi user list", ("edit", "due", "--who", "user:99")),
            ("there is no rule \"x\"", ("edit", "x", "--how", "instant")),
            ("there is no rule \"x\"", ("enable", "x")),
            ("there is no rule \"x\"", ("disable", "x")),
            ("there is no rule \"x\"", ("delete", "x")),
        ):  # fmt: skip
            with self.subTest(words=words):
                self.pumasi("rule", *words, expected=1, says=says)
        self.assertEqual(self.instance.listed("rule", "list"), before)

    def test_what_is_not_understood_says_what_is(self):
        for words in (("add", "x"), ("add", "x", "--pattern", CREATED), ("edit", "due"), ("enable",), ("disable", "a", "b"),
                      ("delete",), ("list", "x"), ("match", "{}"), ("dry-run", "x"), ("frobnicate",), ()):  # fmt: skip
            with self.subTest(words=words):
                self.pumasi("rule", *words, expected=2, says="Usage: pumasi")

    def test_a_new_rule_mails(self):
        ann, bo = self.instance.people(2)
        self.pumasi("rule", "add", "tell-bo", "--pattern", CREATED, "--who", f"user:{bo}", "--how", "instant")
        self.instance.task(ann, "Of Ann's own")
        self.instance.mailer()
        self.assertEqual(self.instance.states(), {"reader1@example.org": "sent"})


class Match(unittest.TestCase):
    """It needs no configuration and no database."""

    def match(self, pattern, event):
        return subprocess.run([PUMASI, "rule", "match", pattern, event], capture_output=True, text=True, timeout=30,
                              env={"PUMASI_CONFIG": "/nonexistent", "PUMASI_NONSENSE": "1"})  # fmt: skip

    def test_every_case_of_the_pattern_language(self):
        cases = [json.loads(line) for line in (ROOT / "tests" / "unit" / "event-patterns.jsonl").read_text().splitlines()]
        self.assertGreater(len(cases), 80)
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for case, done in zip(cases, pool.map(lambda case: self.match(case["pattern"], case["event"]), cases)):
                with self.subTest(case=case):
                    self.assertEqual(done.returncode, {"match": 0, "no-match": 1, "invalid": 2}[case["expect"]], done.stderr)
                    self.assertEqual(bool(done.stderr), case["expect"] == "invalid")

    def test_answers_in_a_word(self):
        self.assertEqual(self.match('{"a":[1]}', '{"a":1}').stdout, "match\n")
        self.assertEqual(self.match('{"a":[1]}', '{"a":2}').stdout, "no match\n")

    def test_the_reason_names_the_place(self):
        for pattern, event, says in (
            ('{"detail":{"x":[{"prefix":1}]}}', "{}", "detail.x"),
            ('{"a":[1],}', "{}", "byte 10"),
            ('{"a":[1]}', "[1]", "object"),
            ('{"a":[1]}', '{"a":1,"a":', "the event, byte"),
            ('{"a":[1]}', "", "event"),
        ):
            done = self.match(pattern, event)
            self.assertEqual(done.returncode, 2, (pattern, event))
            self.assertIn(says, done.stderr)


class DryRun(unittest.TestCase):
    def setUp(self):
        self.instance = self.enterContext(Instance())
        self.ann, self.bo, self.cy = self.instance.people(3)
        self.pumasi = self.instance.pumasi

    def tried(self, *words):
        """As {(event, person): how or why not}."""
        mails = self.instance.listed("rule", "dry-run", *words)["mails"]
        return {(mail["event_id"], mail["user_id"]): mail["how"] or mail["skipped"] for mail in mails}

    def last_event(self):
        return self.instance.db.execute("SELECT max(id) FROM event").fetchone()[0]

    def wish(self, person, **columns):
        sets = ", ".join(f"{column} = ?" for column in columns)
        self.instance.act(person, (f'UPDATE "user" SET {sets} WHERE id = ?', *columns.values(), person))

    def test_tells_how_each_would_have_been_told_or_why_not(self):
        task = self.instance.task(self.ann, "Flyers", self.bo)
        created = self.last_event()
        self.instance.change(self.bo, task, progress=10)
        changed = self.last_event()
        self.assertEqual(self.tried(), {
            (created, self.ann): "own", (created, self.bo): "instant",
            (changed, self.ann): "coalesced", (changed, self.bo): "own",
        })  # fmt: skip
        self.wish(self.bo, mail_how="daily")
        self.wish(self.ann, mail_how="off")
        self.assertEqual(self.tried()[created, self.bo], "daily", "wishes as they are now")
        self.assertEqual(self.tried()[changed, self.ann], "off")
        self.instance.db.execute("INSERT INTO suppression (email_key, reason) VALUES ('reader1@example.org', 'bounce')")
        self.assertEqual(self.tried()[created, self.bo], "suppressed")

    def test_lines_and_a_summary_for_people(self):
        task = self.instance.task(self.ann, "Flyers", self.bo)
        event = self.last_event()
        self.instance.change(self.ann, task, progress=10)
        lines = self.pumasi("rule", "dry-run").splitlines()
        self.assertRegex(lines[1], rf"^{event}  \S+Z  task.created  #{task}  Reader 1 <reader1@example.org>  assignee  instant$")
        self.assertIn("skipped: own", lines[0])
        self.assertIn("Reader 1 <reader1@example.org>: told of 2 events (1 instant, 1 coalesced, 0 daily), 0 skipped", lines)
        self.assertIn("Reader 0 <reader0@example.org>: told of 0 events (0 instant, 0 coalesced, 0 daily), 2 skipped", lines)
        self.assertIn("nothing was written", "\n".join(lines))

    def test_one_rule_alone_also_a_disabled_one(self):
        self.instance.task(self.ann, "Flyers", self.bo)
        event = self.last_event()
        self.pumasi("rule", "add", "all", "--pattern", CREATED, "--who", "everyone")
        self.pumasi("rule", "disable", "all")
        self.assertNotIn((event, self.cy), self.tried())
        self.assertEqual(self.tried("--rule", "all"), {(event, self.ann): "own", (event, self.bo): "coalesced", (event, self.cy): "coalesced"})
        self.pumasi("rule", "dry-run", "--rule", "none", expected=1, says='there is no rule "none"')

    def test_only_the_last_days(self):
        self.instance.task(self.ann, "Flyers", self.bo)
        self.instance.age(days=8)
        self.assertEqual(self.tried(), {})
        self.assertEqual(len(self.tried("--days", "9")), 2)
        for days in ("0", "x", "-1", "1e3", "99999999999999999999"):
            self.pumasi("rule", "dry-run", "--days", days, expected=2, says="--days must be a number from 1 to 36500")

    def test_writes_nothing(self):
        for i in range(5):
            self.instance.task(self.ann, f"Task {i}", self.bo)
        tables = [row[0] for row in self.instance.db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        before = {table: self.instance.count(f'"{table}"') for table in tables}
        version = self.instance.db.execute("PRAGMA data_version").fetchone()[0]
        self.assertEqual(len(self.tried()), 10)
        self.assertEqual(self.instance.db.execute("PRAGMA data_version").fetchone()[0], version)
        self.assertEqual({table: self.instance.count(f'"{table}"') for table in tables}, before)

    def test_agrees_with_what_is_mailed(self):
        task = self.instance.task(self.ann, "Flyers", self.bo)
        self.instance.act(self.cy, ("INSERT INTO task_watcher (task_id, user_id, state) VALUES (?, ?, 'watch')", task, self.cy))
        self.instance.change(self.bo, task, assignee_id=self.cy)
        self.instance.comment(self.cy, task, "@Reader 0, is it done?")
        tried = self.instance.listed("rule", "dry-run")["mails"]
        self.instance.mailer()
        rows = self.instance.db.execute("SELECT event_id, user_id, reason, skipped FROM event_recipient ORDER BY event_id, user_id")
        self.assertEqual([(mail["event_id"], mail["user_id"], mail["reason"], mail["skipped"]) for mail in tried], [tuple(row) for row in rows])

    def test_a_long_log_takes_the_memory_of_a_short_one(self):
        self.instance.task(self.ann, "Flyers", self.bo)
        short = self.instance.peak("rule", "dry-run")
        self.instance.repeat_last_event(5000)
        long = self.instance.peak("rule", "dry-run")
        self.assertEqual(len(self.tried()), 5001 * 2)
        self.assertLess(long, short + 24 * 1024, "KiB; the sanitizer keeps what was freed")


if __name__ == "__main__":
    unittest.main()
