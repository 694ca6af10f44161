"""Certificates of a test's own, and an SMTP server that answers as it is told and remembers what it got."""

import dataclasses
import socket
import ssl
import subprocess
import threading
import time


class Authority:
    """A certificate authority in a directory."""

    def __init__(self, directory, name="Test CA"):
        self.directory = directory
        self.count = 0
        directory.mkdir(exist_ok=True)
        self.key = directory / "ca.key"
        self.certificate = directory / "ca.pem"
        self._openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj", f"/CN={name}", "-keyout", self.key, "-out", self.certificate,
        )  # fmt: skip

    @staticmethod
    def _openssl(*arguments):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True, timeout=30)

    def issue(self, name, days=1):
        """A certificate for "DNS:localhost" or "IP:127.0.0.1": paths of certificate and key."""
        self.count += 1
        stem = self.directory / f"server{self.count}"
        key, request, certificate, extensions = (stem.with_suffix(s) for s in (".key", ".csr", ".pem", ".ext"))
        self._openssl(
            "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-subj", "/CN=a mail server", "-keyout", key, "-out", request,
        )  # fmt: skip
        extensions.write_text(f"subjectAltName={name}\nextendedKeyUsage=serverAuth\n")
        self._openssl(
            "x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key, "-CAcreateserial",
            "-days", str(days), "-extfile", extensions, "-out", certificate,
        )  # fmt: skip
        return certificate, key


@dataclasses.dataclass
class Mail:
    """What was handed over: the text up to the final dot, with doubled dots undone."""

    sender: str
    recipients: list
    data: bytes
    is_accepted: bool
    by_tls: bool
    session: int


