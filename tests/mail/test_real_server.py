"""Through a real server: Postfix with STARTTLS and passwords, read back by two parsers of others."""

import json
import subprocess
import time
import unittest

from bench import HOST, SENDER, Instance, parse, part
from fake_server import Authority
from postfix_server import Postfix

PASSWORD = "pass word"

ONCE = """Date From To Subject Message-ID References In-Reply-To List-Id List-Unsubscribe List-Unsubscribe-Post
Auto-Submitted Content-Language MIME-Version Content-Type""".split()

# What Perl's Email::MIME makes of a mail, as JSON.
PERL = r"""
use strict; use warnings; use Email::MIME; use JSON::PP;
local $/; my $mail = Email::MIME->new(<STDIN>);
my %out = (header => {map { my $n = $_; $n => [$mail->header_str($n)] } $mail->header_names});
$out{parts} = [map { {type => $_->content_type, text => $_->body_str} } $mail->subparts];
print JSON::PP->new->ascii->encode(\%out);
"""


def parse_with_perl(data):
    done = subprocess.run(["perl", "-e", PERL], input=data, capture_output=True, check=True, timeout=20)
    return json.loads(done.stdout)


class PostfixCase(unittest.TestCase):
    EXTRA = ""

    @classmethod
    def setUpClass(cls):
        cls.home = cls.enterClassContext(Instance())
        cls.authority = Authority(cls.home.directory / "ca")
        cls.postfix = Postfix(*cls.authority.issue("DNS:localhost"), PASSWORD, cls.EXTRA)
        cls.addClassCleanup(cls.postfix.close)

    def setUp(self):
        self.postfix.empty()
        self.instance = self.enterContext(Instance())
        self.ann = self.instance.person("ann@example.org", "Ann “Ace” O'Neil")
        self.bo = self.instance.person("bo@example.org", 'Bo "the B" \\ Lee')
        self.hana = self.instance.person("hana@example.org", "김하나", "ko")

    def setting(self, password="pass%20word", host="localhost", ca=None):
        ca = ca or self.authority.certificate
        return f"smtp://user:{password}@{host}:{self.postfix.port}?ca={ca}"

    def assert_not_sent(self):
        row = self.instance.row()
        self.assertEqual(row["state"], "retry", f"{row}\n{self.postfix.log()[-1500:]}")
        self.assertIsNone(row["sent_at"])
        self.assertEqual(self.postfix.mails(seconds=0.3), [])
        return row


class AsDebianHasIt(PostfixCase):
    """TLS 1.3 with session tickets."""

    def test_mails_arrive(self):
        for i in range(6):
            self.instance.task(self.ann, f"Task {i}", self.bo)
            begin = time.monotonic()
            self.instance.mailer(self.setting())
            row = self.instance.rows()[-1]
            self.assertEqual(row["state"], "sent", f"mail {i}, after {time.monotonic() - begin:.1f} s: {row}")
        self.assertEqual(len(self.postfix.mails(at_least=6)), 6)


