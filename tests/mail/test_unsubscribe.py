"""From a delivered mail's own links to the next event that is not mailed: RFC 8058, as a mail client does it."""

import os
import re
import shutil
import subprocess
import unittest
import urllib.parse

import bench
from bench import BUILD, HOST, Instance, parse, part

UNSUBSCRIBE = shutil.copy(BUILD / "functions" / "unsubscribe", bench.MAILER.parent)


class Unsubscribing(unittest.TestCase):
    def setUp(self):
        self.instance = self.enterContext(Instance())
        self.ann, self.bo = self.instance.people(2)
        self.seen = 0

    def post(self, url, body="List-Unsubscribe=One-Click"):
        """One request, as a web server gives it to the function run as plain CGI."""
        target = url.removeprefix(f"https://{HOST}")
        self.assertNotEqual(target, url)
        environment = {
            "PUMASI_CONFIG": str(self.instance.config),
            "GATEWAY_INTERFACE": "CGI/1.1",
            "REQUEST_METHOD": "POST",
            "REQUEST_URI": target,
            "QUERY_STRING": urllib.parse.urlsplit(target).query,
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(body)),
        }
        done = subprocess.run([UNSUBSCRIBE], input=body.encode(), capture_output=True, timeout=30,
                              env={**environment, "PATH": os.environ["PATH"]})  # fmt: skip
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(done.stdout.startswith(b"Status: 200 "), done.stdout)

    def mailed(self):
        """The mails that the mailer sends now."""
        self.instance.make_due()
        self.instance.mailer()
        mails = [parse(data) for data in self.instance.mails()]
        new, self.seen = mails[self.seen :], len(mails)
        return new

    def links(self, mail):
        return re.findall(r"https://\S+/api/unsubscribe\?token=[0-9a-f.]+", part(mail, "plain"))

    def one_mail(self):
        [mail] = self.mailed()
        return mail

    def test_one_click_on_a_mail_stops_all(self):
        task = self.instance.task(self.ann, "Plan", self.bo)
        mail = self.one_mail()
        self.assertEqual(mail["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click")
        url = mail["List-Unsubscribe"].strip("<>")
        self.post(url)
        self.instance.change(self.ann, task, priority="high")
        self.instance.task(self.ann, "Another", self.bo)
        self.assertEqual(self.mailed(), [])
        self.post(url, "resume=1")
        self.instance.change(self.ann, task, priority="urgent")
        self.assertIn("Urgent", part(self.one_mail(), "plain"))

    def test_a_mail_of_a_task_has_a_link_for_it(self):
        task = self.instance.task(self.ann, "Plan", self.bo)
        mail = self.one_mail()
        mute, stop = self.links(mail)
        self.assertEqual(stop, mail["List-Unsubscribe"].strip("<>"))
        self.assertIn(f"token={self.bo}.{task}.", mute)
        self.post(mute)
        self.instance.change(self.ann, task, priority="high")
        self.assertEqual(self.mailed(), [])
        self.instance.task(self.ann, "Another", self.bo)
        self.assertEqual(len(self.mailed()), 1)
        self.post(mute, "resume=1")
        self.instance.change(self.ann, task, priority="urgent")
        self.assertEqual(len(self.mailed()), 1)

    def test_the_mail_of_the_day_has_only_the_one_for_all(self):
        self.instance.act(self.bo, ("UPDATE \"user\" SET mail_how = 'daily' WHERE id = ?", self.bo))
        self.instance.task(self.ann, "Plan", self.bo)
        self.instance.mailer()
        mail = self.one_mail()
        [stop] = self.links(mail)
        self.assertEqual(stop, mail["List-Unsubscribe"].strip("<>"))
        self.assertIn(f"token={self.bo}.0.", stop)
        self.assertEqual(part(mail, "html").count("/api/unsubscribe?"), 1)
        self.post(stop)
        self.instance.task(self.ann, "Another", self.bo)
        self.assertEqual(self.mailed(), [])


if __name__ == "__main__":
    unittest.main()
