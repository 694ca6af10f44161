"""Whatever stands in a field, two parsers of others read it back exactly: Python's email and Perl's Email::MIME.

Needs these packages of Debian: gcc libemail-mime-perl, and build/sanitize/libpumasi.a (`make VARIANT=sanitize all`).
The driver is compiled by the test, into a directory of its own.
"""

import email
import email.header
import email.policy
import html.parser
import json
import pathlib
import random
import re
import shutil
import subprocess
import tempfile
import unicodedata
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIBRARY = ROOT / "build" / "sanitize" / "libpumasi.a"
FLAGS = "-std=c17 -D_GNU_SOURCE -g -fsanitize=address,undefined -fno-sanitize-recover=all".split()
LIBRARIES = "-lfcgi -lsqlite3 -ljson-c -lesmtp -lssl -lcrypto -largon2 -lutf8proc".split()

HEADERS = """Date From To Subject Message-ID References In-Reply-To List-Id List-Unsubscribe List-Unsubscribe-Post
Auto-Submitted Content-Language MIME-Version Content-Type""".split()
UNSUBSCRIBE = "<https://pumasi.example.org/api/unsubscribe?token=3.0.0123456789abcdef0123456789abcdef>"

# Mails on standard input, each behind its length in decimal and a newline; one JSON object a line.
PERL = r"""
use strict; use warnings; use Email::MIME; use JSON::PP;
binmode STDIN;
while (my $size = <STDIN>) {
    read(STDIN, my $bytes, $size) == $size or die;
    my $mail = Email::MIME->new($bytes);
    my %out = (names => [$mail->header_names], map { $_ => $mail->header_str($_) } qw(Subject From To));
    $out{parts} = [map { {type => $_->content_type, text => $_->body_str} } $mail->subparts];
    print JSON::PP->new->ascii->encode(\%out), "\n";
}
"""

FIELDS = [
    "plain",
    "",
    " begins and ends with a space ",
    "   ",
    "a\r\nBcc: victim@example.org",
    "a\nBcc: victim@example.org\r\n\r\n<b>body</b>",
    "a\rBcc: victim@example.org",
    "\x01\x07\x0b\x0c\x1b[31m\x7f\x85\x9f controls",
    "tab\tin between",
    "=?utf-8?B?PGI+?=",
    "=?utf-8?q?=0D=0ABcc:_victim@example.org?=",
    "x =?utf-8?B?half",
    'Bo "the B" \\ Lee',
    "Lee, Bo <victim@example.org>; (comment) [x] : @",
    "할 일을 나누면 가벼워요, " * 8,
    "👨‍👩‍👧‍👦👍🏽 🇰🇷 " * 20,
    "שלום \u202e rtl \u202c العربية",
    "e\u0301 combining, \ufeff\u200b invisible, \U0010fffd last",
    ".",
    "--pumasi_AAAAAAAAAAAAAAAAAAAA--",
    "From here\n.\n..\nQUIT\n",
    "<script>alert('1')</script> & \"2\"",
    "w" * 1000,
    "가" * 1000,
    "🎉" * 1000,
    '"' * 1000,
    "a line without end " * 3000,
]


def one_line(text):
    """What a header may keep of a text: line ends and controls are spaces."""
    text = text.replace("\r\n", "\n")
    return "".join(" " if unicodedata.category(c) == "Cc" else c for c in text)


def body(text):
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(" " if unicodedata.category(c) == "Cc" and c not in "\n\t" else c for c in text)


