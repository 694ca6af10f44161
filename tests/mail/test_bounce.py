"""What mail servers report about mails that did not arrive, as Postfix, Exim, Sendmail, Exchange, Gmail and qmail do."""

import os
import pathlib
import sqlite3
import subprocess
import unittest

from bench import BOUNCE, Instance
from fake_server import FakeServer

REPORTS = pathlib.Path(__file__).parent / "reports"
MAILBOX = "bounces@pumasi.example.org"

# What becomes of a mail that was sent: its state, whether its address is mailed on, and words of what was said.
ENDS = {
    "postfix-unknown": ("failed", True, "550 5.1.1 <reader1@example.org>: Recipient address rejected: User unknown"),
    "postfix-full": ("failed", False, "552 5.2.2 <reader1@example.org>: user is over quota"),
    "postfix-delayed": ("sent", False, None),
    "exim-unknown": ("failed", True, "550 No such user here"),
    "exim-policy": ("failed", False, "554 5.7.1 Message rejected as spam"),
    "sendmail-unknown": ("failed", True, "550 5.1.1 <reader1@example.org>... User unknown"),
    "exchange-unknown": ("failed", True, "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient reader1@example.org"),
    "exchange-policy": ("failed", False, "550 5.7.1 TRANSPORT.RULES.RejectMessage"),
    "gmail-unknown": ("failed", True, "550-5.1.1 The email account that you tried to reach does not exist."),
    "eai-unknown": ("failed", True, "550 5.1.2 no such host: ?????? ???"),
    # Not as RFC 3464 has it, or no report at all.
    "qmail-unknown": ("sent", False, None),
    "away": ("sent", False, None),
    "read-receipt": ("sent", False, None),
}


class Bounce(unittest.TestCase):
    def setUp(self):
        self.instance = self.enterContext(Instance())
        self.instance.settings["PUMASI_MAIL_BOUNCE"] = MAILBOX
        self.ann, self.bo = self.instance.people(2)
        self.server = FakeServer()
        self.addCleanup(self.server.close)

    def send(self):
        """One mail to Bo that a server has taken: its return path and Message-ID."""
        self.instance.task(self.ann, "First", self.bo)
        self.instance.mailer(f"smtp://127.0.0.1:{self.server.port}")
        row = self.instance.rows()[-1]
        self.assertEqual(row["state"], "sent")
        return self.server.accepted()[-1].sender, row["message_id"]

    def report(self, name, to, message_id, ends=b"\n"):
        text = (REPORTS / f"{name}.eml").read_text().replace("@TO@", to).replace("@ID@", message_id)
        return text.encode().replace(b"\r\n", b"\n").replace(b"\n", ends)

    def suppressed(self):
        return [tuple(row) for row in self.instance.db.execute("SELECT email_key, reason FROM suppression")]

    def assert_end(self, state, is_suppressed, said=None):
        row = self.instance.rows()[-1]
        self.assertEqual(row["state"], state, row)
        self.assertEqual(self.suppressed(), [("reader1@example.org", "bounce")] if is_suppressed else [])
        if said:
            self.assertIn(said, row["error"])
            self.assertRegex(row["error"], r"\A[ -~]{1,199}\Z")

    def again(self):
        self.instance.db.execute("UPDATE delivery SET state = 'sent', error = NULL")
        self.instance.db.execute("DELETE FROM suppression")


class Servers(Bounce):
    def test_every_sample_has_its_end(self):
        self.assertEqual(sorted(ENDS), sorted(path.stem for path in REPORTS.glob("*.eml")))
        to, message_id = self.send()
        for name, (state, is_suppressed, said) in ENDS.items():
            for ends in (b"\n", b"\r\n"):
                with self.subTest(name, ends=ends):
                    self.again()
                    log = self.instance.bounce(self.report(name, to, message_id, ends))
                    self.assert_end(state, is_suppressed, said)
                    self.assertEqual("did not arrive" in log, state == "failed", log)
                    self.assertTrue(log, "each report leaves a line")

    def test_reports_that_came_to_the_mailbox_are_known_by_message_id(self):
        """Some servers drop what stands behind a plus, or write to From instead."""
        _, message_id = self.send()
        for name, (state, is_suppressed, said) in ENDS.items():
            with self.subTest(name):
                self.again()
                self.instance.bounce(self.report(name, MAILBOX, message_id))
                self.assert_end(state, is_suppressed, said)

    def test_letters_of_the_address_may_be_folded(self):
        to, _ = self.send()
        self.instance.bounce(self.report("postfix-unknown", to.upper(), "gone@example.org"))
        self.assert_end("failed", True)

    def test_an_address_with_a_bad_mailbox_gets_no_further_mail(self):
        to, message_id = self.send()
        self.instance.bounce(self.report("gmail-unknown", to, message_id))
        self.instance.task(self.ann, "Second", self.bo)
        self.instance.mailer(f"smtp://127.0.0.1:{self.server.port}")
        self.assertEqual([row["state"] for row in self.instance.rows()], ["failed", "suppressed"])
        self.assertEqual(len(self.server.accepted()), 1)


