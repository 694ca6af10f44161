"""What bounds and ends deliveries: suppressed addresses, the mails of a minute, return paths."""

import email.utils
import unittest

from bench import Instance
from fake_server import FakeServer


class Delivery(unittest.TestCase):
    def setUp(self):
        self.instance = self.enterContext(Instance())
        self.ann, self.bo, self.cy = self.instance.people(3)
        self.server = FakeServer()
        self.addCleanup(self.server.close)
        self.mail = f"smtp://127.0.0.1:{self.server.port}"

    def suppressed(self):
        return {row[0]: row[1] for row in self.instance.db.execute("SELECT email_key, detail FROM suppression")}

    def test_a_bad_mailbox_is_not_mailed_again(self):
        self.server.recipient = lambda to: b"550 5.1.1 nobody here" if "reader1" in to else b"250 2.1.5 fine"
        self.instance.task(self.ann, "First", self.bo)
        self.instance.mailer(self.mail)
        self.assertEqual(self.instance.states(), {"reader1@example.org": "failed"})
        self.assertEqual(self.suppressed(), {"reader1@example.org": "550 5.1.1 nobody here"})
        self.instance.task(self.ann, "Second", self.bo)
        self.instance.task(self.ann, "Other", self.cy)
        self.instance.mailer(self.mail)
        self.assertEqual([row["state"] for row in self.instance.rows()], ["failed", "suppressed", "sent"])
        self.assertEqual([mail.recipients for mail in self.server.accepted()], [["reader2@example.org"]])

    def test_a_full_mailbox_is_mailed_again(self):
        self.server.recipient = lambda _to: b"552 5.2.2 full"
        self.instance.task(self.ann, "First", self.bo)
        self.instance.mailer(self.mail)
        self.assertEqual(self.instance.states(), {"reader1@example.org": "failed"})
        self.assertEqual(self.suppressed(), {})

    def test_a_minute_has_its_bound(self):
        for i in range(5):
            self.instance.task(self.ann, f"Task {i}", self.bo)
        self.instance.settings["PUMASI_MAIL_RATE"] = "3"
        self.instance.mailer(self.mail)
        self.assertEqual(len(self.server.accepted()), 3)
        self.instance.mailer(self.mail)
        self.assertEqual(len(self.server.accepted()), 3, "the minute is not over")
        self.instance.db.execute("UPDATE delivery SET sent_at = sent_at - 61 WHERE sent_at IS NOT NULL")
        self.instance.mailer(self.mail)
        self.assertEqual(len(self.server.accepted()), 5)

    def test_reports_have_an_address_for_each_mail(self):
        self.instance.task(self.ann, "First", self.bo)
        self.instance.task(self.ann, "Second", self.cy)
        self.instance.settings["PUMASI_MAIL_BOUNCE"] = "bounces@pumasi.example.org"
        self.instance.mailer(self.mail)
        senders = [mail.sender for mail in self.server.accepted()]
        self.assertEqual(len(set(senders)), 2)
        for row, sender in zip(self.instance.rows(), senders):
            self.assertRegex(sender, rf"^bounces\+{row['id']}\.[0-9a-f]{{32}}@pumasi\.example\.org$")
            self.assertEqual(email.utils.parseaddr(sender)[1], sender)


if __name__ == "__main__":
    unittest.main()