class Driver(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not LIBRARY.exists():
            raise unittest.SkipTest(f"{LIBRARY} is not built")
        cls.directory = pathlib.Path(tempfile.mkdtemp(prefix="pumasi-driver-"))
        cls.addClassCleanup(shutil.rmtree, cls.directory)
        cls.driver = cls.directory / "driver"
        command = ["gcc", *FLAGS, f"-I{ROOT}/lib", f"-I{ROOT}/build/generated", f"{ROOT}/tests/mail/driver.c"]
        done = subprocess.run(
            [*command, LIBRARY, *LIBRARIES, "-o", cls.driver], capture_output=True, text=True, timeout=60
        )
        if done.returncode:
            raise AssertionError(done.stderr)

    def write(self, rows, what="message"):
        """A mail for each row of texts, and all of them as Perl takes them."""
        pieces = [piece if isinstance(piece, bytes) else piece.encode() for row in rows for piece in row]
        done = subprocess.run([self.driver, what], input=b"".join(piece + b"\0" for piece in pieces), capture_output=True, timeout=60)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        mails, at = [], 0
        while at < len(done.stdout):
            begin = done.stdout.index(b"\n", at) + 1
            at = begin + int(done.stdout[at:begin])
            mails.append(done.stdout[begin:at])
        self.assertEqual(len(mails), len(rows))
        return mails, done.stdout

    def read_with_perl(self, stream):
        done = subprocess.run(["perl", "-e", PERL], input=stream, capture_output=True, timeout=60)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        return [json.loads(line) for line in done.stdout.splitlines()]

    def read(self, data, headers=HEADERS):
        """The mail by Python, which finds no fault in it."""
        self.assertTrue(data.isascii())
        self.assertEqual(re.findall(rb"[^\r]\n|\r[^\n]|\0", data), [])
        for line in data.split(b"\r\n"):
            self.assertLessEqual(len(line), 998 if line.startswith(b"List-Unsubscribe: <") else 78)
        mail = email.message_from_bytes(data, policy=email.policy.default)
        self.assertEqual(list(mail), headers)
        self.assertEqual(mail["List-Unsubscribe"], UNSUBSCRIBE)
        self.assertEqual(mail["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click")
        for name, value in mail.items():
            self.assertEqual(value.defects, (), name)
        for piece in mail.walk():
            self.assertEqual(piece.defects, [])
        self.assertEqual([p.get_content_type() for p in mail.iter_parts()], ["text/plain", "text/html"])
        return mail


class AnyField(Driver):
    @staticmethod
    def name_in(data, header):
        """The name before the address, by Python's older reader."""
        value = email.message_from_bytes(data)[header]
        value = re.sub(r"\r\n", "", value)
        name, address = value[: value.rindex("<")], value[value.rindex("<") :]
        assert address.endswith("@pumasi.example.org>") or address == "<bo@example.org>", value
        if name.startswith('"'):
            return re.fullmatch(r'"([^"\\]*)" ', name)[1]
        return str(email.header.make_header(email.header.decode_header(name.removesuffix(" "))))

    def check(self, data, from_name, to_name, subject, text, html):
        mail = self.read(data)
        self.assertEqual(mail["Subject"], one_line(subject))
        for header, name, address in (
            ("From", from_name, "tasks@pumasi.example.org"),
            ("To", to_name, "bo@example.org"),
        ):
            self.assertEqual([a.addr_spec for a in mail[header].addresses], [address])
            self.assertEqual(self.name_in(data, header), one_line(name))
            # Python's newer reader joins the words of a name with spaces of its own.
            seen = mail[header].addresses[0].display_name
            self.assertEqual("".join(seen.split()), "".join(one_line(name).split()))
        plain, rich = (p.get_payload(decode=True).decode() for p in mail.iter_parts())
        self.assertEqual(plain, body(text).replace("\n", "\r\n"))
        self.assertEqual(rich, body(html).replace("\n", "\r\n"))

    def check_all(self, fields):
        mails, stream = self.write(fields)
        for data, row in zip(mails, fields):
            self.check(data, *row)
        for row, (from_name, to_name, subject, text, html) in zip(self.read_with_perl(stream), fields, strict=True):
            self.assertEqual(sorted(row["names"]), sorted(HEADERS))
            self.assertEqual(row["Subject"].strip(), one_line(subject).strip())
            for header, name in (("From", from_name), ("To", to_name)):
                name = one_line(name).strip()
                self.assertTrue(name in row[header] or re.sub(r'([\\"])', r"\\\1", name) in row[header], row[header])
            parts = [part["text"].replace("\r\n", "\n") for part in row["parts"]]
            self.assertEqual(parts, [body(text), body(html)])

    def test_each_field(self):
        fields = []
        for value in FIELDS:
            fields.append((value, value, value, value, value))
            fields.append(("Pumasi", value, "subject", value, "<p>x</p>\n"))
        self.check_all(fields)

    def test_random_fields(self):
        seed = random.randrange(10**6)
        choose = random.Random(seed)
        pieces = ["a", "word ", " ", "\r", "\n", "\r\n", "\t", '"', "\\", "=?", "?=", "=?utf-8?B?YQ==?=", "가", "é",
                  "👍", "<", ">", ",", "\x1b", "\x85", ".", "--", ": ", "\u202e"]  # fmt: skip
        fields = [
            tuple("".join(choose.choices(pieces, k=choose.choice((0, 1, 5, 30, 200)))) for _ in range(5))
            for _ in range(60)
        ]
        with self.subTest(seed=seed):
            self.check_all(fields)

    def test_bytes_that_are_not_utf8(self):
        bad = b"a\xff\xc3 \xed\xa0\x80 \xf0\x9f\x98 end\xe0"
        [data], _ = self.write([(bad,) * 5])
        mail = self.read(data)
        for value in (mail["Subject"], mail["To"].addresses[0].display_name, mail.get_body(("plain",)).get_content()):
            self.assertRegex(value, "^a\ufffd\ufffd \ufffd+ \ufffd+ end\ufffd$")


VOID = {"meta", "br"}


class Tags(html.parser.HTMLParser):
    """Each tag that is opened is closed, in order; what is shown, and the names of the elements."""

    def __init__(self):
        super().__init__()
        self.open, self.seen, self.text, self.faults = [], set(), [], []

    def handle_starttag(self, tag, attrs):
        self.seen.add(tag)
        if len(dict(attrs)) != len(attrs):
            self.faults.append(f"{tag} has an attribute twice")
        self.faults += [f"{tag} {name}" for name, value in attrs if name.startswith("on") or value is None]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes {self.open}")

    def handle_data(self, data):
        self.text.append(data)


ELEMENTS = set("""html head meta title style body table tr th td h1 h2 p span a br bdi div del ins blockquote""".split())


class AnyFieldOfATask(Driver):
    """What a mail says of a task: its title, people, descriptions and comments may be anything."""

    def check(self, data, title, comment, what):
        threads = {"References", "In-Reply-To"} if what == "daily" else set()
        mail = self.read(data, [name for name in HEADERS if name not in threads])
        if what == "daily":
            self.assertEqual(mail["Subject"], "[Pumasi] 24 Nov: 1 due, 2 with news")
        else:
            self.assertEqual(mail["Subject"], "[Pumasi] #7 " + one_line(title))
            self.assertEqual(mail["References"], "<task-7@pumasi.example.org>")
        plain, rich = (p.get_payload(decode=True).decode() for p in mail.iter_parts())
        tags = Tags()
        tags.feed(rich)
        tags.close()
        self.assertEqual((tags.faults, tags.open, tags.seen - ELEMENTS), ([], [], set()))
        self.check_lines(plain, comment)
        return mail

    def check_lines(self, plain, comment):
        """Each line is one of ours: nothing that people wrote begins one."""
        ours = re.compile(r"""(?x) $ | \#7\  | Due\ 21\ Nov\ ·\ 3\ days\ late$ | 3\ days\ late:\ \#7\ | -{40}$ | --\ $
            | \d+\ Nov,\ \d\d:\d\d\ –\  | Your\ tasks,\ 24\ Nov$ | https://pumasi\.example\.org/tasks\.html\?task=7$
            | \ \ (Title|In\ charge|Status|Priority|Due|Labels):\  | [-+ ]\  | > | \ \ ⋯\ Lines\ left\ out:\ \d+$
            | The\ description\ changed:$ | More\ changed\ than | Open\ the\ task:$ | You\ get\ this\ mail\ because\ you
            | Mute\ this\ task:\ https:// | Stop\ all\ mail:\ https://""")
        for line in plain.split("\r\n"):
            self.assertRegex(line, ours)
            # Whatever turns text round ends with its line or before.
            if not line.startswith(("> ", "+ ", "- ", "  ")) or " -> " in line:
                self.assertEqual(line.count("\u2068"), line.count("\u2069"), line)
        if 0 < len(comment) < 200:
            quoted = [line[2:] for line in plain.split("\r\n") if line.startswith("> ")]
            for line in body(comment).removesuffix("\n").split("\n"):
                self.assertIn(line, quoted)

    def check_all(self, rows, what):
        """Perl reads of each mail what Python does."""
        mails, stream = self.write(rows, what)
        for data, (_, _, title, _, _, comment), perl in zip(mails, rows, self.read_with_perl(stream), strict=True):
            mail = self.check(data, title, comment, what)
            self.assertEqual(perl["Subject"].strip(), mail["Subject"].strip())
            self.assertEqual(
                [part["text"] for part in perl["parts"]],
                [part.get_payload(decode=True).decode() for part in mail.iter_parts()],
            )

    def test_each_field(self):
        for what in ("notice", "daily"):
            self.check_all([(value,) * 6 for value in FIELDS], what)
            self.check_all([("Min", "Bo", "Title", "old\n" + value, "new\n" + value[::-1], value) for value in FIELDS], what)

    def test_random_fields(self):
        seed = random.randrange(10**6)
        choose = random.Random(seed)
        pieces = ["a", "word ", " ", "\r", "\n", "\r\n", "\t", '"', "\\", "=?", "=?utf-8?B?YQ==?=", "가", "é", "👍", "<", ">",
                  "</td>", "<!--", "-->", "<![CDATA[", "&lt;", "&#10;", "{{who}}", "{who}", "\x1b", ".", "-- ", "> ", "\u202e",
                  "\u2068", "\u2069", "שלום ", "</style>", "漢"]  # fmt: skip
        rows = [
            tuple("".join(choose.choices(pieces, k=choose.choice((0, 1, 5, 30, 200)))) for _ in range(6))
            for _ in range(60)
        ]
        with self.subTest(seed=seed):
            self.check_all(rows, "notice")
            self.check_all(rows, "daily")


if __name__ == "__main__":
    unittest.main()