class Forged(Bounce):
    def assert_nothing(self, report):
        log = self.instance.bounce(report)
        self.assert_end("sent", False)
        self.assertIn("left alone", log)

    def test_an_address_that_was_not_signed_here(self):
        to, message_id = self.send()
        local, host = to.split("@")
        box, signature = local.split(".")
        for forged in (
            f"{box}.{'0' * 32}@{host}",
            f"{box}.{signature[:-1]}@{host}",
            f"{box}.@{host}",
            f"{box}9.{signature}@{host}",
            f"{box[:-1]}2.{signature}@{host}",
            f"bounces+99999999999999999999.{signature}@{host}",
        ):
            with self.subTest(forged):
                # Not by the Message-ID either: who guesses at signatures is believed nothing.
                self.assert_nothing(self.report("postfix-unknown", forged, message_id))

    def test_a_message_id_that_is_not_ours(self):
        _, message_id = self.send()
        for forged in ("x@example.org", message_id[:-1], message_id + "x", "' OR 1=1 --"):
            with self.subTest(forged):
                self.assert_nothing(self.report("postfix-unknown", MAILBOX, forged))

    def test_a_mail_that_is_gone(self):
        to, message_id = self.send()
        self.instance.db.execute("UPDATE event_recipient SET delivery_id = NULL, skipped = 'undone'")
        self.instance.db.execute("DELETE FROM delivery")
        self.assertIn("left alone", self.instance.bounce(self.report("postfix-unknown", to, message_id)))
        self.assertEqual(self.suppressed(), [])

    def test_the_signature_of_another_mail_counts_for_that_one(self):
        first, _ = self.send()
        self.instance.task(self.ann, "Second", self.ann)
        self.instance.mailer(f"smtp://127.0.0.1:{self.server.port}")
        self.instance.task(self.bo, "Third", self.ann)
        self.instance.mailer(f"smtp://127.0.0.1:{self.server.port}")
        other = self.instance.rows()[-1]
        self.assertEqual(other["user_id"], self.ann)
        self.instance.bounce(self.report("postfix-unknown", first, other["message_id"]))
        self.assertEqual([row["state"] for row in self.instance.rows()], ["failed", "sent"])
        self.assertEqual(self.suppressed(), [("reader1@example.org", "bounce")])


