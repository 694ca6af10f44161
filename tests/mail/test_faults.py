"""What servers and networks do wrong, and what the mailer makes of it."""

import contextlib
import json
import os
import re
import socket
import ssl
import subprocess
import threading
import time
import unittest
import warnings

from bench import SENDER, Instance, parse, part, wait_for
from fake_server import Authority, FakeServer


def other_address():
    """An IPv4 address of this machine that is not loopback; None: there is none."""
    for address in subprocess.run(["hostname", "-I"], capture_output=True, text=True, check=True).stdout.split():
        if re.fullmatch(r"[0-9.]+", address) and not address.startswith("127."):
            return address
    return None


def setUpModule():
    stack = contextlib.ExitStack()
    unittest.addModuleCleanup(stack.close)
    Silence.begin(stack)


class ServerCase(unittest.TestCase):
    """An instance with three readers, and one task of Ann's for the first of them."""

    @classmethod
    def setUpClass(cls):
        home = cls.enterClassContext(Instance())
        cls.authority = Authority(home.directory / "ca")
        cls.localhost = cls.authority.issue("DNS:localhost")

    def setUp(self):
        self.instance = self.enterContext(Instance())
        self.ann, self.bo, self.cy, self.di = self.instance.people(4)
        self.instance.task(self.ann, "First", self.bo)

    def serve(self, **options):
        server = FakeServer(**options)
        self.addCleanup(server.close)
        return server

    def send(self, server, host="127.0.0.1", user="", ca=None, **options):
        query = f"?ca={ca}" if ca else ""
        return self.instance.mailer(f"smtp://{user}{host}:{server.port}{query}", **options)

    def send_by_tls(self, server, **options):
        return self.send(server, host="localhost", ca=self.authority.certificate, **options)

    def assert_waits(self, text=None):
        row = self.instance.row()
        self.assertEqual(row["state"], "retry", row)
        self.assertIsNone(row["sent_at"])
        if text:
            self.assertIn(text, row["error"])
        return row

    def assert_sent_later(self, server):
        """Whatever happened: once the server is well, the mail arrives, the same as before."""
        before = self.instance.row()
        server.recipient = lambda _address: b"250 fine"
        server.ended = lambda _data: b"250 taken"
        self.instance.make_due()
        self.send(server)
        row = self.instance.row()
        self.assertEqual((row["state"], row["attempts"], row["error"]), ("sent", 2, None))
        self.assertEqual(row["message_id"], before["message_id"])
        self.assertEqual(len(server.accepted()), 1)
        self.assertEqual(parse(server.accepted()[0].data)["Message-ID"], f"<{row['message_id']}>")


