"""What each person wants of mails, and what rules order: who is told, for which reason, how soon, and in how many mails."""

import collections
import datetime
import json
import signal
import unittest
import zoneinfo

from bench import Instance, parse, part

A_MINUTE = 60


class Wishes(unittest.TestCase):
    """Ann makes the tasks, Bo is in charge, Cy and Di have no part in them unless a test gives them one."""

    NAMES = ("ann", "bo", "cy", "di")

    def setUp(self):
        self.instance = self.enterContext(Instance())
        self.db = self.instance.db
        self.people = self.ann, self.bo, self.cy, self.di = self.instance.people(4)
        self.reader = {f"reader{i}@example.org": name for i, name in enumerate(self.NAMES)}
        self.seen = set()

    # ---- what people and administrators say ----

    def wish(self, person, **columns):
        sets = ", ".join(f"{column} = ?" for column in columns)
        self.instance.act(person, (f'UPDATE "user" SET {sets} WHERE id = ?', *columns.values(), person))

    def watch(self, person, task, state="watch"):
        self.instance.act(person, ("INSERT INTO task_watcher (task_id, user_id, state) VALUES (?, ?, ?) "
                                   "ON CONFLICT DO UPDATE SET state = excluded.state", task, person, state))  # fmt: skip

    def rule(self, who, how="coalesced", name="ours", pattern=None):
        self.db.execute("INSERT INTO rule (name, pattern, who, how) VALUES (?, ?, ?, ?)",
                        (name, json.dumps(pattern or {"detail-type": ["task.updated"]}), who, how))  # fmt: skip

    def only_rule(self, who, **more):
        self.db.execute("UPDATE rule SET is_enabled = 0")
        self.rule(who, **more)

    # ---- what happens ----

    def task(self, assignee=None, **fields):
        """A task that everybody knows of already."""
        task = self.instance.task(self.ann, "Plan", assignee, **fields)
        self.instance.forget()
        return task

    def event_at(self, time, task, actor=None):
        """A comment at a time of the test's choice: the log itself cannot be put back."""
        detail = {"comment": {"id": 1, "body": f"said at {time}"}}
        snapshot = self.db.execute("SELECT snapshot FROM task_snapshot WHERE id = ?", (task,)).fetchone()[0]
        detail["task"] = json.loads(snapshot)
        self.db.execute("INSERT INTO event (at, type, actor_id, task_id, is_visible, detail) VALUES (?, ?, ?, ?, 1, ?)",
                        (time, "task.commented", actor or self.ann, task, json.dumps(detail)))  # fmt: skip

    def age(self, seconds):
        """So much time passes for what waits."""
        self.db.execute("UPDATE delivery SET opened_at = opened_at - ?, next_at = next_at - ?, created_at = created_at - ? "
                        "WHERE state = 'pending'", (seconds, seconds, seconds))  # fmt: skip

    # ---- what comes of it ----

    def mailed(self, delay=0):
        """Runs the mailer; the new mails: {"bo": [text, ...]}."""
        self.instance.mailer(delay=delay)
        texts = collections.defaultdict(list)
        for data in self.instance.mails():
            mail = parse(data)
            if mail["Message-ID"] not in self.seen:
                self.seen.add(mail["Message-ID"])
                texts[self.reader[mail["To"].addresses[0].addr_spec]].append(part(mail, "plain"))
        return dict(texts)

    def told(self, delay=0):
        """Who got a mail, as often as she got one."""
        return sorted(name for name, texts in self.mailed(delay).items() for _ in texts)

    def why(self, event=None):
        """Of the last event: {"bo": reason, or why she is not told}."""
        event = event or self.db.execute("SELECT max(event_id) FROM event_recipient").fetchone()[0]
        rows = self.db.execute("SELECT user_id, reason, skipped FROM event_recipient WHERE event_id = ?", (event,)).fetchall()
        names = dict(zip(self.people, self.NAMES))
        return {names[row["user_id"]]: row["skipped"] or row["reason"] for row in rows}

    def waits(self):
        """Open mails: {(name, kind): next_at}."""
        return {(self.reader[row["email"]], row["kind"]): row["next_at"] for row in self.instance.rows()
                if row["state"] == "pending"}  # fmt: skip