class Ends(Bounce):
    def change(self, **replaced):
        text = self.report("postfix-unknown", self.to, self.id).decode()
        for old, new in replaced.values():
            self.assertIn(old, text)
            text = text.replace(old, new)
        return text.encode()

    def setUp(self):
        super().setUp()
        self.to, self.id = self.send()

    def test_only_for_good_counts(self):
        for changes in (
            {"status": ("Status: 5.1.1", "Status: 4.1.1")},
            {"action": ("Action: failed", "Action: relayed")},
            {"action": ("Action: failed", "Action: delivered")},
            {"action": ("Action: failed", "X-Action: failed")},
            {"status": ("Status: 5.1.1", "Status: unclear"), "said": ("smtp; 550 5.1.1", "smtp; no")},
        ):
            with self.subTest(changes):
                self.instance.bounce(self.change(**changes))
                self.assert_end("sent", False)

    def test_one_of_two_recipients_that_one_address_led_to(self):
        group = "Final-Recipient: rfc822; other@example.org\nAction: {}\nStatus: {}\n\n--2E3F41C0121.1795486269/mx.example.net\nContent-Description: Undelivered"
        old = "--2E3F41C0121.1795486269/mx.example.net\nContent-Description: Undelivered"
        self.instance.bounce(self.change(other=(old, group.format("delivered", "2.0.0"))))
        self.assert_end("sent", False)
        self.instance.bounce(self.change(other=(old, group.format("failed", "5.2.2"))))
        self.assert_end("failed", False)
        self.again()
        self.instance.bounce(self.change(other=(old, group.format("failed", "5.4.4"))))
        self.assert_end("failed", True)

    def test_the_sender_to_blame(self):
        self.instance.bounce(self.change(status=("5.1.1", "5.1.8"), said=("Recipient address", "Sender address")))
        self.assert_end("failed", False)

    def test_the_same_report_twice(self):
        report = self.change()
        self.instance.bounce(report)
        before = self.instance.row()
        self.assertIn("left alone", self.instance.bounce(report))
        self.assertEqual(self.instance.row(), before)

    def test_a_mail_that_the_administrator_tries_again(self):
        self.instance.bounce(self.change())
        self.instance.db.execute("DELETE FROM suppression")
        self.instance.db.execute("UPDATE delivery SET state = 'pending', error = NULL")
        self.instance.bounce(self.change())
        self.assertEqual((self.instance.row()["state"], self.suppressed()), ("pending", []))

    def test_a_mail_whose_sending_is_not_recorded_yet(self):
        self.instance.db.execute("UPDATE delivery SET state = 'leased'")
        self.instance.bounce(self.change(), expected=os.EX_TEMPFAIL)
        self.assertEqual((self.instance.row()["state"], self.suppressed()), ("leased", []))
        # The server had taken it, but the line was cut before it said so.
        self.instance.db.execute("UPDATE delivery SET state = 'retry'")
        self.instance.bounce(self.change())
        self.assert_end("failed", True)

    def test_what_is_said_is_bounded_and_plain(self):
        for said in ("x" * 100_000, "\x1b]0;evil\x07\x1b[31m 가 \udcff", "a\0b", ""):
            with self.subTest(said[:9]):
                self.again()
                report = self.change().decode().replace("550 5.1.1 <reader1@example.org>: Recipient", said + " Recipient")
                self.instance.bounce(report.encode(errors="surrogateescape"))
                self.assert_end("failed", True)
                self.assertRegex(self.instance.row()["error"], r"\A[ -~]{1,199}\Z")