class Answers(ServerCase):
    def test_sent(self):
        server = self.serve()
        self.send(server)
        row = self.instance.row()
        self.assertEqual((row["state"], row["attempts"], row["error"]), ("sent", 1, None))
        [mail] = server.mails
        self.assertEqual((mail.sender, mail.recipients), (SENDER, ["reader1@example.org"]))
        self.send(server)
        self.assertEqual(len(server.mails), 1)

    def test_recipient_refused_for_now(self):
        server = self.serve()
        server.recipient = lambda _address: b"451 4.3.0 greylisted"
        self.send(server)
        self.assert_waits("451 4.3.0 greylisted")
        self.assert_sent_later(server)

    def test_one_recipient_refused_for_good(self):
        self.instance.task(self.ann, "Second", self.cy)
        self.instance.task(self.ann, "Third", self.di)
        server = self.serve()
        server.recipient = lambda address: b"550 5.1.1 nobody here" if address == "reader2@example.org" else b"250 fine"
        self.send(server)
        self.assertEqual(
            self.instance.states(),
            {"reader1@example.org": "sent", "reader2@example.org": "failed", "reader3@example.org": "sent"},
        )
        self.assertIn("550 5.1.1 nobody here", self.instance.rows()[1]["error"])
        self.assertEqual(
            [mail.recipients for mail in server.accepted()], [["reader1@example.org"], ["reader3@example.org"]]
        )
        self.instance.make_due()
        self.send(server)
        self.assertEqual(len(server.accepted()), 2, "a failed mail is not tried again")

    def test_closed_after_final_dot(self):
        server = self.serve()
        server.ended = lambda _data: None
        self.send(server)
        self.assert_waits()
        self.assert_sent_later(server)

    def test_refused_for_now_after_final_dot(self):
        server = self.serve()
        server.ended = lambda _data: b"452 4.3.1 disk full"
        self.send(server)
        self.assert_waits("452 4.3.1 disk full")
        self.assert_sent_later(server)

    def test_refused_for_good_after_final_dot(self):
        server = self.serve()
        server.ended = lambda _data: b"554 5.7.1 spam"
        self.send(server)
        row = self.instance.row()
        self.assertEqual(row["state"], "failed", row)
        self.assertIn("554 5.7.1 spam", row["error"])
        self.assertIsNone(row["sent_at"])

    def test_closed_in_the_text_of_a_mail(self):
        """The rest of it is written into a line that is gone."""
        task = self.instance.db.execute("SELECT id FROM task").fetchone()[0]
        for i in range(8):
            self.instance.comment(self.ann, task, f"{i} " + "x" * 60_000)
        server = self.serve()
        server.fault = lambda phase: server.CUT if phase == "text" else None
        self.send(server)
        self.assert_waits()
        self.assertEqual(server.mails, [])
        server.fault = lambda _phase: None
        self.assert_sent_later(server)

    def test_closed_between_two_mails(self):
        self.instance.task(self.ann, "Second", self.cy)
        self.instance.task(self.ann, "Third", self.di)
        server = self.serve()
        server.recipient = lambda address: None if address == "reader2@example.org" else b"250 fine"
        self.send(server)
        self.assertEqual([row["state"] for row in self.instance.rows()], ["sent", "retry", "retry"])
        server.recipient = lambda _address: b"250 fine"
        self.instance.make_due()
        self.send(server)
        self.assertEqual([row["state"] for row in self.instance.rows()], ["sent"] * 3)
        self.assertEqual(
            [mail.recipients[0] for mail in server.accepted()],
            ["reader1@example.org", "reader2@example.org", "reader3@example.org"],
        )

    def test_service_not_available(self):
        server = self.serve()
        server.greeting = b"421 4.3.2 closing"
        self.send(server)
        self.assert_waits()
        self.assertEqual(server.mails, [])

    def test_service_refused(self):
        """554 instead of 220 says that there is no service here; it says nothing about a recipient."""
        server = self.serve()
        server.greeting = b"554 5.3.2 no service"
        self.send(server)
        self.assert_waits()

    def test_answer_of_many_lines_and_bytes(self):
        server = self.serve()
        server.ended = lambda _data: b"451-" + b"\xff" * 300 + b"\r\n451-\x1b[31m\r\n451 end"
        log = self.send(server)
        for line in log.splitlines():
            self.assertEqual(json.loads(line)["program"], "mailer")
        row = self.assert_waits("451")
        self.assertLess(len(row["error"]), 200)

    def test_garbage_instead_of_smtp(self):
        server = self.serve()
        server.greeting = os.urandom(5000).replace(b"\n", b"")
        self.send(server)
        self.assert_waits()
        self.assertEqual(server.mails, [])

    def test_answer_that_steers_a_terminal(self):
        server = self.serve()
        server.recipient = lambda _address: b"451 \x1b]0;evil\x07\x1b[31m red"
        self.send(server)
        row = self.assert_waits("451")
        self.assertRegex(row["error"], r"\A[^\x00-\x1f\x7f]*\Z")


class Connections(ServerCase):
    def test_refused(self):
        with socket.create_server(("127.0.0.1", 0)) as place:
            port = place.getsockname()[1]
        before = time.time()
        self.instance.mailer(f"smtp://127.0.0.1:{port}")
        row = self.assert_waits()
        self.assertEqual(row["attempts"], 1)
        self.assertTrue(row["error"])
        self.assertGreaterEqual(row["next_at"], int(before) + 48)
        self.assertLessEqual(row["next_at"], time.time() + 72)
        self.instance.mailer(f"smtp://127.0.0.1:{port}")
        self.assertEqual(self.instance.row()["attempts"], 1, "nothing is tried before its time")

    def test_backoff_grows_and_ends(self):
        with socket.create_server(("127.0.0.1", 0)) as place:
            setting = f"smtp://127.0.0.1:{place.getsockname()[1]}"
        for wait in (60, 120, 240, 480):
            before = time.time()
            self.instance.mailer(setting)
            next_in = self.instance.row()["next_at"] - before
            self.assertTrue(wait * 0.8 - 1 <= next_in <= wait * 1.2 + 3, (wait, next_in))
            self.instance.make_due()
        self.instance.db.execute("UPDATE delivery SET attempts = 40")
        before = time.time()
        self.instance.mailer(setting)
        self.assertLessEqual(self.instance.row()["next_at"] - before, 6 * 3600 * 1.2 + 3)
        self.instance.db.execute("UPDATE delivery SET next_at = 0, created_at = created_at - 3 * 86400")
        self.instance.mailer(setting)
        self.assertEqual(self.instance.row()["state"], "dead")
        self.instance.mailer(setting)
        self.assertEqual(self.instance.row()["attempts"], 42, "a dead mail is left alone")

    def test_unknown_host(self):
        self.instance.mailer("smtp://no-such-host.invalid:25")
        self.assert_waits()