class Haste(Wishes):
    def test_each_in_her_own_time(self):
        for person, how in ((self.ann, "coalesced"), (self.bo, "instant"), (self.cy, "daily"), (self.di, "off")):
            self.wish(person, mail_how=how)
        task = self.task(self.bo)
        for person in (self.cy, self.di):
            self.watch(person, task)
        self.instance.change(None, task, priority="high")
        self.assertEqual(self.told(A_MINUTE), ["bo"])
        self.assertEqual(set(self.waits()), {("ann", "task"), ("cy", "daily")})
        self.assertEqual(self.why(), {"ann": "creator", "bo": "assignee", "cy": "watcher", "di": "off"})
        self.age(A_MINUTE + 1)
        self.assertEqual(self.told(A_MINUTE), ["ann"])
        self.age(25 * 3600)
        self.assertEqual(self.told(A_MINUTE), ["cy"])

    def test_instant_is_a_mail_for_each_change(self):
        self.wish(self.bo, mail_how="instant")
        task = self.task(self.bo)
        for priority in ("high", "low"):
            self.instance.change(self.ann, task, priority=priority)
            self.assertEqual(self.told(A_MINUTE), ["bo"])

    def test_daily_is_one_mail_for_all_tasks(self):
        self.wish(self.bo, mail_how="daily")
        tasks = [self.task(self.bo) for _ in range(3)]
        for task in tasks:
            self.instance.change(self.ann, task, title=f"Plan of {task}")
            self.assertEqual(self.told(), [])
        self.instance.make_due()
        texts = self.mailed()
        self.assertEqual(list(texts), ["bo"])
        (text,) = texts["bo"]
        for task in tasks:
            self.assertIn(f"Plan of {task}", text)

    def test_daily_keeps_hand_overs_and_mentions_for_the_day(self):
        """Rules that say "at once" do not break into the day of who wants one mail a day."""
        self.wish(self.bo, mail_how="daily")
        task = self.task()
        self.instance.change(self.ann, task, assignee_id=self.bo)
        self.instance.comment(self.ann, task, "@Reader 1, please")
        self.assertEqual(self.told(), [])
        self.assertEqual(set(self.waits()), {("bo", "daily")})

    def test_a_hasty_event_takes_along_what_waits(self):
        task = self.task(self.bo)
        self.instance.change(self.ann, task, priority="high")
        self.assertEqual(self.told(A_MINUTE), [])
        self.instance.comment(self.ann, task, "@Reader 1, look")
        texts = self.mailed(A_MINUTE)
        self.assertEqual([len(texts["bo"]), list(texts)], [1, ["bo"]])
        self.assertIn("High", texts["bo"][0])
        self.assertEqual(self.waits(), {})

    def test_a_slow_event_does_not_hold_up_a_hasty_one(self):
        task = self.task()
        self.instance.change(self.ann, task, assignee_id=self.bo)
        self.instance.change(self.ann, task, priority="high")
        texts = self.mailed(A_MINUTE)
        self.assertEqual(list(texts), ["bo"])
        self.assertIn("High", texts["bo"][0])


