"""Through OpenSMTPD with STARTTLS and passwords: another server's idea of SMTP than Postfix has."""

import unittest

from bench import HOST, SENDER, Instance, parse, part
from fake_server import Authority
from opensmtpd_server import Missing, OpenSmtpd

PASSWORD = "pass word"


class Delivered(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.home = cls.enterClassContext(Instance())
        cls.authority = Authority(cls.home.directory / "ca")
        try:
            cls.server = OpenSmtpd(*cls.authority.issue("DNS:localhost"), PASSWORD)
        except Missing as why:
            raise unittest.SkipTest(str(why)) from None
        cls.addClassCleanup(cls.server.close)

    def setUp(self):
        self.server.empty()
        self.instance = self.enterContext(Instance())
        self.ann = self.instance.person("ann@example.org", "Ann “Ace” O'Neil")
        self.hana = self.instance.person("hana@example.org", "김하나", "ko")

    def setting(self, password="pass%20word", host="localhost", ca=None):
        ca = ca or self.authority.certificate
        return f"smtp://user:{password}@{host}:{self.server.port}?ca={ca}"

    def assert_not_sent(self, words):
        row = self.instance.row()
        self.assertEqual(row["state"], "retry", f"{row}\n{self.server.log()[-1500:]}")
        self.assertRegex(row["error"], words)
        self.assertEqual(self.server.mails(seconds=0.3), [])

    def test_a_mail_arrives_as_it_was_written(self):
        text = ".\n.. dots\n좋아요 🎉\n" + "long " * 300
        task = self.instance.task(self.ann, "계획 <b>& more</b>", self.hana)
        self.instance.comment(self.ann, task, text)
        self.instance.mailer(self.setting())
        row = self.instance.row()
        self.assertEqual(row["state"], "sent", f"{row}\n{self.server.log()[-1500:]}")
        [data] = self.server.mails(at_least=1)
        mail = parse(data)
        for piece in mail.walk():
            self.assertEqual(piece.defects, [])
        self.assertEqual(mail["Subject"], f"[품앗이] #{task} 계획 <b>& more</b>")
        self.assertEqual(mail.get_all("Message-ID"), [f"<{row['message_id']}>"])
        self.assertEqual(mail["Return-Path"].strip("<>"), SENDER)
        self.assertEqual(mail["References"], f"<task-{task}@{HOST}>")
        self.assertIn("".join(f"> {line}\n" for line in text.split("\n")), part(mail, "plain"))
        self.assertIn("TLS", "".join(mail.get_all("Received")))

    def test_many_mails_by_several_sessions_each_once(self):
        readers = self.instance.people(120)
        for reader in readers:
            self.instance.task(self.ann, f"For {reader}", reader)
        self.instance.mailer(self.setting())
        rows = self.instance.rows()
        self.assertEqual([row["state"] for row in rows], ["sent"] * 120)
        ids = sorted(parse(data)["Message-ID"].strip("<>") for data in self.server.mails(at_least=120, seconds=30))
        self.assertEqual(ids, sorted(row["message_id"] for row in rows))

    def test_a_recipient_that_is_refused_spoils_no_other(self):
        stranger = self.instance.person("stranger@example.com", "Stranger")
        self.instance.task(self.ann, "First", stranger)
        self.instance.task(self.ann, "Second", self.hana)
        self.instance.mailer(self.setting())
        self.assertEqual(self.instance.states(), {"stranger@example.com": "failed", "hana@example.org": "sent"})
        self.assertEqual(len(self.server.mails(at_least=1)), 1)

    def test_a_return_path_for_each_mail(self):
        self.instance.settings["PUMASI_MAIL_BOUNCE"] = "bounces@example.org"
        self.instance.task(self.ann, "First", self.hana)
        self.instance.mailer(self.setting())
        [data] = self.server.mails(at_least=1)
        path = parse(data)["Return-Path"].strip("<>")
        self.assertRegex(path, rf"^bounces\+{self.instance.row()['id']}\.[0-9a-f]{{32}}@example\.org$")

    def test_certificate_of_another_name(self):
        self.instance.task(self.ann, "Plan", self.hana)
        self.instance.mailer(self.setting(host="127.0.0.1"))
        self.assert_not_sent("certificate")

    def test_certificate_of_another_authority(self):
        self.instance.task(self.ann, "Plan", self.hana)
        stranger = Authority(self.instance.directory / "stranger")
        before = len(self.server.log())
        self.instance.mailer(self.setting(ca=stranger.certificate))
        self.assert_not_sent("certificate")
        self.assertNotRegex(self.server.log()[before:], "(?i)authentication|smtp message")

    def test_wrong_password(self):
        self.instance.task(self.ann, "Plan", self.hana)
        self.instance.mailer(self.setting(password="wrong"))
        self.assert_not_sent("^535 ")


if __name__ == "__main__":
    unittest.main()