class Silence(ServerCase):
    """One phase of a session may take 30 s. Both servers are waited for while the tests of this file's other classes run."""

    @classmethod
    def begin(cls, stack):
        greeting, answer = FakeServer(), FakeServer()
        greeting.greeting = None
        answer.pause = 90
        cls.begun, cls.begun_at = time.monotonic(), time.time()
        cls.waiting = []
        for server in (greeting, answer):
            stack.callback(server.close)
            instance = stack.enter_context(Instance())
            ann, bo = instance.people(2)
            instance.task(ann, "First", bo)
            mailer = instance.start_mailer(f"smtp://127.0.0.1:{server.port}")
            stack.callback(mailer.wait)
            stack.callback(mailer.kill)
            end = threading.Thread(target=lambda mailer=mailer: mailer.communicate(), daemon=True)
            end.start()
            cls.waiting.append((instance, mailer, end))

    def test_silent_servers(self):
        for instance, mailer, end in self.waiting:
            end.join(max(0, self.begun + 40 - time.monotonic()))
            self.assertEqual(0, mailer.returncode, "within 40 s")
            self.assertEqual(instance.row()["state"], "retry", instance.row())
            self.assertGreater(instance.row()["next_at"], self.begun_at + 60)

    @unittest.skipUnless(os.environ.get("PUMASI_SLOW_TESTS"), "takes the session's 120 s: set PUMASI_SLOW_TESTS=1")
    def test_server_that_drips(self):
        """A line each few seconds keeps each phase within its time; the session's deadline ends it."""
        self.instance.task(self.ann, "Second", self.cy)
        drips = self.enterContext(socket.create_server(("127.0.0.1", 0)))
        begin = time.monotonic()
        mailer = self.instance.start_mailer(f"smtp://127.0.0.1:{drips.getsockname()[1]}")
        self.addCleanup(mailer.wait)
        self.addCleanup(mailer.kill)
        connection, _ = drips.accept()
        with connection:
            while mailer.poll() is None and time.monotonic() - begin < 150:
                try:
                    connection.sendall(b"220-drip\r\n")
                except OSError:
                    pass
                time.sleep(2)
        self.assertIsNotNone(mailer.poll(), "it still listens")
        self.assertLess(time.monotonic() - begin, 130)
        self.assertEqual([row["state"] for row in self.instance.rows()], ["retry"] * 2)
        mailer.communicate()