class Level(Wishes):
    def test_assigned_means_hers_to_do_now_or_until_now(self):
        self.wish(self.ann, mail_level="assigned")
        self.wish(self.bo, mail_level="assigned")
        task = self.task(self.bo)
        self.instance.change(self.cy, task, priority="high")
        self.assertEqual(self.told(), ["bo"])
        self.assertEqual(self.why(), {"ann": "level", "bo": "assignee"})
        self.instance.change(self.cy, task, assignee_id=self.ann)
        self.assertEqual(self.told(), ["ann", "bo"])
        self.assertEqual(self.why(), {"ann": "assignee", "bo": "was_assignee"})

    def test_assigned_still_hears_of_mentions_and_of_what_she_watches(self):
        self.wish(self.ann, mail_level="assigned")
        task = self.task(self.bo)
        self.instance.comment(self.bo, task, "@Reader 0: yes?")
        self.assertEqual(self.told(), ["ann"])
        self.assertEqual(self.why()["ann"], "mentioned")
        self.watch(self.ann, task)
        self.instance.change(self.bo, task, priority="high")
        self.assertEqual(self.told(), ["ann"])
        self.assertEqual(self.why()["ann"], "creator", "the strongest reason is said")

    def test_all(self):
        self.wish(self.di, mail_level="all")
        task = self.task(self.bo)
        self.instance.change(self.ann, task, priority="high")
        self.assertEqual(self.told(), ["bo", "di"])
        self.assertEqual(self.why(), {"ann": "own", "bo": "assignee", "di": "all"})

    def test_an_order_of_the_administrator_reaches_who_made_the_task_like_anybody(self):
        """A rule for everybody is no matter of the level; less so for somebody who has a part in the task."""
        for person in (self.ann, self.di):
            self.wish(person, mail_level="assigned")
        self.rule("everyone")
        task = self.task(self.bo)
        self.instance.change(self.bo, task, priority="high")
        self.assertEqual(self.told(), ["ann", "cy", "di"])


class Own(Wishes):
    def test_own_changes_are_told_to_who_wants_them(self):
        task = self.task(self.bo)
        self.instance.change(self.bo, task, progress=40)
        self.assertEqual(self.told(), ["ann"])
        self.assertEqual(self.why()["bo"], "own")
        self.wish(self.bo, mail_own=1)
        self.instance.change(self.bo, task, progress=50)
        self.assertEqual(self.told(), ["ann", "bo"])

    def test_a_hand_between_is_not_taken_for_nothing(self):
        """Ann undoes what Bo did in between: for Bo that is news, although it is now as it was before all."""
        task = self.task(self.bo)
        self.instance.change(self.ann, task, title="Second")
        self.instance.change(self.bo, task, title="Third")
        self.instance.change(self.ann, task, title="Plan")
        (text,) = self.mailed()["bo"]
        self.assertIn("Third -> Plan\n", text)

    def test_what_others_did_is_told_from_where_she_left_it(self):
        task = self.task(self.bo)
        self.instance.change(self.ann, task, priority="high")
        self.instance.change(self.bo, task, priority="low")
        self.instance.change(self.ann, task, priority="urgent")
        (text,) = self.mailed()["bo"]
        self.assertIn("Low -> Urgent\n", text)


