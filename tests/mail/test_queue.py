"""pumasi mail: an administrator at a shell sees what waits and what failed, and does something about it."""

import pathlib
import socket
import time
import unittest

from bench import HOST, SENDER, Instance, parse, part
from fake_server import FakeServer


class Queue(unittest.TestCase):
    """Ann's task for Bo: one mail, planned, and refused by a server that will be well later."""

    def setUp(self):
        self.instance = self.enterContext(Instance())
        self.ann, self.bo, self.cy = self.instance.people(3)
        self.pumasi = self.instance.pumasi
        self.server = FakeServer()
        self.addCleanup(self.server.close)

    def refused(self, answer=b"450 4.2.1 come back later"):
        """A mail that the server did not take; its number."""
        self.task = self.instance.task(self.ann, "Flyers", self.bo)
        self.server.recipient = lambda _address: answer
        self.send()
        return self.instance.row()["id"]

    def send(self):
        self.instance.mailer(f"smtp://127.0.0.1:{self.server.port}")

    def well(self):
        self.server.recipient = lambda _address: b"250 fine"
        self.send()

    def set(self, mail, **columns):
        sets = ", ".join(f"{column} = ?" for column in columns)
        self.instance.db.execute(f"UPDATE delivery SET {sets} WHERE id = ?", (*columns.values(), mail))

    def test_an_empty_queue(self):
        self.assertEqual(self.pumasi("mail", "queue"), "0 mails wait; 0 events are not planned yet\n")
        self.assertEqual(self.instance.listed("mail", "queue"),
                         {"count": 0, "oldest_at": None, "unplanned": 0, "unplanned_since": None, "mails": []})  # fmt: skip

    def test_what_is_not_planned_yet(self):
        self.instance.task(self.ann, "Flyers", self.bo)
        queue = self.instance.listed("mail", "queue")
        self.assertEqual((queue["count"], queue["unplanned"]), (0, 1))
        self.assertIsNotNone(queue["unplanned_since"])
        self.assertRegex(self.pumasi("mail", "queue"), r"0 mails wait; 1 event is not planned yet, the oldest for \d+ s")

    def test_what_waits_for_its_next_try(self):
        mail = self.refused()
        self.set(mail, opened_at=int(time.time()) - 7300)
        queue = self.instance.listed("mail", "queue")
        self.assertEqual((queue["count"], queue["unplanned"]), (1, 0))
        [row] = queue["mails"]
        self.assertEqual((row["id"], row["state"], row["attempts"], row["to"]), (mail, "retry", 1, "reader1@example.org"))
        self.assertEqual(row["error"], "450 4.2.1 come back later")
        self.assertEqual(queue["oldest_at"], row["opened_at"])
        self.assertGreater(row["due_at"], row["created_at"])
        lines = self.pumasi("mail", "queue").splitlines()
        self.assertRegex(lines[0], rf"^ +{mail}  retry +due in (\d+ s|1 min) +1 attempt  task #{self.task}  reader1@example.org  450 4.2.1")
        self.assertIn("1 mail waits, the oldest for 2 h 1 min", lines[-1])

    def test_leased_and_pending_wait_too_and_what_ended_does_not(self):
        mail = self.refused()
        for state, listed in (("pending", 1), ("leased", 1), ("sent", 0), ("failed", 0), ("dead", 0), ("suppressed", 0)):
            self.set(mail, state=state)
            self.assertEqual(self.instance.listed("mail", "queue")["count"], listed, state)
            self.assertEqual([row["state"] for row in self.instance.listed("mail", "list", "--state", state)], [state])
        self.pumasi("mail", "list", "--state", "lost", expected=2, says="Usage: pumasi mail list")

    def test_errors_leave_the_terminal_as_it_is(self):
        mail = self.refused()
        self.set(mail, error="\x1b[2J\x07evil\u009b1m")
        self.instance.db.execute("UPDATE \"user\" SET name = 'Bo\x1b[31m' WHERE id = ?", (self.bo,))
        for words in (("list",), ("queue",), ("show", mail)):
            text = self.pumasi("mail", *words)
            self.assertNotRegex(text, "[\x00-\x09\x0b-\x1f\x7f-\x9f]")
            self.assertIn("?[2J?evil?1m", text)

    # ---- one mail ----

    def test_show(self):
        mail = self.refused()
        row = self.instance.row()
        shown = self.instance.listed("mail", "show", mail)
        self.assertEqual(
            {key: shown[key] for key in ("id", "task_id", "to", "state", "attempts", "error", "message_id", "sent_at")},
            {"id": mail, "task_id": self.task, "to": "reader1@example.org", "state": "retry", "attempts": 1,
             "error": "450 4.2.1 come back later", "message_id": row["message_id"], "sent_at": None},
        )  # fmt: skip
        [event] = shown["events"]
        self.assertEqual((event["type"], event["task_id"], event["actor"], event["reason"]), ("task.created", self.task, "Reader 0", "assignee"))
        text = self.pumasi("mail", "show", mail)
        for word in ("Reader 1 <reader1@example.org>", "retry after 1 attempt", "450 4.2.1 come back later", row["message_id"],
                     f"#{self.task}", "since the reader is: assignee", "Subject: ", "Flyers"):  # fmt: skip
            self.assertIn(word, text)
        self.instance.make_due()
        self.well()
        [sent] = self.server.accepted()
        written = [line for line in part(parse(sent.data), "plain").splitlines() if "/api/unsubscribe" not in line]
        self.assertEqual(shown["text"].splitlines(), written, "the text is that of the mail, without its reader's links")
        self.assertEqual(shown["subject"], parse(sent.data)["Subject"])
        after = self.instance.listed("mail", "show", mail)
        self.assertIsNotNone(after["sent_at"])
        self.assertIsNone(after["text"])

    def test_a_mail_of_the_day_is_shown_as_such(self):
        self.instance.act(self.bo, ("UPDATE \"user\" SET mail_how = 'daily' WHERE id = ?", self.bo))
        self.instance.task(self.ann, "Flyers", self.bo)
        self.instance.mailer()
        mail = self.instance.row()["id"]
        self.pumasi("mail", "show", mail, says="of the day")
        self.pumasi("mail", "list", says="daily")
        self.assertIsNone(self.instance.listed("mail", "show", mail)["task_id"])

    def test_a_number_that_no_mail_has(self):
        for words in (("show", 9), ("retry", 9), ("drop", 9)):
            self.pumasi("mail", *words, expected=1, says="there is no mail 9")
        for words in (("show",), ("show", "x"), ("retry",), ("retry", "-1"), ("retry", 1, 2), ("retry", "--all", 1), ("drop", "1x"),
                      ("drop", 0), ("show", 10**30), ("suppress",), ("unsuppress",), ("test",), ("queue", 1), ("suppressed", 1)):  # fmt: skip
            self.pumasi("mail", *words, expected=2, says="Usage: pumasi mail")

    # ---- retry and drop ----

    def test_retry_sends_what_was_given_up(self):
        mail = self.refused()
        for state in ("dead", "failed", "retry", "suppressed"):
            self.set(mail, state=state, next_at=int(time.time()) + 9999)
            self.pumasi("mail", "retry", mail, says="1 mail goes at the mailer's next run")
            self.well()
            self.assertEqual(self.instance.row()["state"], "sent", state)
        self.assertEqual({parse(sent.data)["Message-ID"] for sent in self.server.accepted()}, {f"<{self.instance.row()['message_id']}>"})
        self.pumasi("mail", "retry", mail, expected=1, says=f"mail {mail} is sent and cannot be sent once more")

    def test_retry_all(self):
        mails = []
        for i, state in enumerate(("dead", "failed", "sent", "suppressed", "dead")):
            self.instance.task(self.ann, f"Task {i}", self.bo)
            self.instance.mailer()
            mails.append(self.instance.rows()[-1]["id"])
            self.set(mails[-1], state=state)
        self.pumasi("mail", "retry", "--all", says="3 mails go")
        states = [row["state"] for row in self.instance.rows()]
        self.assertEqual(states, ["pending", "pending", "sent", "suppressed", "pending"])
        self.pumasi("mail", "retry", "--all", says="0 mails go")

    def test_drop(self):
        mail = self.refused()
        for state in ("pending", "retry", "dead", "failed"):
            self.set(mail, state=state, error="before")
            self.pumasi("mail", "drop", mail)
            row = self.instance.row()
            self.assertEqual((row["state"], row["error"]), ("suppressed", "dropped by the administrator"))
        self.instance.make_due()
        self.well()
        self.assertEqual(self.server.accepted(), [])
        for state in ("leased", "sent", "suppressed"):
            self.set(mail, state=state)
            self.pumasi("mail", "drop", mail, expected=1, says=f"mail {mail} is {state} and cannot be dropped")

    def test_dropped_before_it_was_tried_and_wanted_after_all(self):
        """Meanwhile another mail of the task is open."""
        self.task = self.instance.task(self.ann, "Flyers", self.bo)
        self.instance.change(self.ann, self.task, title="Posters")
        self.instance.db.execute("UPDATE rule SET how = 'coalesced'")
        self.instance.mailer(delay=600)
        first = self.instance.row()["id"]
        self.pumasi("mail", "drop", first)
        self.instance.change(self.ann, self.task, progress=10)
        self.instance.mailer(delay=600)
        self.assertEqual([row["state"] for row in self.instance.rows()], ["suppressed", "pending"])
        self.pumasi("mail", "retry", first)
        self.instance.make_due()
        self.well()
        self.assertEqual([row["state"] for row in self.instance.rows()], ["sent", "sent"])

    # ---- addresses ----

    def test_suppress_and_unsuppress(self):
        self.assertEqual(self.instance.listed("mail", "suppressed"), [])
        self.pumasi("mail", "suppress", "Reader1@Example.org")
        [row] = self.instance.listed("mail", "suppressed")
        self.assertEqual((row["address"], row["reason"], row["detail"]), ("reader1@example.org", "administrator", None))
        self.pumasi("mail", "suppressed", says="reader1@example.org")
        self.instance.task(self.ann, "Flyers", self.bo)
        self.well()
        self.assertEqual((self.instance.row()["state"], self.server.accepted()), ("suppressed", []))
        self.pumasi("mail", "unsuppress", "reader1@EXAMPLE.org")
        self.pumasi("mail", "unsuppress", "reader1@example.org", expected=1, says="is mailed already")
        self.pumasi("mail", "retry", self.instance.row()["id"])
        self.well()
        self.assertEqual(self.instance.row()["state"], "sent")
        for address in ("", "nobody", "a@b@c", "a b@c.d", "a\n@c.d"):
            self.pumasi("mail", "suppress", address, expected=1, says="must be like name@example.org")


