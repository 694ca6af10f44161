import subprocess, unittest
from instance import Client, PASSWORD, ROOT, VARIANT, address, codes, person, stack


class Tasks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.min = person("Min 민서")
        cls.jiwoo = person("Ji-woo")

    def patch(self, who, task, version=None, **fields):
        return who.ask("PATCH", f"/api/tasks/{task['id']}", {"version": version or task["version"], **fields})

    def test_create_and_show(self):
        answer = self.min.ask("POST", "/api/tasks", {
            "title": "  전단지 <b>인쇄</b> ", "description": "two\nlines\t", "assignee_id": self.jiwoo.id, "priority": "high",
            "due_on": "2026-12-24", "labels": ["print", "a", "print"]})
        self.assertEqual(answer.status, 201)
        task = answer.json
        self.assertEqual(answer.headers["Location"], f"/api/tasks/{task['id']}")
        self.assertEqual(self.jiwoo.get(answer.headers["Location"]).json, task)
        self.assertEqual({key: task[key] for key in task if key not in ("id", "created_at", "updated_at")}, {
            "title": "전단지 <b>인쇄</b>", "description": "two\nlines\t", "status": "todo", "progress": 0, "priority": "high",
            "assignee": {"id": self.jiwoo.id, "name": "Ji-woo"}, "creator": {"id": self.min.id, "name": "Min 민서"},
            "due_on": "2026-12-24", "labels": ["a", "print"], "version": 1})
        self.assertRegex(task["created_at"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")

    def test_update_merges_disjoint_fields(self):
        task = self.min.task()
        self.assertEqual(self.patch(self.jiwoo, task, progress=40, status="doing").json["version"], 2)
        merged = self.patch(self.min, task, title="renamed", labels=["x"])
        self.assertEqual(merged.status, 200)
        self.assertEqual([merged.json[key] for key in ("title", "progress", "status", "labels", "version")],
                         ["renamed", 40, "doing", ["x"], 3])

    def test_update_refuses_overlapping_fields_with_both_versions(self):
        task = self.min.task()
        self.patch(self.jiwoo, task, progress=40, priority="low")
        events = stack().value("SELECT count(*) FROM event")
        answer = self.patch(self.min, task, progress=70, title="mine", priority="urgent")
        self.assertEqual(answer.status, 412)
        self.assertEqual(answer.headers["Content-Type"], "application/problem+json")
        self.assertEqual(answer.json["current"]["progress"], 40)
        self.assertEqual(answer.json["yours"], {"title": "mine", "progress": 70, "priority": "urgent"})
        self.assertEqual(sorted(answer.json["fields"]), ["priority", "progress"])
        self.assertEqual(stack().value("SELECT count(*) FROM event"), events)
        self.assertEqual(self.min.get(f"/api/tasks/{task['id']}").json["title"], task["title"])

    def test_the_same_edit_twice_is_no_conflict(self):
        task = self.min.task()
        self.patch(self.jiwoo, task, progress=40)
        answer = self.patch(self.min, task, progress=40)
        self.assertEqual((answer.status, answer.json["version"]), (200, 2))

    def test_the_version_is_required_in_body_or_header(self):
        task = self.min.task()
        path = f"/api/tasks/{task['id']}"
        answer = self.min.ask("PATCH", path, {"progress": 10})
        self.assertEqual((answer.status, codes(answer)), (422, {"version": "required"}))
        self.assertEqual(codes(self.min.ask("PATCH", path, {"progress": 10, "version": 2})), {"version": "unknown"})
        self.assertEqual(self.min.ask("PATCH", path, {"progress": 10}, {"If-Match": '"1"'}).status, 200)
        self.assertEqual(self.min.ask("PATCH", path, {"progress": 20}, {"If-Match": '"1"'}).status, 412)
        self.assertEqual(self.min.ask("PATCH", path, {"progress": 20}, {"If-Match": "1x"}).status, 422)

    def test_status_and_progress_agree(self):
        task = self.min.task()
        done = self.patch(self.min, task, status="done").json
        self.assertEqual((done["status"], done["progress"]), ("done", 100))
        answer = self.patch(self.min, done, status="doing")
        self.assertEqual((answer.status, codes(answer)), (422, {"progress": "disagrees"}))
        doing = self.patch(self.min, done, progress=60).json
        self.assertEqual((doing["status"], doing["progress"]), ("doing", 60))
        done = self.patch(self.min, doing, progress=100).json
        self.assertEqual(done["status"], "done")
        todo = self.patch(self.min, done, status="todo", progress=0).json
        self.assertEqual((todo["status"], todo["progress"]), ("todo", 0))

    def test_clearing_assignee_and_date(self):
        task = self.min.task(assignee_id=self.jiwoo.id, due_on="2026-12-24")
        answer = self.patch(self.min, task, assignee_id=None, due_on=None)
        self.assertEqual((answer.json["assignee"], answer.json["due_on"]), (None, None))

    def test_an_empty_update_changes_nothing(self):
        task = self.min.task()
        events = stack().value("SELECT count(*) FROM event")
        self.assertEqual(self.patch(self.min, task, title=task["title"]).json, task)
        self.assertEqual(stack().value("SELECT count(*) FROM event"), events)

    def test_a_plain_form_sends_all_fields_and_only_its_edits_count(self):
        task = self.min.task(description="one\ntwo", labels=["a", "b"])
        self.patch(self.jiwoo, task, progress=40, status="doing")
        fields = {"version": 1, "title": "renamed", "description": "one\r\ntwo", "status": "todo", "progress": 0,
                  "priority": "normal", "assignee_id": "", "due_on": "", "labels": "a, b"}
        answer = self.min.form(f"/api/tasks/{task['id']}", fields)
        self.assertEqual((answer.status, answer.headers["Location"]), (303, f"/api/tasks/{task['id']}"))
        now = self.min.get(f"/api/tasks/{task['id']}").json
        self.assertEqual([now[key] for key in ("title", "progress", "status", "description", "labels")],
                         ["renamed", 40, "doing", "one\ntwo", ["a", "b"]])
        conflict = self.min.form(f"/api/tasks/{task['id']}", {**fields, "progress": 70})
        self.assertEqual(conflict.status, 412)
        self.assertIn("text/html", conflict.headers["Content-Type"])

    def test_bin_and_restore(self):
        task = self.min.task(title="to the bin")
        path = f"/api/tasks/{task['id']}"
        self.assertEqual(self.min.ask("DELETE", path).status, 204)
        self.assertEqual(self.min.get(path).status, 404)
        self.assertEqual(self.patch(self.min, task, progress=1).status, 404)
        self.assertEqual(self.min.ask("POST", path + "/comments", {"body": "x"}).status, 404)
        self.assertNotIn(task["id"], [t["id"] for t in self.min.get("/api/tasks?limit=200").json["tasks"]])
        self.assertIn(task["id"], [t["id"] for t in self.min.get("/api/tasks?bin=1").json["tasks"]])
        self.assertEqual(self.min.ask("DELETE", path).status, 204)
        self.assertEqual(self.jiwoo.ask("POST", path + "/restore").status, 403)
        restored = self.min.ask("POST", path + "/restore")
        self.assertEqual((restored.status, restored.json["title"]), (200, "to the bin"))
        self.assertEqual(self.min.get(path).status, 200)

    def test_an_administrator_may_delete_any_task(self):
        admin = person()
        stack().by_hand(f"UPDATE \"user\" SET role = 'admin' WHERE id = {admin.id}")
        self.assertEqual(admin.ask("DELETE", f"/api/tasks/{self.min.task()['id']}").status, 204)

    def test_the_log_tells_old_and_new(self):
        task = self.min.task(title="logged")
        self.patch(self.jiwoo, task, progress=40, assignee_id=self.jiwoo.id)
        comment = self.min.ask("POST", f"/api/tasks/{task['id']}/comments", {"body": "왜?\nso"})
        self.assertEqual(comment.status, 201)
        self.assertEqual((comment.json["comment"]["body"], comment.json["comment"]["author"]["name"]), ("왜?\nso", "Min 민서"))
        log = self.min.get(f"/api/tasks/{task['id']}/log").json
        self.assertEqual([event["type"] for event in log["events"]], ["task.created", "task.assigned", "task.commented"])
        self.assertEqual(log["events"][1]["actor"], {"id": self.jiwoo.id, "name": "Ji-woo"})
        self.assertEqual(log["events"][1]["changes"], {"progress": {"from": 0, "to": 40},
                                                       "assignee": {"from": None, "to": {"id": self.jiwoo.id, "name": "Ji-woo"}}})
        self.assertEqual(log["events"][2]["comment"], "왜?\nso")
        first = self.min.get(f"/api/tasks/{task['id']}/log?limit=1").json
        rest = self.min.get(f"/api/tasks/{task['id']}/log?after={first['next']}").json
        self.assertEqual(first["events"] + rest["events"], log["events"])
        self.assertIsNone(log["next"])

    def test_changes_by_hand_are_logged_and_planned(self):
        task = self.min.task()
        stack().by_hand(f"UPDATE task SET progress = 41 WHERE id = {task['id']}")
        now = self.min.get(f"/api/tasks/{task['id']}").json
        self.assertEqual((now["progress"], now["version"]), (41, 2))
        event = self.min.get(f"/api/tasks/{task['id']}/log").json["events"][-1]
        self.assertEqual((event["actor"], event["changes"]), (None, {"progress": {"from": 0, "to": 41}}))
        planned = stack().rows("SELECT 1 FROM outbox WHERE event_id = ? UNION ALL SELECT 1 FROM delivery WHERE last_event_id = ?",
                               event["id"], event["id"])
        self.assertTrue(planned)
        with self.assertRaises(subprocess.CalledProcessError):
            stack().by_hand(f"UPDATE task SET progress = 100 WHERE id = {task['id']}")
        with self.assertRaises(subprocess.CalledProcessError):
            stack().by_hand("DELETE FROM event")

    def test_forms_do_the_whole_way(self):
        browser = Client()
        email = address()
        self.assertEqual(browser.form("/api/register", {"email": email, "name": "Plain", "password": PASSWORD}).status, 303)
        self.assertEqual(browser.form("/api/logout", {}).headers["Location"], "/")
        answer = browser.form("/api/login", {"email": email, "password": PASSWORD})
        self.assertEqual((answer.status, answer.headers["Location"]), (303, "/api/tasks"))
        answer = browser.form("/api/tasks", {"title": "from a <form>", "description": "", "priority": "high", "assignee_id": "",
                                             "due_on": "", "labels": "a,,b"})
        self.assertEqual(answer.status, 303)
        path = answer.headers["Location"]
        page = browser.get(path, Accept="text/html")
        self.assertIn("from a &lt;form&gt;", page.body.decode())
        self.assertNotIn("<form>", page.body.decode())
        self.assertEqual(browser.form(path + "/comments", {"body": "a\r\nb"}).headers["Location"], path)
        self.assertEqual(browser.get(path + "/log").json["events"][-1]["comment"], "a\nb")
        self.assertEqual(browser.form("/api/users/me", {"name": "Plain 2", "language": "ko"}).status, 303)
        self.assertEqual(browser.form(path + "/delete", {}).headers["Location"], "/api/tasks")
        self.assertIn("from a &lt;form&gt;", browser.get("/api/tasks?bin=1", Accept="text/html").body.decode())
        self.assertEqual(browser.form(path + "/restore", {}).headers["Location"], path)
        faulty = browser.form("/api/tasks", {"title": ""})
        self.assertEqual(faulty.status, 422)
        self.assertIn("text/html", faulty.headers["Content-Type"])
        self.assertIn('lang="ko"', faulty.body.decode())
        self.assertEqual(Client().get("/api/tasks", Accept="text/html").headers["Location"], "/")

    def test_plain_cgi_answers_one_request(self):
        environment = {"PUMASI_CONFIG": f"{stack().dir}/pumasi.conf", "REQUEST_METHOD": "GET", "ASAN_OPTIONS": "detect_leaks=1",
                       "HTTP_COOKIE": self.min.cookie}
        for function, path, status in (("health", "/api/health", "200 OK"), ("task-list", "/api/tasks?limit=1", "200 OK"),
                                       ("task-show", "/api/tasks/999999", "404 Not Found"), ("health", "/api/tasks", "404 Not Found")):
            out = subprocess.run([ROOT / f"build/{VARIANT}/functions/{function}"], env={**environment, "REQUEST_URI": path},
                                 stdin=subprocess.DEVNULL, capture_output=True, timeout=30, check=True)
            self.assertTrue(out.stdout.startswith(f"Status: {status}\r\n".encode()), (function, out))
            self.assertEqual(out.stderr, b"")