class WatchAndMute(Wishes):
    def test_who_watches_is_told_and_who_mutes_is_not(self):
        task = self.task(self.bo)
        self.watch(self.cy, task)
        self.watch(self.bo, task, "mute")
        self.instance.change(self.ann, task, priority="high")
        self.assertEqual(self.told(), ["cy"])
        self.assertEqual(self.why(), {"ann": "own", "bo": "muted", "cy": "watcher"})

    def test_mute_is_for_one_task(self):
        muted, other = self.task(self.bo), self.task(self.bo)
        self.watch(self.bo, muted, "mute")
        for task in (muted, other):
            self.instance.change(self.ann, task, priority="high")
        self.assertEqual(self.told(), ["bo"])

    def test_mute_while_a_mail_waits(self):
        task = self.task(self.bo)
        self.instance.change(self.ann, task, priority="high")
        self.assertEqual(self.told(A_MINUTE), [])
        self.watch(self.bo, task, "mute")
        self.age(A_MINUTE + 1)
        self.assertEqual(self.told(A_MINUTE), [])
        self.assertEqual(self.why()["bo"], "muted")
        self.assertEqual(self.instance.rows(), [])

    def test_mute_while_a_mail_of_the_day_waits(self):
        self.wish(self.bo, mail_how="daily")
        muted, other = self.task(self.bo), self.task(self.bo)
        self.instance.change(self.ann, muted, title="Not this one")
        self.instance.change(self.ann, other, title="But this one")
        self.assertEqual(self.told(), [])
        self.watch(self.bo, muted, "mute")
        self.instance.make_due()
        (text,) = self.mailed()["bo"]
        self.assertIn("But this one", text)
        self.assertNotIn("Not this one", text)

    def test_off_while_mails_wait(self):
        self.wish(self.cy, mail_how="daily")
        task = self.task(self.bo)
        self.watch(self.cy, task)
        self.instance.change(self.ann, task, priority="high")
        self.assertEqual(self.told(A_MINUTE), [])
        for person in (self.bo, self.cy):
            self.wish(person, mail_how="off")
        self.instance.make_due()
        self.assertEqual(self.told(), [])
        self.assertEqual(self.why(), {"ann": "own", "bo": "off", "cy": "off"})

    def test_off_and_on_again_is_not_told_what_was_then(self):
        task = self.task(self.bo)
        self.wish(self.bo, mail_how="off")
        self.instance.change(self.ann, task, priority="high")
        self.assertEqual(self.told(), [])
        self.wish(self.bo, mail_how="instant")
        self.assertEqual(self.told(), [])
        self.instance.change(self.ann, task, title="New")
        (text,) = self.mailed()["bo"]
        self.assertNotIn("High", text)


class Moving(Wishes):
    """Somebody changes her mind while mails wait: what waits is told, once, and what comes follows the new wish."""

    def told_of(self, text, *words):
        self.assertEqual([word for word in ("First", "Second") if word in text], list(words))

    def move(self, before, after):
        self.wish(self.bo, mail_how=before)
        first, second = self.task(self.bo), self.task(self.bo)
        self.instance.comment(self.ann, first, "First")
        self.assertEqual(self.told(A_MINUTE), [])
        self.wish(self.bo, mail_how=after)
        self.instance.comment(self.ann, second, "Second")

    def test_coalesced_to_instant(self):
        self.move("coalesced", "instant")
        (text,) = self.mailed(A_MINUTE)["bo"]
        self.told_of(text, "Second")
        self.age(A_MINUTE + 1)
        (text,) = self.mailed(A_MINUTE)["bo"]
        self.told_of(text, "First")

    def test_coalesced_to_daily(self):
        self.move("coalesced", "daily")
        self.age(A_MINUTE + 1)
        (text,) = self.mailed(A_MINUTE)["bo"]
        self.told_of(text, "First")
        self.instance.make_due()
        (text,) = self.mailed(A_MINUTE)["bo"]
        self.told_of(text, "Second")

    def test_daily_to_instant(self):
        self.move("daily", "instant")
        (text,) = self.mailed(A_MINUTE)["bo"]
        self.told_of(text, "Second")
        self.instance.make_due()
        (text,) = self.mailed(A_MINUTE)["bo"]
        self.told_of(text, "First")
        self.assertEqual(self.told(A_MINUTE), [])

    def test_another_hour_while_the_mail_of_the_day_waits(self):
        """It comes at the new hour, be it earlier or later."""
        zone = "Asia/Seoul"
        self.wish(self.bo, mail_how="daily", time_zone=zone, mail_hour=8)
        task = self.task(self.bo)
        noon = local_time(zone, 2027, 3, 1, 12)
        self.event_at(noon, task)
        self.instance.mailer()
        self.assertEqual(self.waits()["bo", "daily"], local_time(zone, 2027, 3, 2, 8))
        for hour, day in ((6, 2), (20, 1), (11, 2)):
            self.wish(self.bo, mail_hour=hour)
            self.event_at(noon + 60, task)
            self.instance.mailer()
            self.assertEqual(self.waits()["bo", "daily"], local_time(zone, 2027, 3, day, hour))

    def test_another_zone_while_the_mail_of_the_day_waits(self):
        self.wish(self.bo, mail_how="daily", time_zone="Asia/Seoul", mail_hour=8)
        task = self.task(self.bo)
        noon = local_time("Asia/Seoul", 2027, 3, 1, 12)
        self.event_at(noon, task)
        self.instance.mailer()
        self.wish(self.bo, time_zone="America/New_York")
        self.event_at(noon + 60, task)
        self.instance.mailer()
        self.assertEqual(self.waits()["bo", "daily"], local_time("America/New_York", 2027, 3, 1, 8))


