import datetime, hashlib, pathlib, time, unittest, urllib.parse
from instance import Client, PASSWORD, Stack, codes, person, stack


def ids(answer):
    assert answer.status == 200, answer
    return [task["id"] for task in answer.json["tasks"]]


class Lists(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.me = person("Lister")
        cls.other = person("Other")
        today = datetime.datetime.now(datetime.timezone.utc).date()
        day = lambda n: (today + datetime.timedelta(n)).isoformat()
        cls.all = {}
        for key, fields in {
                "late": dict(title="Zebra", due_on=day(-3), priority="urgent", progress=10, assignee_id=cls.me.id),
                "late done": dict(title="apple", due_on=day(-3), status="done"),
                "today": dict(title="Apple pie", due_on=day(0), priority="low", progress=10, assignee_id=cls.other.id, labels=["kitchen"]),
                "week": dict(title="bread", due_on=day(6), status="doing", progress=50, labels=["kitchen", "late"]),
                "later": dict(title="새전단지인쇄", description="운영 회의 자료", due_on=day(30), progress=50),
                "undated": dict(title="undated", description="v2전단 café FLYERS", priority="high")}.items():
            cls.all[key] = cls.me.task(**fields)["id"]

    def named(self, query, who=None):
        """The names of this class's tasks that a query finds, in order."""
        names = {number: name for name, number in self.all.items()}
        found = ids((who or self.me).get(f"/api/tasks?creator={self.me.id}&limit=200&{query}"))
        return [names[number] for number in found if number in names]

    def test_filters(self):
        for query, found in (("status=doing", {"week"}), ("assignee=me", {"late"}), (f"assignee={self.other.id}", {"today"}),
                             ("assignee=none", {"late done", "week", "later", "undated"}), ("label=kitchen", {"today", "week"}),
                             ("label=late", {"week"}), ("label=none", set()), ("due=overdue", {"late"}), ("due=today", {"today"}),
                             ("due=week", {"today", "week"}), ("status=done&due=overdue", set()), ("label=kitchen&status=todo", {"today"}),
                             ("status=&assignee=&label=&due=&q=&sort=", set(self.all))):
            self.assertEqual(set(self.named(query)), found, query)
        self.assertLessEqual(set(self.all.values()), set(ids(self.me.get("/api/tasks?creator=me&limit=200"))))
        self.assertEqual(ids(self.other.get("/api/tasks?creator=me")), [])
        self.assertEqual(self.named("assignee=me", self.other), ["today"])

    def test_words(self):
        for words, found in (("전단지", {"later"}), ("전단", {"later", "undated"}), ("회의", {"later"}), ("회", {"later"}), ("쇄", {"later"}),
                             ("단전", set()), ("회의 인쇄", {"later"}), ("회의 전단", {"later"}), ("회의 flyers", set()), ("app", {"late done", "today"}),
                             ("PIE apple", {"today"}), ("cafe", {"undated"}), ("v2전단", {"undated"}), ("\"", set()), ("apple OR bread", set()),
                             ("(bread)", {"week"}), ("bread*", {"week"}), ("title:bread", set()), ("-", set()), ("^bread", {"week"})):
            self.assertEqual(set(self.named("q=" + urllib.parse.quote(words))), found, words)

    def test_orders(self):
        for query, order in (("sort=title", ["late done", "today", "week", "undated", "late", "later"]),
                             ("sort=due", ["late", "late done", "today", "week", "later", "undated"]),
                             ("sort=priority", None), ("sort=progress", None), ("sort=created", None), ("sort=updated", None)):
            found = self.named(query)
            self.assertEqual(len(found), 6)
            if order:
                self.assertEqual(found[2:] if query == "sort=due" else found, order[2:] if query == "sort=due" else order, query)
        self.assertEqual(self.named("sort=priority")[0], "late")
        self.assertEqual(self.named("sort=priority&order=asc")[0], "today")
        self.assertEqual(self.named("sort=progress")[0], "late done")
        self.assertEqual(self.named("sort=created")[0], "undated")
        self.assertEqual(self.named("sort=created&order=asc")[0], "late")

    def test_pages_hold_each_task_once_in_every_order(self):
        for index in range(23):  # many equal keys
            self.me.task(title=f"page {index % 4}", priority=("low", "high")[index % 2], progress=index % 3 * 10)
        whole = set(ids(self.me.get("/api/tasks?creator=me&limit=200")))
        for sort in ("updated", "created", "due", "priority", "progress", "title"):
            for order in ("asc", "desc"):
                path, seen = f"/api/tasks?creator=me&limit=7&sort={sort}&order={order}", []
                query = path
                while query:
                    answer = self.me.get(query)
                    seen += ids(answer)
                    after = answer.json["next"]
                    self.assertEqual(after is None, answer.headers["Link"] is None)
                    if after:
                        self.assertEqual(answer.headers["Link"], f'<{path}&after={after}>; rel="next"')
                    query = after and f"{path}&after={after}"
                self.assertEqual(len(seen), len(set(seen)), (sort, order))
                self.assertEqual(set(seen), whole, (sort, order))
                self.assertEqual(seen, ids(self.me.get(f"/api/tasks?creator=me&limit=200&sort={sort}&order={order}")))
        cursor = self.me.get("/api/tasks?limit=1&sort=title").json["next"]
        self.assertEqual(codes(self.me.get(f"/api/tasks?sort=due&after={cursor}")), {"after": "cursor"})
        self.assertEqual(codes(self.me.get(f"/api/tasks?sort=title&order=desc&after={cursor}")), {"after": "cursor"})

    def test_an_unchanged_list_is_304_until_somebody_changes_something(self):
        task = self.me.task()
        first = self.me.get("/api/tasks")
        tag = first.headers["ETag"]
        again = self.me.get("/api/tasks", If_None_Match=tag)
        self.assertEqual((again.status, again.body, again.headers["ETag"]), (304, b"", tag))
        self.assertEqual(self.me.get("/api/tasks", If_None_Match=f'"x", W/{tag}').status, 304)
        self.assertEqual(self.me.get("/api/tasks", If_None_Match="*").status, 304)
        Client().ask("POST", "/api/login", {"email": self.me.email, "password": PASSWORD})  # a sign-in shows nowhere
        self.assertEqual(self.me.get("/api/tasks", If_None_Match=tag).status, 304)
        self.assertEqual(self.other.get("/api/tasks", If_None_Match=tag).status, 200)
        stack().by_hand(f"UPDATE task SET progress = 5 WHERE id = {task['id']}")
        self.assertEqual(self.me.get("/api/tasks", If_None_Match=tag).status, 200)

    def test_reading_writes_nothing(self):
        quiet = Stack()  # nobody else, and no mail on its way
        try:
            reader = person("Reader", quiet)
            task = reader.task()
            def files():
                return [hashlib.sha256(pathlib.Path(quiet.database + ending).read_bytes()).hexdigest() for ending in ("", "-wal")]
            deadline = time.monotonic() + 15
            while quiet.value("SELECT count(*) FROM outbox") and time.monotonic() < deadline:
                time.sleep(0.1)
            before = files()
            for _ in range(3):
                for path in ("/api/tasks", "/api/tasks?q=task", "/api/session", "/api/users", f"/api/tasks/{task['id']}",
                             f"/api/tasks/{task['id']}/log", "/api/health"):
                    self.assertEqual(reader.get(path).status, 200)
                self.assertEqual(reader.get("/api/tasks", Accept="text/html").status, 200)
            self.assertEqual(files(), before)
        finally:
            quiet.stop()

    def test_head_is_get_without_a_body(self):
        answer = self.me.ask("HEAD", "/api/tasks")
        self.assertEqual((answer.status, answer.body), (200, b""))
