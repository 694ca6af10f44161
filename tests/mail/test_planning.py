"""Who gets which mail for which changes, read in a maildir."""

import time
import unittest

from bench import Instance, parse, part


class Planning(unittest.TestCase):
    """Ann makes tasks, Bo and Cy get them; the tests' mailer waits a minute for edits to rest unless told otherwise."""

    def setUp(self):
        self.instance = self.enterContext(Instance())
        self.ann, self.bo, self.cy = self.instance.people(3)
        self.names = {"reader0@example.org": "ann", "reader1@example.org": "bo", "reader2@example.org": "cy"}
        self.seen = set()

    def task(self, assignee=None, **fields):
        """A task that everybody knows of already."""
        task = self.instance.task(self.ann, "Plan", assignee, **fields)
        self.instance.forget()
        return task

    def mailed(self, delay=0):
        """Runs the mailer; the new mails by reader: {"bo": text}. Two to one reader are a failure."""
        self.instance.mailer(delay=delay)
        texts = {}
        for data in self.instance.mails():
            mail = parse(data)
            if mail["Message-ID"] in self.seen:
                continue
            self.seen.add(mail["Message-ID"])
            reader = self.names[mail["To"].addresses[0].addr_spec]
            self.assertNotIn(reader, texts, "two mails to one reader at once")
            texts[reader] = part(mail, "plain")
        return texts

    def test_created_for_somebody_goes_at_once(self):
        self.instance.task(self.ann, "Plan", self.bo)
        self.assertEqual(list(self.mailed(delay=3600)), ["bo"])
        self.assertEqual(self.mailed(), {})

    def test_created_for_nobody_tells_nobody(self):
        self.instance.task(self.ann, "Plan")
        self.instance.task(self.ann, "Mine", self.ann)
        self.assertEqual(self.mailed(), {})

    def test_put_in_charge_goes_at_once(self):
        task = self.task()
        self.instance.change(self.ann, task, assignee_id=self.bo)
        texts = self.mailed(delay=3600)
        self.assertEqual(list(texts), ["bo"])
        self.assertIn("– -> Reader 1\n", texts["bo"])

    def test_burst_is_one_mail_with_the_net_change(self):
        task = self.task(self.bo)
        for progress in range(10, 100, 10):
            self.instance.change(self.ann, task, progress=progress, title=f"Plan {progress}")
        self.instance.change(self.ann, task, status="doing")
        self.assertEqual(self.mailed(delay=60), {}, "edits have not rested yet")
        self.instance.make_due()
        texts = self.mailed()
        self.assertEqual(list(texts), ["bo"])
        self.assertIn("Plan -> Plan 90\n", texts["bo"])
        self.assertRegex(texts["bo"], r"0\D* -> 90")
        self.assertEqual(texts["bo"].count("->"), 3, texts["bo"])
        self.assertNotIn("Plan 10", texts["bo"])
        self.assertEqual(self.mailed(), {})

    def test_there_and_back_is_nothing(self):
        task = self.task(self.bo)
        self.instance.change(self.ann, task, title="Other", priority="high")
        self.instance.change(self.ann, task, title="Plan", priority="normal")
        self.assertEqual(self.mailed(), {})
        self.assertEqual(self.instance.rows(), [])
        self.assertEqual(self.instance.db.execute("SELECT count(*) FROM outbox").fetchone()[0], 0)

    def test_own_changes_are_not_told(self):
        task = self.task(self.bo)
        self.instance.change(self.bo, task, progress=50)
        self.instance.comment(self.bo, task, "half way")
        texts = self.mailed()
        self.assertEqual(list(texts), ["ann"])
        self.assertIn("> half way\n", texts["ann"])

    def test_each_hears_of_the_other(self):
        task = self.task(self.bo)
        self.instance.change(self.bo, task, progress=50)
        self.instance.change(self.ann, task, priority="high")
        texts = self.mailed()
        self.assertEqual(sorted(texts), ["ann", "bo"])
        self.assertIn("-> 50", texts["ann"])
        self.assertNotIn("High", texts["ann"])
        self.assertIn("High", texts["bo"])
        self.assertNotIn("-> 50", texts["bo"])

    def test_hand_over(self):
        task = self.task(self.bo)
        self.instance.change(self.ann, task, assignee_id=self.cy)
        texts = self.mailed(delay=3600)
        self.assertEqual(sorted(texts), ["bo", "cy"])
        for text in texts.values():
            self.assertIn("Reader 1 -> Reader 2", text)
        self.assertIn("because you were in charge of the task until now.", texts["bo"])
        self.assertIn("because you are in charge of the task.", texts["cy"])
        self.instance.change(self.ann, task, priority="high")
        self.assertEqual(list(self.mailed()), ["cy"], "later changes are not Bo's business")

    def test_taken_and_given_back(self):
        """Bo hands it to Cy and takes it back before anybody was told."""
        task = self.task(self.bo)
        self.instance.change(self.bo, task, assignee_id=self.cy)
        self.instance.change(self.bo, task, assignee_id=self.bo)
        self.assertEqual(self.mailed(), {})

    def test_somebody_at_the_server(self):
        """A change by hand with sqlite3 is nobody's: everybody concerned hears of it."""
        task = self.task(self.bo)
        self.instance.change(None, task, priority="urgent")
        texts = self.mailed()
        self.assertEqual(sorted(texts), ["ann", "bo"])
        self.assertIn("Urgent", texts["bo"])

    def test_deleted_and_restored(self):
        task = self.task(self.bo)
        self.instance.change(self.ann, task, deleted_at=int(time.time()))
        deleted = self.mailed()
        self.assertEqual(list(deleted), ["bo"])
        self.instance.change(self.ann, task, deleted_at=None)
        restored = self.mailed()
        self.assertEqual(list(restored), ["bo"])
        self.assertIn("Reader 0 moved this task to the bin.", deleted["bo"])
        self.assertIn("Reader 0 took this task out of the bin.", restored["bo"])
        self.instance.change(self.ann, task, deleted_at=int(time.time()))
        self.instance.change(self.ann, task, deleted_at=None)
        self.assertEqual(self.mailed(), {}, "in and out at once is nothing")

    def test_restored_deleted_restored(self):
        task = self.task(self.bo)
        self.instance.change(self.ann, task, deleted_at=int(time.time()))
        self.instance.forget()
        for deleted_at in (None, int(time.time()), None):
            self.instance.change(self.ann, task, deleted_at=deleted_at)
        texts = self.mailed()
        self.assertEqual(list(texts), ["bo"])
        self.assertIn("took this task out of the bin.", texts["bo"])
        self.assertNotIn("to the bin.", texts["bo"])

    def test_created_and_deleted_before_told(self):
        task = self.instance.task(self.ann, "Plan", self.bo)
        self.instance.change(self.ann, task, deleted_at=int(time.time()))
        self.assertEqual(self.mailed(), {})

    def test_created_and_edited_is_one_mail(self):
        task = self.instance.task(self.ann, "Plan", self.bo)
        self.instance.change(self.ann, task, title="Better plan", due_on="2026-12-24")
        texts = self.mailed()
        self.assertEqual(list(texts), ["bo"])
        self.assertIn("Better plan", texts["bo"])
        self.assertIn("24 Dec", texts["bo"])

    def test_comments_are_quoted(self):
        task = self.task(self.bo)
        self.instance.comment(self.ann, task, "one\n\nthree <b> & 가")
        self.instance.comment(self.cy, task, "from Cy")
        texts = self.mailed()
        self.assertEqual(sorted(texts), ["ann", "bo"])
        self.assertIn("> one\n> \n> three <b> & 가\n", texts["bo"])
        self.assertIn("> from Cy\n", texts["bo"])
        self.assertNotIn("> one", texts["ann"])
        self.assertIn("> from Cy\n", texts["ann"])

    def test_edits_that_never_rest(self):
        """After ten minutes they are mailed although the last one is fresh."""
        task = self.task(self.bo)
        self.instance.change(self.ann, task, title="Fresh")
        self.assertEqual(self.mailed(delay=3600), {})
        self.instance.db.execute("UPDATE delivery SET opened_at = opened_at - 601")
        self.instance.change(self.ann, task, priority="high")
        self.assertEqual(list(self.mailed(delay=3600)), ["bo"])

    def test_many_tasks(self):
        for i in range(250):
            self.instance.task(self.ann, f"Task {i}", self.bo)
        self.instance.mailer()
        self.assertEqual(len(self.instance.mails()), 250)
        self.assertEqual({row["state"] for row in self.instance.rows()}, {"sent"})


if __name__ == "__main__":
    unittest.main()