class Rules(Wishes):
    def after_a_change(self, task):
        self.instance.change(None, task, title="Another plan")
        return self.told()

    def test_each_word_names_its_people(self):
        self.db.execute("UPDATE \"user\" SET role = 'admin' WHERE id = ?", (self.di,))
        cases = {
            "involved": ["ann", "bo", "cy"],
            "assignee": ["bo"],
            "creator": ["ann"],
            "watchers": ["cy"],
            "admins": ["di"],
            "everyone": ["ann", "bo", "cy", "di"],
            f"user:{self.di}": ["di"],
            "user:4711": [],
        }
        for who, people in cases.items():
            with self.subTest(who):
                task = self.task(self.bo)
                self.watch(self.cy, task)
                self.only_rule(who, name=who)
                self.assertEqual(self.after_a_change(task), people)

    def test_a_disabled_rule_is_none(self):
        task = self.task(self.bo)
        self.db.execute("UPDATE rule SET is_enabled = 0")
        self.assertEqual(self.after_a_change(task), [])
        self.assertEqual(self.db.execute("SELECT count(*) FROM outbox").fetchone()[0], 0, "and it does not wait for one")

    def test_whoever_several_rules_name_is_told_once(self):
        for who in ("everyone", f"user:{self.bo}", "assignee"):
            self.rule(who, name=who)
        self.assertEqual(self.after_a_change(self.task(self.bo)), ["ann", "bo", "cy", "di"])
        self.assertEqual(self.why(), {"ann": "creator", "bo": "assignee", "cy": "rule", "di": "rule"})

    def test_the_hastier_rule_counts(self):
        self.rule("assignee", "instant")
        task = self.task(self.bo)
        self.instance.change(None, task, title="Another plan")
        self.assertEqual(self.told(A_MINUTE), ["bo"])
        self.assertEqual(set(self.waits()), {("ann", "task")})

    def test_wishes_stand_above_rules(self):
        self.rule("everyone", "instant")
        self.wish(self.ann, mail_how="off")
        self.wish(self.bo, mail_how="daily")
        task = self.task(self.bo)
        self.watch(self.cy, task, "mute")
        self.assertEqual(self.after_a_change(task), ["di"])
        self.assertEqual(self.why(), {"ann": "off", "bo": "assignee", "cy": "muted", "di": "rule"})

    def test_a_pattern_picks_events(self):
        self.only_rule("everyone", pattern={"detail": {"task": {"priority": ["urgent"]}}})
        task = self.task(self.bo)
        self.instance.change(self.ann, task, priority="high")
        self.assertEqual(self.told(), [])
        self.instance.change(self.ann, task, priority="urgent")
        self.assertEqual(self.told(), ["bo", "cy", "di"])

    def test_the_strongest_reason_is_said(self):
        self.wish(self.ann, mail_level="all")
        self.rule("everyone", pattern={"detail-type": ["task.commented"]})
        task = self.task(self.bo)
        for person in self.people:
            self.watch(person, task)
        self.wish(self.di, mail_own=1)
        self.instance.comment(self.di, task, "@Reader 0 @Reader 1 @Reader 2")
        self.told()
        self.assertEqual(self.why(), {"ann": "mentioned", "bo": "assignee", "cy": "mentioned", "di": "watcher"})


