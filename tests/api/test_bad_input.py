import socket, unittest
from instance import Client, codes, person, stack

JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class BadInput(unittest.TestCase):
    """Each answers a clear 4xx, the worker lives on, and nothing is stored."""

    @classmethod
    def setUpClass(cls):
        cls.client = person()
        cls.client.task()

    def setUp(self):
        self.before = stack().value("SELECT count(*) FROM task"), stack().value("SELECT count(*) FROM event")
        self.workers = stack().processes("task-create")
        self.assertGreaterEqual(len(self.workers), 3)  # a parent and two workers

    def tearDown(self):
        self.assertEqual((stack().value("SELECT count(*) FROM task"), stack().value("SELECT count(*) FROM event")), self.before)
        for _ in range(4):
            self.assertEqual(self.client.ask("POST", "/api/tasks", {}).status, 422)
        self.assertEqual(stack().processes("task-create"), self.workers)

    def refused(self, body, headers, status=400):
        answer = self.client.ask("POST", "/api/tasks", body, headers)
        self.assertEqual(answer.status, status, (body[:80], answer))
        self.assertEqual(answer.json["status"], status)
        return answer

    def test_json_that_is_not(self):
        for body in (b'{"title":"\xff"}', b'{"title":"a\x00b"}', b'{"title":"a\\u0000b"}', b'{"title":"a","title":"b"}',
                     b'{"title":"a","t\\u0069tle":"b"}', b"[" * 100_000, b'{"a":' * 50 + b"1" + b"}" * 50, b'{"title":"x"} x',
                     b"{'title':'x'}", b'{"title":NaN}', b'{"title":"x",}', b'{"progress":' + b"1" * 400 + b"}", b'"title"', b"[]",
                     b"null", b"", b" ", b'{"title":"a\nb"}', b'\xef\xbb\xbf{"title":"x"}', b'{"title":"\\ud800"}', b"{" * 7,
                     b'{"title":"x"' * 1000):
            self.refused(body, JSON)

    def test_forms_that_are_not(self):
        for body in (b"title=%", b"title=%4", b"title=%zz", b"title=%ff", b"title=%00", b"title=a%00b", b"%=x", b"title=\xff"):
            self.refused(body, FORM)

    def test_a_field_twice_in_a_form(self):
        self.assertEqual(codes(self.refused(b"title=a&title=b", FORM, 422)), {"title": "repeated"})

    def test_missing_and_unknown_fields(self):
        self.assertEqual(codes(self.refused(b"progress=1", FORM, 422)), {"title": "required"})
        self.assertEqual(codes(self.refused(b'{"titel":"x"}', JSON, 422)), {"titel": "unknown", "title": "required"})

    def test_300_kilobytes(self):
        self.refused(b'{"title":"' + b"x" * 300_000 + b'"}', JSON, 413)
        self.refused(b"title=" + b"x" * 300_000, FORM, 413)

    def test_many_keys(self):
        body = "{" + ",".join(f'"k{i}":1' for i in range(5000)) + "}"
        self.refused(body.encode(), JSON)

    def test_a_body_that_ends_early(self):
        for body, length in ((b'{"title":"x"}', 100), (b"", 10)):
            with socket.create_connection(("127.0.0.1", stack().port), 10) as raw:
                raw.sendall(f"POST /api/tasks HTTP/1.1\r\nHost: 127.0.0.1:{stack().port}\r\nOrigin: {stack().base}\r\n"
                            f"Cookie: {self.client.cookie}\r\nContent-Type: application/json\r\n"
                            f"Content-Length: {length}\r\n\r\n".encode() + body)
                raw.shutdown(socket.SHUT_WR)
                head = raw.recv(65536)
                self.assertTrue(head == b"" or b" 4" in head[:20], head[:80])

    def test_queries_that_are_not(self):
        for query in ("q=%", "q=%ff", "q=%00", "assignee=%zz"):
            self.assertEqual(self.client.get("/api/tasks?" + query).status, 400, query)
        for query, fault in (("status=later", {"status": "choice"}), ("limit=0", {"limit": "range"}), ("limit=201", {"limit": "range"}),
                             ("limit=ten", {"limit": "type"}), ("assignee=you", {"assignee": "type"}), ("assignee=0", {"assignee": "range"}),
                             ("sort=size", {"sort": "choice"}), ("order=up", {"order": "choice"}), ("due=never", {"due": "choice"}),
                             ("after=x", {"after": "cursor"}), ("after=MGQ4LDE3", {}), ("colour=red", {"colour": "unknown"}),
                             ("q=a&q=b", {"q": "repeated"}), ("q=" + "x" * 201, {"q": "too_long"})):
            answer = self.client.get("/api/tasks?" + query)
            if not fault:
                continue
            self.assertEqual(answer.status, 422, (query, answer))
            self.assertEqual(codes(answer), fault)