class FakeServer:
    """
    Answers can be given as members: `greeting`, `recipient(address)`, `ended(data)`; an answer of None closes
    the line without a word. `tls`: (certificate, key), or None: STARTTLS is not offered. `injected`: bytes
    sent in clear behind the answer to STARTTLS, after `injected_after` seconds (0: in one piece with it).
    `pause`: seconds before the answer to the final dot.

    `fault(phase)` is asked at each step of PHASES: None goes on, bytes are the answer, CUT closes the line, HANG says
    nothing until the other side goes. A cut after the final dot comes when the mail is taken.
    """

    PHASES = ("connect", "EHLO", "MAIL", "RCPT", "DATA", "text", "dot")
    CUT, HANG = "cut", "hang"

    def __init__(self, host="127.0.0.1", tls=None, auth=False, tickets=0):
        self.greeting = b"220 fake ESMTP"
        self.recipient = lambda _address: b"250 2.1.5 fine"
        self.ended = lambda _data: b"250 2.0.0 taken"
        self.injected = b""
        self.injected_after = 0
        self.auth = auth
        self.pause = 0
        self.fault = lambda _phase: None
        self.context = None
        if tls:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(*tls)
            self.context.num_tickets = tickets  # of TLS 1.3, sent behind the handshake
        self.mails = []
        self.commands = []  # (line, over TLS)
        self.sessions = 0
        self.tls_sessions = 0
        self._stopping = False
        self._connections = set()
        self._lock = threading.Lock()
        self.socket = socket.create_server((host, 0), backlog=20)
        self.port = self.socket.getsockname()[1]
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def close(self):
        self._stopping = True
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            self._cut(connection)
        self._thread.join(5)

    def _cut(self, connection):
        # Files made of the socket keep it open beyond close().
        try:
            connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        connection.close()
        with self._lock:
            self._connections.discard(connection)

    def accepted(self):
        return [mail for mail in self.mails if mail.is_accepted]

    def is_idle(self):
        """Every session is over, and what it got of a mail is answered."""
        with self._lock:
            return not self._connections

    def clear_commands(self):
        """Commands that were read before TLS."""
        return [line for line, by_tls in self.commands if not by_tls]

    def _listen(self):
        while not self._stopping:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            with self._lock:
                self.sessions += 1
                self._connections.add(connection)
            threading.Thread(target=self._serve, args=(connection, self.sessions), daemon=True).start()

    def _serve(self, connection, number):
        now = [connection]  # STARTTLS puts another one in its place
        try:
            self._converse(now, number)
        except (OSError, ValueError):
            pass
        finally:
            self._cut(now[0])

    def _at(self, phase, connection):
        """The answer of a fault, or None to go on; OSError where the line is to be cut."""
        fault = self.fault(phase)
        if fault == self.HANG:
            while connection.recv(100):
                pass
        if fault in (self.CUT, self.HANG):
            raise OSError(f"{fault} at {phase}")
        return fault

    def _converse(self, now, number):
        connection = now[0]
        refusal = self._at("connect", connection)
        if refusal:
            connection.sendall(refusal + b"\r\n")
            return
        if self.greeting is None:
            while connection.recv(100):  # says nothing until the other side goes
                pass
            return
        by_tls = False
        sender, recipients = None, []
        connection.sendall(self.greeting + b"\r\n")
        lines = connection.makefile("rb")
        while True:
            line = lines.readline()
            if not line:
                return
            command = line.strip().decode("latin-1")
            self.commands.append((command, by_tls))
            word = command.upper()
            answer = b"250 fine"
            refusal = self._at(word[:4], connection) if word[:4] in self.PHASES else None
            if refusal:
                answer = refusal
            elif word.startswith("EHLO"):
                offers = [b"fake"]
                if self.context and not by_tls:
                    offers.append(b"STARTTLS")
                if self.auth:
                    offers.append(b"AUTH PLAIN LOGIN")
                offers.append(b"8BITMIME")
                answer = b"\r\n".join(b"250-" + offer for offer in offers[:-1]) + b"\r\n250 " + offers[-1]
            elif word == "STARTTLS":
                self._answer_starttls(connection)
                plain = connection
                connection = now[0] = self.context.wrap_socket(plain, server_side=True)
                with self._lock:
                    self._connections.discard(plain)
                    self._connections.add(connection)
                    self.tls_sessions += 1
                lines = connection.makefile("rb")
                by_tls = True
                continue
            elif word.startswith("AUTH"):
                answer = b"235 2.7.0 welcome"
            elif word.startswith("MAIL FROM:"):
                sender, recipients = command[10:].split(">")[0].strip(" <"), []
            elif word.startswith("RCPT TO:"):
                address = command[8:].split(">")[0].strip(" <")
                answer = self.recipient(address)
                if answer and answer.startswith(b"2"):
                    recipients.append(address)
            elif word == "DATA" and not recipients:
                answer = b"503 5.5.1 no recipient"
            elif word == "DATA":
                connection.sendall(b"354 go on\r\n")
                self._at("text", connection)
                data = self._read_data(lines)
                time.sleep(self.pause)
                try:
                    answer = self._at("dot", connection) or self.ended(data)
                    is_accepted = bool(answer) and answer.startswith(b"2")
                except OSError:
                    answer, is_accepted = None, True
                self.mails.append(Mail(sender, recipients, data, is_accepted, by_tls, number))
            elif word == "RSET":
                recipients = []
            elif word == "QUIT":
                connection.sendall(b"221 bye\r\n")
                return
            if answer is None:
                return
            connection.sendall(answer + b"\r\n")

    def _answer_starttls(self, connection):
        if self.injected_after:
            connection.sendall(b"220 go on\r\n")
            time.sleep(self.injected_after)
            connection.sendall(self.injected)
        else:
            connection.sendall(b"220 go on\r\n" + self.injected)

    @staticmethod
    def _read_data(lines):
        data = b""
        while True:
            line = lines.readline()
            if not line:
                raise OSError("the line was cut in a mail")
            if line == b".\r\n":
                return data
            data += line[1:] if line.startswith(b".") else line