class Mentions(Wishes):
    NAMES = ("ann", "bo", "cy", "di")

    def setUp(self):
        super().setUp()
        self.task_of_ann = self.task()
        for person, name in zip(self.people, ("Ann", "Kim Bo", "Kim Cy", "지우")):
            self.db.execute('UPDATE "user" SET name = ? WHERE id = ?', (name, person))

    def mentioned(self, text):
        self.instance.comment(self.ann, self.task_of_ann, text)
        return self.told()

    def test_by_name(self):
        for text, people in {
            "@Kim Bo, please": ["bo"],
            "@kim bo": ["bo"],
            "(@Kim Cy)": ["cy"],
            "@Kim Bo and @Kim Cy and @Kim Bo": ["bo", "cy"],
            "@지우님 부탁드립니다": ["di"],
            "see @지우": ["di"],
            "@Kim, which of you": [],  # two have this first name
            "@Kim Botany": [],
            "kim@Kim Bo": [],
            "write to cy@example.org": [],
            "@ Kim Bo": [],
            "@": [],
            "@@Kim Bo": ["bo"],
            "nobody": [],
        }.items():
            with self.subTest(text):
                self.assertEqual(self.mentioned(text), people)

    def test_by_first_name_where_it_is_one_persons(self):
        self.db.execute('UPDATE "user" SET name = ? WHERE id = ?', ("Lee Cy", self.cy))
        self.assertEqual(self.mentioned("@Kim, please"), ["bo"])
        self.assertEqual(self.mentioned("@Kim님"), ["bo"])
        self.assertEqual(self.mentioned("@Kimono"), [])

    def test_a_whole_name_is_meant_before_a_first_name(self):
        self.db.execute('UPDATE "user" SET name = ? WHERE id = ?', ("Kim", self.di))
        self.assertEqual(self.mentioned("@Kim, please"), ["di"])
        self.assertEqual(self.mentioned("@Kim Bo, please"), ["bo"])

    def test_two_of_one_name_are_nobody(self):
        self.db.execute('UPDATE "user" SET name = ? WHERE id = ?', ("Kim Bo", self.cy))
        self.assertEqual(self.mentioned("@Kim Bo"), [])

    def test_herself_is_not_told(self):
        self.assertEqual(self.mentioned("@Ann, remember"), [])


