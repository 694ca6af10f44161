"""Tasks that are due: said once a task and day, in the mail of the day, by the clock of who is in charge."""

import datetime
import json
import re
import time
import unittest

from bench import ROOT, Instance, parse, part


def zone_where_it_is(hour):
    """A zone where clocks show this hour now (Etc/GMT+5 is five hours behind UTC)."""
    behind = (time.gmtime().tm_hour - hour) % 24
    return f"Etc/GMT+{behind}" if behind <= 12 else f"Etc/GMT-{24 - behind}"


def today(zone, days=0):
    ahead = -int(zone.removeprefix("Etc/GMT"))
    now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=ahead, days=days)
    return now.date().isoformat()


class Reminder(unittest.TestCase):
    """For Bo it is between four and five in the morning, and the mail of the day goes at four."""

    def setUp(self):
        self.instance = self.enterContext(Instance())
        if time.gmtime().tm_min >= 48:  # ten minutes ahead it would be another hour
            self.hour = 3
        else:
            self.hour = 4
        self.ann, self.bo, self.cy = self.instance.people(3)
        self.zone = zone_where_it_is(self.hour)
        for person in (self.ann, self.bo, self.cy):
            self.wish(person, time_zone=self.zone, mail_hour=self.hour)

    def wish(self, person, **columns):
        sets = ", ".join(f"{column} = ?" for column in columns)
        self.instance.act(person, (f'UPDATE "user" SET {sets} WHERE id = ?', *columns.values(), person))

    def due(self, title, days=0, assignee=None, **fields):
        return self.instance.task(self.ann, title, assignee, due_on=today(self.zone, days), **fields)

    def mailed(self):
        self.instance.forget()
        self.instance.reminder()
        before = self.instance.mails()
        self.instance.mailer()
        return [parse(data) for data in self.instance.mails() if data not in before]

    def events(self):
        return self.instance.db.execute("SELECT task_id, user_id, day, detail FROM event WHERE type = 'task.due'").fetchall()

    def test_due_and_late_are_one_mail_a_day(self):
        self.due("Today's", 0, self.bo)
        self.due("Late one", -3, self.bo)
        self.due("Not yet", 1, self.bo)
        self.due("Done", -1, self.bo, status="done", progress=100)
        self.instance.change(self.ann, self.due("Thrown away", 0, self.bo), deleted_at=1)
        self.instance.task(self.ann, "Without a date", self.bo)
        mails = self.mailed()
        self.assertEqual([str(mail["To"].addresses[0].addr_spec) for mail in mails], ["reader1@example.org"])
        text = part(mails[0], "plain")
        for word in ("Today's", "Late one"):
            self.assertIn(word, text)
        for word in ("Not yet", "Done", "Thrown away", "Without a date"):
            self.assertNotIn(word, text)
        self.assertIn("because tasks of yours are due.", text, "she did not ask for one mail a day")
        self.assertEqual(self.mailed(), [], "once a day")
        detail = {json.loads(row["detail"])["due"]["days"] for row in self.events()}
        self.assertEqual(detail, {0, -3})

    def test_who_is_told_when_nobody_is_in_charge(self):
        self.due("Nobody's", 0)
        mails = self.mailed()
        self.assertEqual([str(mail["To"].addresses[0].addr_spec) for mail in mails], ["reader0@example.org"])

    def test_not_before_the_hour(self):
        self.wish(self.bo, mail_hour=self.hour + 2)
        self.due("Later in the morning", 0, self.bo)
        self.assertEqual(self.mailed(), [])
        self.assertEqual(self.events(), [])

    def said(self, task, days):
        """As if it had been said so many days from today."""
        self.instance.db.execute("INSERT INTO event (type, task_id, user_id, is_visible, day) VALUES ('task.due', ?, ?, 0, ?)",
                                 (task, self.bo, today(self.zone, days)))  # fmt: skip

    def test_late_is_said_for_a_week_and_then_weekly(self):
        expected = set()
        for late, said, is_said in ((7, 1, True), (8, 1, False), (13, 6, False), (14, 7, True), (16, 9, True), (60, None, True)):
            task = self.due(f"{late} days", -late, self.bo)
            if said:
                self.said(task, -said)
            if is_said:
                expected.add(-late)
        self.instance.forget()
        self.instance.reminder()
        now = [json.loads(row["detail"])["due"]["days"] for row in self.events() if row["day"] == today(self.zone)]
        self.assertEqual(set(now), expected)

    def test_what_is_put_on_today_later_on_waits_for_the_next_mail_of_the_day(self):
        """There is one a day: not one for each task that somebody puts on today."""
        self.due("In the morning", 0, self.bo)
        self.assertEqual(len(self.mailed()), 1)
        for title in ("One more", "And another"):
            self.due(title, -1, self.bo)
            self.assertEqual(self.mailed(), [])
        self.instance.make_due()
        mails = self.mailed()
        self.assertEqual(len(mails), 1)
        for title in ("One more", "And another"):
            self.assertIn(title, part(mails[0], "plain"))

    def test_put_off_meanwhile_is_not_reminded(self):
        task = self.due("Put off", 0, self.bo)
        self.instance.forget()
        self.instance.reminder()
        self.instance.change(self.ann, task, due_on=today(self.zone, 5))
        self.instance.db.execute("DELETE FROM outbox WHERE event_id IN (SELECT id FROM event WHERE type <> 'task.due')")
        self.instance.mailer()
        self.assertEqual(self.instance.mails(), [])

    def test_muted_is_not_reminded(self):
        task = self.due("Muted", 0, self.bo)
        self.instance.act(self.bo, ("INSERT INTO task_watcher (task_id, user_id, state) VALUES (?, ?, 'mute')", task, self.bo))
        self.assertEqual(self.mailed(), [])

    def test_more_than_a_batch(self):
        for i in range(1001):
            self.due(f"Task {i}", -i % 3 - 2, self.bo)
        self.instance.forget()
        for _ in range(2):
            self.instance.reminder()
            self.assertEqual(len(self.events()), 1001)

    def test_reads_by_its_index_alone(self):
        text = (ROOT / "lib" / "domain" / "reminder.c").read_text()
        lines = re.search(r"DB_QUERY\(REMINDER_DUE, (.*?)\);", text, re.DOTALL)[1]
        query = "".join(json.loads(line) for line in re.findall(r'"(?:[^"\\]|\\.)*"', lines))
        plan = " ".join(row["detail"] for row in self.instance.db.execute(f"EXPLAIN QUERY PLAN {query}", ("2026-01-01", "", 0)))
        self.assertIn("SEARCH task USING INDEX task_open_by_due", plan)
        self.assertIn("USING COVERING INDEX event_once_a_day", plan)
        self.assertNotRegex(plan, "SCAN|TEMP B-TREE")

    def test_her_day_counts(self):
        """Where the sun rises first it is tomorrow already, or here still today: what is due is due there."""
        ahead = "Pacific/Kiritimati"  # UTC+14
        day = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=14)).date().isoformat()
        self.wish(self.cy, time_zone=ahead, mail_hour=0)
        self.instance.task(self.ann, "There", self.cy, due_on=day)
        self.instance.forget()
        self.instance.reminder()
        self.assertEqual([row["day"] for row in self.events()], [day])

    def test_the_mail_of_the_day_holds_both(self):
        """A person who wants one mail a day gets what happened and what is due in the same one."""
        self.wish(self.bo, mail_how="daily")
        self.instance.task(self.ann, "News for Bo", self.bo)
        self.instance.mailer()
        self.assertEqual(self.instance.mails(), [])
        self.due("Due for Bo", 0, self.bo)
        self.instance.reminder()
        self.instance.mailer()
        mails = [parse(data) for data in self.instance.mails()]
        self.assertEqual(len(mails), 1)
        text = part(mails[0], "plain")
        self.assertIn("because you asked for one a day.", text)
        self.assertIn("News for Bo", text)
        self.assertIn("Due for Bo", text)

    def test_nobody_who_wants_no_mail_gets_one(self):
        self.wish(self.bo, mail_how="off")
        self.due("Unwanted", 0, self.bo)
        self.assertEqual(self.mailed(), [])
        skipped = self.instance.db.execute("SELECT skipped FROM event_recipient WHERE user_id = ?", (self.bo,)).fetchall()
        self.assertEqual([row[0] for row in skipped], ["off"])

    def test_done_meanwhile_is_not_reminded(self):
        task = self.due("Quickly done", 0, self.bo)
        self.instance.forget()
        self.instance.reminder()
        self.instance.change(self.bo, task, status="done", progress=100)
        self.instance.db.execute("DELETE FROM outbox WHERE event_id IN (SELECT id FROM event WHERE type <> 'task.due')")
        self.instance.mailer()
        self.assertEqual(self.instance.mails(), [])


if __name__ == "__main__":
    unittest.main()
