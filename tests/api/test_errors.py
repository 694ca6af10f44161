import fcntl, os, re, time, unittest
from instance import Client, PASSWORD, address, codes, person, stack


class Errors(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.client = person()
        cls.task = cls.client.task()

    def check(self, answer, status, **headers):
        self.assertEqual(answer.status, status, answer)
        self.assertEqual(answer.headers["Content-Type"], "application/problem+json")
        self.assertEqual(answer.json["type"], "about:blank")
        self.assertEqual(answer.json["status"], status)
        self.assertTrue(answer.json["title"])
        self.assertGreater(len(answer.json["detail"]), 10)
        for name, value in headers.items():
            self.assertEqual(answer.headers[name.replace("_", "-")], value)
        return answer

    def test_400_not_json(self):
        answer = self.check(self.client.ask("POST", "/api/tasks", b'{"title":', {"Content-Type": "application/json"}), 400)
        self.assertIn("byte 9", answer.json["detail"])

    def test_401_nobody(self):
        self.check(Client().get("/api/tasks"), 401)
        self.check(Client().ask("POST", "/api/tasks", {"title": "x"}), 401)

    def test_403_another_site(self):
        count = stack().value("SELECT count(*) FROM task")
        for headers in ({"Origin": None}, {"Origin": "http://evil.example"}, {"Origin": "null"}, {"Origin": "http://"},
                        {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"},
                        {"Origin": f"{stack().base}.evil.example"}):
            self.check(self.client.ask("POST", "/api/tasks", {"title": "x"}, headers), 403)
        self.assertEqual(stack().value("SELECT count(*) FROM task"), count)

    def test_403_somebody_elses_task(self):
        self.check(person().ask("DELETE", f"/api/tasks/{self.task['id']}"), 403)

    def test_404(self):
        for path in ("/api/tasks/999999", "/api/tasks/999999/log", "/api/nothing", "/api", "/api/tasks/x", "/api/tasks/0",
                     "/api/tasks/-1", "/api/tasks/1/", "/api/tasks/99999999999999999999", "/nothing", "/text", "/style/",
                     "/function/task-list/", "/index.html.orig", "/text/..%2f..%2fMakefile"):
            self.check(self.client.get(path), 404)

    def test_nothing_outside_the_pages_is_served(self):
        for path in ("/../etc/passwd", "/../../README.md", "/style/../../functions/login", "/%2e%2e/gateway/nginx.conf"):
            self.assertIn(self.client.get(path).status, (400, 404), path)

    def test_405_with_allow(self):
        self.check(self.client.ask("PUT", "/api/tasks", {}), 405, Allow="GET, HEAD, POST")
        self.check(self.client.ask("DELETE", "/api/session"), 405, Allow="GET, HEAD")
        self.check(self.client.get("/api/login"), 405, Allow="POST")
        self.check(self.client.get(f"/api/tasks/{self.task['id']}/comments"), 405, Allow="POST")
        self.check(self.client.ask("DELETE", "/tasks.html", b""), 405, Allow="GET, HEAD")

    def test_413_large_body(self):
        answer = self.client.ask("POST", "/api/tasks", {"title": "x", "description": "y" * 300_000})
        self.check(answer, 413)

    def test_415_media_type(self):
        for kind in ("text/plain", "multipart/form-data; boundary=x", "application/jsonx", "application/xml"):
            self.check(self.client.ask("POST", "/api/tasks", b'{"title":"x"}', {"Content-Type": kind}), 415)
        self.check(self.client.ask("POST", "/api/tasks", b'{"title":"x"}'), 415)
        good = self.client.ask("POST", "/api/tasks", b'{"title":"x"}', {"Content-Type": "Application/JSON; charset=utf-8"})
        self.assertEqual(good.status, 201)

    def test_422_all_faults_at_once(self):
        answer = self.check(self.client.ask("POST", "/api/tasks", {
            "title": "", "status": "later", "progress": 101, "priority": 3, "assignee_id": "me", "due_on": "2026-02-30",
            "labels": "print", "colour": "red"}), 422)
        self.assertEqual(codes(answer), {
            "title": "required", "status": "choice", "progress": "range", "priority": "type", "assignee_id": "type",
            "due_on": "date", "labels": "type", "colour": "unknown"})
        for fault in answer.json["errors"]:
            self.assertGreater(len(fault["message"]), 5)

    def test_422_in_korean(self):
        answer = Client().ask("POST", "/api/register", {"email": "x"}, {"Accept-Language": "ko-KR,ko;q=0.9,en;q=0.5"})
        self.check(answer, 422)
        self.assertEqual(codes(answer), {"email": "email", "name": "required", "password": "required"})
        for text in [answer.json["detail"]] + [fault["message"] for fault in answer.json["errors"]]:
            self.assertRegex(text, "[가-힣]")

    def test_422_bounds(self):
        for fields, code in (({"title": "x" * 201}, "too_long"), ({"title": "   "}, "required"), ({"title": "a\rb"}, "control"),
                             ({"title": "a\nb"}, "control"), ({"title": "a\x7fb"}, "control"), ({"title": "a\u0085b"}, "control"),
                             ({"title": None}, "required"), ({"title": 5}, "type"), ({"title": ["x"]}, "type"),
                             ({"title": "x", "description": "y" * 65_537}, "too_long"),
                             ({"title": "x", "labels": ["l"] * 21 + ["m"]}, None),
                             ({"title": "x", "labels": [f"l{i}" for i in range(21)]}, "too_many"),
                             ({"title": "x", "labels": ["l" * 51]}, "too_long"),
                             ({"title": "x", "labels": ["a,b"]}, "control"), ({"title": "x", "labels": [1]}, "type"),
                             ({"title": "x", "progress": 1.5}, "type"), ({"title": "x", "progress": "12abc"}, "type"),
                             ({"title": "x", "progress": -1}, "range"), ({"title": "x", "progress": 10**30}, "range"),
                             ({"title": "x", "assignee_id": 999999}, "person"), ({"title": "x", "assignee_id": 0}, "range"),
                             ({"title": "x", "status": "done", "progress": 50}, "disagrees"),
                             ({"title": "x", "status": "todo", "progress": 100}, "disagrees")):
            answer = self.client.ask("POST", "/api/tasks", fields)
            if code is None:
                self.assertIn(answer.status, (201, 422))
                continue
            self.check(answer, 422)
            self.assertEqual(list(codes(answer).values()), [code], (fields, answer))

    def test_bounds_themselves_are_taken(self):
        answer = self.client.ask("POST", "/api/tasks", {
            "title": "전" * 200, "description": "y" * 65_536, "labels": [f"{i:02}" + "라" * 48 for i in range(20)],
            "progress": 100, "priority": "urgent", "due_on": "2028-02-29", "assignee_id": self.client.id})
        self.assertEqual(answer.status, 201, answer)
        self.assertEqual((answer.json["status"], len(answer.json["labels"])), ("done", 20))

    def test_passwords_have_bounds(self):
        for password, code in (("short", "too_short"), ("x" * 129, "too_long"), ("", "required"), ("tab\tin the password", "control")):
            answer = Client().ask("POST", "/api/register", {"email": address(), "name": "A", "password": password})
            self.check(answer, 422)
            self.assertEqual(codes(answer), {"password": code})

    def test_addresses_are_mailable(self):
        for email in ("a", "a@", "@b", "a b@c.de", "a@b@c.de", "a@b..de", ".a@b.de", "a@b.de\r\nBcc: x@y.de", "전@b.de", "a<b@c.de",
                      "x" * 250 + "@c.de"):
            answer = Client().ask("POST", "/api/register", {"email": email, "name": "A", "password": PASSWORD})
            self.check(answer, 422)
            self.assertEqual(codes(answer), {"email": "email"}, email)

    def test_504_when_it_takes_too_long_and_nothing_is_stored(self):
        count = stack().value("SELECT count(*) FROM task")
        with open(stack().database + "-turn") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            begin = time.monotonic()
            answer = self.client.ask("POST", "/api/tasks", {"title": "too late"})
            self.assertLess(time.monotonic() - begin, 9)
        self.check(answer, 504)
        self.assertEqual(stack().value("SELECT count(*) FROM task"), count)
        self.client.task(title="in time")

    def test_answers_tell_nothing_of_the_inside(self):
        for answer in (self.client.get("/api/nothing"), self.client.get("/api/tasks/999999"), self.client.get("/nothing")):
            said = answer.body.decode() + str(answer.headers)
            self.assertIsNone(re.search(r"lighttpd/|nginx/|sqlite|/work|\.c:|SELECT", said, re.I), said)

    def test_security_headers(self):
        html = self.client.get("/api/tasks", Accept="text/html")
        self.assertEqual(html.headers["Content-Type"], "text/html; charset=utf-8")
        for answer in (html, Client().get("/"), Client().get("/tasks.html")):
            policy = answer.headers["Content-Security-Policy"]
            self.assertIn("default-src 'none'", policy)
            self.assertIn("frame-ancestors 'none'", policy)
            self.assertNotIn("unsafe", policy)
            self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")
            self.assertEqual(answer.headers["Referrer-Policy"], "same-origin")
        self.assertEqual(self.client.get("/api/tasks").headers.get_all("X-Content-Type-Options"), ["nosniff"])
        self.assertIn("private", self.client.get("/api/tasks").headers["Cache-Control"])