class Bursts(Wishes):
    def burst(self, task, actor, number):
        """Four fields in turn; the last values are those of number 35."""
        field = ("title", "progress", "priority", "description")[number % 4]
        value = {"title": f"Plan {number}", "progress": number * 2, "priority": ("high", "low")[number // 4 % 2],
                 "description": f"Text {number}"}[field]  # fmt: skip
        self.instance.change(actor, task, **{field: value})

    def kill_a_mailer(self):
        mailer = self.instance.start_mailer(delay=A_MINUTE)
        mailer.send_signal(signal.SIGKILL)
        mailer.communicate()

    def test_35_edits_in_two_minutes_are_one_mail_to_each(self):
        task = self.task(self.bo, status="doing")
        self.watch(self.di, task)
        for number in range(1, 36):
            self.burst(task, self.cy, number)
            if number % 3 == 0:
                self.age(10)  # 110 seconds in all, each run a process of its own
                self.kill_a_mailer()
                self.assertEqual(self.told(A_MINUTE), [], "they have not rested")
        self.assertEqual(self.told(A_MINUTE), [])
        self.age(A_MINUTE + 1)
        texts = self.mailed(A_MINUTE)
        self.assertEqual({name: len(mails) for name, mails in texts.items()}, {"ann": 1, "bo": 1, "di": 1})
        for (text,) in texts.values():
            self.assertIn("Plan -> Plan 32\n", text)
            self.assertRegex(text, r"\b0\D* -> 66")
            self.assertIn("Normal -> High\n" if 34 // 4 % 2 == 0 else "Normal -> Low\n", text)
            self.assertIn("Text 35", text)
            self.assertNotIn("Plan 28", text)
        self.assertEqual(self.mailed(), {})
        events = self.db.execute("SELECT count(*) FROM event_recipient WHERE delivery_id IS NOT NULL").fetchone()[0]
        self.assertEqual(events, 35 * 3, "each event is known to be told to each")

    def test_there_and_back_over_restarts_is_nothing(self):
        task = self.task(self.bo)
        for title in ("B", "C", "Plan"):
            self.instance.change(self.cy, task, title=title)
            self.assertEqual(self.told(A_MINUTE), [])
            self.age(20)
        self.age(A_MINUTE + 1)
        self.assertEqual(self.told(A_MINUTE), [])
        self.assertEqual(self.why(), {"ann": "undone", "bo": "undone"})
        self.assertEqual(self.instance.rows(), [])

    def test_back_after_the_mail_is_news(self):
        task = self.task(self.bo)
        self.instance.change(self.cy, task, title="B")
        self.assertEqual(self.told(), ["ann", "bo"])
        self.instance.change(self.cy, task, title="Plan")
        self.assertIn("B -> Plan\n", self.mailed()["bo"][0])

    def test_one_field_comes_back_and_another_stays(self):
        task = self.task(self.bo)
        self.instance.change(self.cy, task, title="B", priority="high")
        self.instance.change(self.cy, task, title="Plan")
        (text,) = self.mailed()["bo"]
        self.assertIn("Normal -> High\n", text)
        self.assertNotIn("B ->", text)


def local_time(zone, *parts):
    return int(datetime.datetime(*parts, tzinfo=zoneinfo.ZoneInfo(zone)).timestamp())


class Hours(Wishes):
    """The mail of the day goes at her hour by her clock, whatever clocks do."""

    def goes_at(self, zone, hour, happened):
        self.wish(self.bo, mail_how="daily", time_zone=zone, mail_hour=hour)
        self.db.execute("DELETE FROM event_recipient")
        self.db.execute("DELETE FROM delivery")
        self.event_at(happened, self.task(self.bo))
        self.instance.mailer()
        return {row["next_at"] for row in self.instance.rows() if row["kind"] == "daily"} or {
            f"sent {self.instance.rows()}"
        }

    def test_at_her_hour(self):
        for zone in ("Asia/Seoul", "America/New_York", "Pacific/Kiritimati", "Etc/GMT+12", "Asia/Kathmandu", "UTC"):
            for hour in (0, 8, 23):
                with self.subTest(f"{zone} {hour}"):
                    then = local_time(zone, 2027, 5, 10, hour)
                    self.assertEqual(self.goes_at(zone, hour, then - 1), {then})
                    tomorrow = local_time(zone, 2027, 5, 11, hour)
                    self.assertEqual(self.goes_at(zone, hour, then), {tomorrow}, "what came at the hour is for the next day")

    def test_over_summer_time(self):
        zone = "America/New_York"
        begins, ends = (2027, 3, 14), (2027, 11, 7)
        for day in (begins, ends):
            for hour in (0, 1, 2, 3, 8):
                with self.subTest(f"{day} {hour}"):
                    evening = local_time(zone, *day, 0) - 3600
                    first = self.goes_at(zone, hour, evening)
                    # Where there is no such hour, the one behind it.
                    shown = 3 if (day, hour) == (begins, 2) else hour
                    at = datetime.datetime.fromtimestamp(first.copy().pop(), zoneinfo.ZoneInfo(zone))
                    self.assertEqual((at.year, at.month, at.day, at.hour, at.minute), (*day, shown, 0))
                    (next_at,) = self.goes_at(zone, hour, first.pop())
                    at = datetime.datetime.fromtimestamp(next_at, zoneinfo.ZoneInfo(zone))
                    self.assertEqual((at.day, at.hour, at.minute), (day[2] + 1, hour, 0), "once on each day")


if __name__ == "__main__":
    unittest.main()