class Sizes(Bounce):
    def test_a_returned_mail_of_any_size(self):
        to, message_id = self.send()
        report = self.report("postfix-unknown", to, message_id).replace(b"\nAnything\n", b"\n" + b"x" * 76 * 200_000 + b"\n")
        self.instance.bounce(report)
        self.assert_end("failed", True)

    def test_what_is_no_report_ends_soon(self):
        """Each of these would take minutes of a reader that looks back; bounce() gives it one."""
        to, _ = self.send()
        head = f"To: {to}\nContent-Type: multipart/report; boundary=b\n\n".encode()
        status = b"--b\nContent-Type: message/delivery-status\n\n"
        megabyte = 1 << 20
        for name, mail in {
            "nothing": b"\0" * megabyte,
            "one line": b"x" * megabyte,
            "fields": b"a:\n" * (megabyte // 3),
            "folded": b"To:" + b"\n x" * (megabyte // 3),
            "addresses": b"To: " + b"a@b," * (megabyte // 4),
            "quotes": b'Content-Type: multipart/report; boundary="' + b"\\" * megabyte,
            "parameters": b"Content-Type: multipart/report" + b"; boundar" * (megabyte // 9),
            "a long boundary": b"Content-Type: multipart/report; boundary=" + b"-" * (megabyte // 2) + b"\n\n" + b"-" * (megabyte // 2),
            "delimiters": head + b"--b\n" * (megabyte // 4),
            "groups": head + status + b"Action: failed\n\n" * (megabyte // 16),
            "encoded": head + b"--b\nContent-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n" + b"=A" * (megabyte // 2),
        }.items():
            with self.subTest(name):
                self.instance.bounce(mail)
                self.assert_end("sent", False)

    def test_an_empty_input_says_nothing(self):
        self.assertEqual(self.instance.bounce(b""), "")


class Busy(Bounce):
    def test_a_busy_database_lets_the_server_try_again(self):
        to, message_id = self.send()
        other = sqlite3.connect(self.instance.path, isolation_level=None)
        self.addCleanup(other.close)
        other.execute("BEGIN IMMEDIATE")
        self.instance.bounce(self.report("postfix-unknown", to, message_id), expected=os.EX_TEMPFAIL)
        other.execute("ROLLBACK")
        self.assert_end("sent", False)
        self.instance.bounce(self.report("postfix-unknown", to, message_id))
        self.assert_end("failed", True)

    def test_a_broken_setting_loses_no_report(self):
        to, message_id = self.send()
        for key, value in (("PUMASI_DATABASE", "/nonexistent/pumasi.db"), ("PUMASI_MAIL_RATE", "many")):
            self.instance.settings[key] = value
            self.instance.bounce(self.report("postfix-unknown", to, message_id), expected=os.EX_TEMPFAIL)
            del self.instance.settings[key]

    def test_the_mailbox_must_be_an_address(self):
        for wrong in ("bounces", "@example.org", "bounces@", "a b@example.org", "a@b@c", "a+b@example.org"):
            with self.subTest(wrong):
                self.instance.settings["PUMASI_MAIL_BOUNCE"] = wrong
                self.assertIn("mail_bounce cannot be", self.instance.bounce(b"", expected=os.EX_TEMPFAIL))


class Maildir(Bounce):
    def setUp(self):
        super().setUp()
        self.box = self.instance.directory / "bounces"
        for part in ("new", "cur", "tmp"):
            (self.box / part).mkdir(parents=True)
        self.instance.settings["PUMASI_MAIL_BOUNCES"] = str(self.box)

    def names(self, part):
        return sorted(path.name for path in (self.box / part).iterdir())

    def test_each_mail_is_taken_and_moved(self):
        to, message_id = self.send()
        (self.box / "new" / "1.a").write_bytes(self.report("away", to, message_id))
        (self.box / "new" / "2.b:2,").write_bytes(self.report("exim-unknown", to, message_id))
        (self.box / "new" / ".hidden").write_bytes(b"x")
        self.instance.bounce()
        self.assert_end("failed", True)
        self.assertEqual(self.names("new"), [".hidden"])
        self.assertEqual(self.names("cur"), ["1.a:2,S", "2.b:2,"])
        self.assertEqual(self.instance.bounce(), "", "what lies in cur/ is done")

    def test_what_cannot_be_taken_yet_stays(self):
        to, message_id = self.send()
        self.instance.db.execute("UPDATE delivery SET state = 'leased'")
        (self.box / "new" / "1").write_bytes(self.report("exim-unknown", to, message_id))
        (self.box / "new" / "2").write_bytes(self.report("away", to, message_id))
        self.instance.bounce(expected=os.EX_TEMPFAIL)
        self.assertEqual((self.names("new"), self.names("cur")), (["1"], ["2:2,S"]))
        self.instance.db.execute("UPDATE delivery SET state = 'sent'")
        self.instance.bounce()
        self.assert_end("failed", True)
        self.assertEqual(self.names("new"), [])

    def test_nothing_is_read_through_a_link_or_waited_for(self):
        secret = self.instance.directory / "secret"
        secret.write_text("x")
        (self.box / "new" / "link").symlink_to(secret)
        os.mkfifo(self.box / "new" / "pipe")
        self.instance.bounce(expected=os.EX_TEMPFAIL)
        self.assertIn("link", self.names("new"))

    def test_no_maildir(self):
        self.instance.settings["PUMASI_MAIL_BOUNCES"] = "/nonexistent"
        self.assertIn("/nonexistent/new", self.instance.bounce(expected=os.EX_TEMPFAIL))


class Grants(Bounce):
    def test_two_at_a_time(self):
        """A pipe runs as many as reports come in."""
        to, message_id = self.send()
        report = self.report("postfix-unknown", to, message_id)
        takers = [
            subprocess.Popen([BOUNCE], env=self.instance.environment(), stdin=subprocess.PIPE, stderr=subprocess.PIPE)
            for _ in range(6)
        ]
        logs = [taker.communicate(report, timeout=60)[1].decode() for taker in takers]
        self.assertEqual([taker.returncode for taker in takers], [0] * 6, logs)
        self.assertEqual(sum("did not arrive" in log for log in logs), 1, logs)
        self.assert_end("failed", True)


if __name__ == "__main__":
    unittest.main()