class Delivered(PostfixCase):
    EXTRA = "smtpd_tls_protocols = TLSv1.2\n"

    def send_change(self, reader):
        task = self.instance.task(self.ann, "Plan", reader, due_on="2026-01-31")
        self.instance.forget()
        self.instance.change(
            self.ann, task, title="계획 <b>& more</b>", due_on="2026-12-24", priority="urgent", status="doing"
        )
        self.instance.comment(self.ann, task, ".\n.. dots\n좋아요 🎉\n" + "long " * 300)
        self.instance.mailer(self.setting())
        row = self.instance.row()
        self.assertEqual(row["state"], "sent", f"{row}\n{self.postfix.log()[-1500:]}")
        [data] = self.postfix.mails(at_least=1)
        return row, data

    def assert_good(self, row, data, subject, to, name):
        mail = parse(data)
        for piece in mail.walk():
            self.assertEqual(piece.defects, [])
        for header, value in mail.items():
            self.assertEqual(value.defects, (), header)
        for header in ONCE:
            self.assertEqual(len(mail.get_all(header, [])), 1, header)
        self.assertEqual(mail["Subject"], subject)
        self.assertEqual([(a.display_name, a.addr_spec) for a in mail["To"].addresses], [to])
        self.assertEqual([(a.display_name, a.addr_spec) for a in mail["From"].addresses], [(name, SENDER)])
        self.assertEqual(mail["Message-ID"], f"<{row['message_id']}>")
        self.assertEqual(mail["References"], f"<task-{row['task_id']}@{HOST}>")
        self.assertEqual(mail["Return-Path"].strip("<>"), SENDER)
        self.assertLess(abs(mail["Date"].datetime.timestamp() - time.time()), 60)
        plain, html = part(mail, "plain"), part(mail, "html")
        self.assert_same_to_perl(parse_with_perl(data), mail, plain, html)
        return plain, html

    def assert_same_to_perl(self, perl, mail, plain, html):
        for header in ONCE:
            self.assertEqual(len(perl["header"][header]), 1, header)
        self.assertEqual(perl["header"]["Subject"], [mail["Subject"]])
        self.assertEqual(perl["header"]["Message-ID"], [mail["Message-ID"]])
        self.assertIn(mail["From"].addresses[0].display_name, perl["header"]["From"][0])
        self.assertEqual(
            [(p["type"].split(";")[0], p["text"].replace("\r\n", "\n")) for p in perl["parts"]],
            [("text/plain", plain), ("text/html", html)],
        )

    def assert_tells(self, plain, html, words):
        for word in words:
            self.assertIn(word, plain)
            self.assertIn(word.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"), html)

    def test_english(self):
        row, data = self.send_change(self.bo)
        subject = "[Pumasi] #1 계획 <b>& more</b>"
        plain, html = self.assert_good(row, data, subject, ('Bo "the B" \\ Lee', "bo@example.org"), "Pumasi")
        self.assertIn("Title: Plan -> 계획 <b>& more</b>", plain)
        self.assertRegex(plain, r"Due: 31 Jan( 2026)? -> 24 Dec( 2026)?\n")
        self.assertIn("Priority: Normal -> Urgent", plain)
        self.assertIn("> .\n> .. dots\n> 좋아요 🎉\n> " + "long " * 300 + "\n", plain)
        self.assertIn("Ann “Ace” O'Neil", plain)
        self.assert_tells(plain, html, ["계획 <b>& more</b>", "31 Jan", "24 Dec", "Normal", "Urgent", "To do"])
        self.assertNotIn("<b>", html)
        self.assertIn(f'href="https://{HOST}/tasks.html?task=1"', html)

    def test_korean(self):
        row, data = self.send_change(self.hana)
        plain, html = self.assert_good(
            row, data, "[품앗이] #1 계획 <b>& more</b>", ("김하나", "hana@example.org"), "품앗이"
        )
        self.assertIn("제목: Plan -> 계획 <b>& more</b>", plain)
        self.assertRegex(plain, r"기한: (2026년 )?1월 31일 -> (2026년 )?12월 24일\n")
        self.assert_tells(plain, html, ["1월 31일", "12월 24일", "보통", "긴급", "좋아요 🎉"])
        self.assertIn('<html lang="ko">', html)

    def test_thread_holds_together(self):
        """Both mails about a task refer to the same root, so that readers see one conversation."""
        task = self.instance.task(self.ann, "Plan", self.bo)
        self.instance.mailer(self.setting())
        self.instance.change(self.ann, task, title="Plan B")
        self.instance.mailer(self.setting())
        mails = [parse(data) for data in self.postfix.mails(at_least=2)]
        self.assertEqual(len(mails), 2)
        self.assertEqual(len({mail["Message-ID"] for mail in mails}), 2)
        self.assertEqual({mail["References"] for mail in mails}, {f"<task-{task}@{HOST}>"})

    def test_lines_of_text_end_with_cr_lf(self):
        """RFC 2045, 6.8 and RFC 2049, 4: text has CR LF line breaks before it becomes base64."""
        _, data = self.send_change(self.bo)
        for piece in parse(data).iter_parts():
            text = piece.get_payload(decode=True)
            self.assertEqual(text.count(b"\n"), text.count(b"\r\n"), piece.get_content_type())

    def test_wrong_password(self):
        self.instance.task(self.ann, "Plan", self.bo)
        self.instance.mailer(self.setting(password="wrong"))
        row = self.assert_not_sent()
        self.assertIn("535", row["error"])
        # The administrator mends the setting: nothing was lost.
        self.instance.make_due()
        self.instance.mailer(self.setting())
        self.assertEqual(self.instance.row()["state"], "sent")
        self.assertEqual(len(self.postfix.mails(at_least=1)), 1)

    def test_certificate_of_another_name(self):
        self.instance.task(self.ann, "Plan", self.bo)
        before = len(self.postfix.log())
        self.instance.mailer(self.setting(host="127.0.0.1"))
        self.assert_not_sent()
        log = self.postfix.log()[before:]
        self.assertIn("starttls=", log)
        self.assertNotIn(" auth=", log)
        self.assertNotIn(" mail=", log)

    def test_unknown_authority(self):
        self.instance.task(self.ann, "Plan", self.bo)
        stranger = Authority(self.instance.directory / "stranger")
        self.instance.mailer(self.setting(ca=stranger.certificate))
        self.assert_not_sent()

    def test_certificates_cannot_be_read(self):
        self.instance.task(self.ann, "Plan", self.bo)
        self.instance.mailer(self.setting(ca="/nonexistent/ca.pem"))
        row = self.assert_not_sent()
        self.assertIn("certificates", row["error"])


class Returned(PostfixCase):
    """Postfix takes a mail, cannot deliver it, and reports to the return path, whose mailbox `bounce` reads."""

    EXTRA = (
        "smtpd_reject_unlisted_recipient = no\n"
        "transport_maps = inline:{ {gone.test=error:5.1.1 no such mailbox} {full.test=error:5.2.2 over its quota} }\n"
    )

    def send(self, host):
        self.instance.settings["PUMASI_MAIL_BOUNCE"] = "bounces@example.org"
        self.instance.settings["PUMASI_MAIL_BOUNCES"] = str(self.postfix.top / "boxes" / "box")
        reader = self.instance.person(f"someone@{host}", "Someone")
        self.instance.task(self.ann, "Plan", reader)
        self.instance.mailer(self.setting())
        self.assertEqual(self.instance.row()["state"], "sent", self.postfix.log()[-1500:])

    def suppressed(self):
        return [tuple(row) for row in self.instance.db.execute("SELECT email_key, reason, detail FROM suppression")]

    def test_a_bad_mailbox(self):
        self.send("gone.test")
        self.assertEqual(len(self.postfix.mails(at_least=1)), 1, self.postfix.log()[-1500:])
        self.instance.bounce()
        self.assertEqual(self.instance.row()["state"], "failed")
        self.assertEqual(self.suppressed(), [("someone@gone.test", "bounce", self.instance.row()["error"])])
        self.assertIn("no such mailbox", self.instance.row()["error"])
        self.assertEqual(self.postfix.mails(seconds=0.1), [], "the report lies in cur/")

    def test_a_full_mailbox(self):
        self.send("full.test")
        self.assertEqual(len(self.postfix.mails(at_least=1)), 1, self.postfix.log()[-1500:])
        self.instance.bounce()
        self.assertEqual((self.instance.row()["state"], self.suppressed()), ("failed", []))
        self.assertIn("over its quota", self.instance.row()["error"])


if __name__ == "__main__":
    unittest.main()