class Encryption(ServerCase):
    def assert_nothing_sent(self, server):
        self.assert_waits()
        self.assertEqual(server.mails, [])
        self.assertEqual([line for line, _ in server.commands if re.match("(?i)mail|auth|rcpt|data", line)], [])

    def test_two_sessions_in_one_run(self):
        for i in range(109):
            self.instance.task(self.ann, f"Task {i}", self.bo)
        server = self.serve(tls=self.localhost)
        self.send_by_tls(server)
        self.assertEqual([row["state"] for row in self.instance.rows()], ["sent"] * 110)
        self.assertEqual(server.tls_sessions, 2)
        self.assertTrue(all(mail.by_tls for mail in server.mails))
        ids = sorted(parse(mail.data)["Message-ID"] for mail in server.mails)
        self.assertEqual(ids, sorted(f"<{row['message_id']}>" for row in self.instance.rows()))

    def test_tickets_behind_the_handshake(self):
        """Each usual TLS 1.3 server sends session tickets behind the handshake; on a fast line they come at once."""
        server = self.serve(tls=self.localhost, tickets=2)
        for i in range(12):
            begin = time.monotonic()
            self.send_by_tls(server)
            row = self.instance.rows()[-1]
            self.assertEqual(row["state"], "sent", f"mail {i}, after {time.monotonic() - begin:.1f} s: {row}")
            self.instance.task(self.ann, f"Task {i}", self.bo)

    def test_bytes_behind_the_answer_to_starttls(self):
        for after in (0, 0.02):
            with self.subTest(after=after):
                server = self.serve(tls=self.localhost, auth=True)
                server.injected, server.injected_after = b"250-evil\r\n250 AUTH PLAIN\r\n", after
                self.instance.make_due()
                self.send_by_tls(server, user="user:secret@")
                self.assert_nothing_sent(server)

    def test_only_an_old_tls(self):
        """TLS 1.2 at least, even where the system's settings would take an older one."""
        settings = self.instance.directory / "openssl.cnf"
        settings.write_text(
            "openssl_conf = o\n[o]\nssl_conf = s\n[s]\nsystem_default = d\n"
            "[d]\nMinProtocol = TLSv1\nCipherString = ALL:@SECLEVEL=0\n"
        )
        self.instance.settings["OPENSSL_CONF"] = str(settings)
        for version, state in ((ssl.TLSVersion.TLSv1_1, "retry"), (ssl.TLSVersion.TLSv1_2, "sent")):
            with self.subTest(version), warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                server = self.serve(tls=self.localhost)
                server.context.set_ciphers("ALL:@SECLEVEL=0")
                server.context.minimum_version = ssl.TLSVersion.TLSv1
                server.context.maximum_version = version
                self.instance.make_due()
                self.send_by_tls(server)
                self.assertEqual(self.instance.row()["state"], state, self.instance.row())
                self.assertEqual(len(server.mails), state == "sent")

    def test_closed_in_the_handshake(self):
        server = self.serve(tls=self.localhost)
        server.injected = b"\x15\x03\x03\x00\x02\x02\x28"  # a fatal alert in the place of the handshake
        self.send_by_tls(server)
        self.assert_nothing_sent(server)

    def test_certificate_of_another_name(self):
        server = self.serve(tls=self.authority.issue("DNS:other.example.org"))
        self.send_by_tls(server)
        self.assert_nothing_sent(server)

    def test_certificate_of_another_authority(self):
        stranger = Authority(self.instance.directory / "stranger")
        server = self.serve(tls=stranger.issue("DNS:localhost"))
        self.send_by_tls(server)
        self.assert_nothing_sent(server)

    def test_expired_certificate(self):
        server = self.serve(tls=self.authority.issue("DNS:localhost", days=-1))
        self.send_by_tls(server)
        self.assert_nothing_sent(server)


class OtherHost(ServerCase):
    """A server that is not this machine: nothing but TLS will do."""

    def setUp(self):
        super().setUp()
        self.host = other_address()
        if not self.host:
            self.skipTest("this machine has no address but loopback")

    def test_no_starttls(self):
        server = self.serve(host=self.host, auth=True)
        self.send(server, host=self.host, user="user:secret@")
        self.assert_waits()
        self.assertEqual(server.mails, [])
        self.assertTrue(wait_for(lambda: server.commands), "it was asked at all")
        for command in server.clear_commands():
            self.assertRegex(command, "^(EHLO|HELO|STARTTLS|QUIT|RSET)")

    def test_not_trusted(self):
        server = self.serve(host=self.host, tls=self.authority.issue(f"IP:{self.host}"), auth=True)
        self.send(server, host=self.host, user="user:secret@")
        self.assert_waits()
        self.assertEqual(server.mails, [])
        self.assertNotRegex(" ".join(line for line, _ in server.commands), "AUTH|MAIL")

    def test_trusted(self):
        # The address as a name, too: see test_certificate_of_an_address.
        server = self.serve(host=self.host, tls=self.authority.issue(f"DNS:{self.host},IP:{self.host}"), auth=True)
        self.send(server, host=self.host, user="user:pass%20word@", ca=self.authority.certificate)
        self.assertEqual(self.instance.row()["state"], "sent", self.instance.row())
        self.assertTrue(server.mails[0].by_tls)
        self.assertNotRegex(" ".join(server.clear_commands()), "AUTH|MAIL")
        self.assertRegex(" ".join(line for line, _ in server.commands), "AUTH PLAIN")

    def test_certificate_of_an_address(self):
        """RFC 5280, 4.2.1.6: a server known by its address has an iPAddress in its certificate."""
        server = self.serve(host=self.host, tls=self.authority.issue(f"IP:{self.host}"))
        self.send(server, host=self.host, ca=self.authority.certificate)
        self.assertEqual(self.instance.row()["state"], "sent", self.instance.row())