class Trial(unittest.TestCase):
    """pumasi mail test: does the transport work?"""

    def setUp(self):
        self.instance = self.enterContext(Instance())

    def serve(self):
        server = FakeServer()
        self.addCleanup(server.close)
        self.instance.settings["PUMASI_MAIL"] = f"smtp://127.0.0.1:{server.port}"
        return server

    def test_accepted(self):
        server = self.serve()
        self.instance.pumasi("mail", "test", "you@example.org", says=f"127.0.0.1:{server.port} took the mail: 250 2.0.0 taken")
        [mail] = server.accepted()
        self.assertEqual((mail.sender, mail.recipients), (SENDER, ["you@example.org"]))
        message = parse(mail.data)
        self.assertIn(HOST, message["Subject"])
        self.assertIn(f"https://{HOST}", part(message, "plain"))
        self.assertIn(f"https://{HOST}", part(message, "html"))
        self.assertEqual(self.instance.rows(), [])

    def test_refused(self):
        server = self.serve()
        for answer, says in ((b"550 5.1.1 no such user", "did not take the mail, and will not later: 550 5.1.1 no such user"),
                             (b"450 4.7.1 try \x1b[31mlater", "did not take the mail: 450 4.7.1 try ?[31mlater")):  # fmt: skip
            server.recipient = lambda _address, answer=answer: answer
            self.instance.pumasi("mail", "test", "you@example.org", expected=1, says=says)
        server.recipient = lambda _address: b"250 fine"
        server.ended = lambda _data: b"554 5.7.1 spam"
        self.instance.pumasi("mail", "test", "you@example.org", expected=1, says="554 5.7.1 spam")
        server.ended = lambda _data: None
        self.instance.pumasi("mail", "test", "you@example.org", expected=1, says="did not take the mail")

    def test_nobody_listens(self):
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        self.instance.settings["PUMASI_MAIL"] = f"smtp://127.0.0.1:{port}"
        self.instance.pumasi("mail", "test", "you@example.org", expected=1, says=f"127.0.0.1:{port} did not take the mail: ")

    def test_maildir(self):
        self.instance.pumasi("mail", "test", "you@example.org", says=f"{self.instance.maildir} took the mail")
        self.assertEqual(len(self.instance.mails()), 1)
        pathlib.Path(self.instance.directory / "file").write_text("")
        self.instance.settings["PUMASI_MAIL"] = f"maildir:{self.instance.directory}/file"
        self.instance.pumasi("mail", "test", "you@example.org", expected=1, says=f"{self.instance.directory}/file")

    def test_settings_and_addresses_that_are_none(self):
        self.instance.settings["PUMASI_MAIL"] = "smtps://example.org"
        self.instance.pumasi("mail", "test", "you@example.org", expected=1, says="`mail` must be smtp://")
        self.instance.pumasi("mail", "test", "you", expected=1, says="must be like name@example.org")


if __name__ == "__main__":
    unittest.main()