class Injection(ServerCase):
    """What stands in the database, however it got there, is one recipient's mail and no command, no header."""

    EVIL = "evil@example.net"

    def assert_no_evil(self, server):
        self.assertNotIn(self.EVIL, " ".join(line for line, _ in server.commands))
        for mail in server.mails:
            self.assertEqual(len(mail.recipients), 1)
            head = mail.data.split(b"\r\n\r\n", 1)[0]
            self.assertNotRegex(head, rb"(?im)^(bcc|x-evil)")
            for header in ("To", "From", "Subject", "Message-ID"):
                self.assertEqual(len(parse(mail.data).get_all(header)), 1, header)

    def test_recipients(self):
        server = self.serve()
        for i, address in enumerate(
            (f"x@example.org>\r\nRCPT TO:<{self.EVIL}", f"x@example.org\nRCPT TO:<{self.EVIL}>", f"x> {self.EVIL}", "x@é.org")
        ):
            reader = self.instance.db.execute(
                'INSERT INTO "user" (email, email_key, name) VALUES (?, ?, ?)', (address, str(i), "X")
            ).lastrowid
            self.instance.task(self.ann, f"Task {i}", reader)
        self.send(server)
        self.assertEqual([row["state"] for row in self.instance.rows()], ["sent"] + ["failed"] * 4)
        self.assert_no_evil(server)
        self.assertEqual([mail.recipients for mail in server.accepted()], [["reader1@example.org"]])

    def test_titles_and_names(self):
        server = self.serve()
        for end in ("\r\n", "\n", "\r", "\0"):
            evil = f"x{end}Bcc: {self.EVIL}{end}X-Evil: 1{end}{end}.{end}MAIL FROM:<{self.EVIL}>"
            self.instance.db.execute('UPDATE "user" SET name = ?', (evil,))
            self.instance.task(self.ann, evil, self.bo)
        self.send(server)
        self.assertEqual(len(server.accepted()), 5)
        self.assert_no_evil(server)

    def test_senders(self):
        server = self.serve()
        self.instance.settings["PUMASI_MAIL_FROM"] = f"x@example.org>\r\nRCPT TO:<{self.EVIL}"
        self.send(server)
        self.assert_waits("mail_from")
        self.assertEqual(server.mails, [])
        self.assert_no_evil(server)


class Bytes(ServerCase):
    BODY = (
        ".\n..\n.lone dot, and a line of dots\n\n...\n"
        + "x" * 5000
        + "\n"
        + "가나다 " * 200
        + "\nFrom here\n--pumasi_boundary\nQUIT\n\t tab é ✓ 🎉 \u202e rtl\n."
    )

    def test_arrives_as_written(self):
        task = self.instance.task(self.ann, ". lone dot 가 …", self.bo)
        self.instance.comment(self.ann, task, self.BODY)
        self.instance.db.execute("DELETE FROM outbox WHERE task_id <> ?", (task,))
        server = self.serve()
        self.send(server)
        [mail] = server.accepted()
        # The same delivery into a mailbox of files, which no SMTP touches.
        self.instance.db.execute("UPDATE delivery SET state = 'pending', next_at = 0")
        self.instance.mailer()
        [file] = self.instance.mails()
        # The boundary is made anew for each writing, and the second may be another one.
        new = re.compile(rb"pumasi_[A-Za-z0-9_-]{20}|^Date: [^\r]*")
        self.assertEqual(new.sub(b"", mail.data), new.sub(b"", file.replace(b"\n", b"\r\n")))
        self.assertEqual(re.findall(rb"[^\r]\n|\r[^\n]", mail.data), [])
        # An address cannot be broken over lines (RFC 2369, 2).
        lines = [line for line in mail.data.split(b"\r\n") if not line.startswith(b"List-Unsubscribe: ")]
        self.assertLessEqual(max(map(len, lines)), 78)
        self.assertTrue(mail.data.isascii())
        quoted = "".join(f"> {line}\n" for line in self.BODY.split("\n"))
        self.assertIn(quoted, part(parse(mail.data), "plain"))
        self.assertEqual(parse(mail.data)["Subject"], "[Pumasi] #2 . lone dot 가 …")


if __name__ == "__main__":
    unittest.main()
