"""pumasi import and export: what a team comes from is taken, once, as it was; what it has here can be taken along."""

import csv
import io
import json
import os
import pty
import sqlite3
import subprocess
import unittest

from bench import PUMASI, ROOT, Instance

SAMPLES = ROOT / "tests" / "api" / "imports"


class Moving(unittest.TestCase):
    def setUp(self):
        self.instance = self.enterContext(Instance())
        self.pumasi = self.instance.pumasi
        self.jiwoo = self.instance.person("jiwoo@example.org", "Ji-woo 지우")
        self.min = self.instance.person("min@example.org", "Min")
        self.instance.forget()
        self.last = self.instance.db.execute("SELECT max(id) FROM event").fetchone()[0]

    def file(self, name, text):
        path = self.instance.directory / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def take(self, path, form, *words):
        """An import in Min's name; its report."""
        return json.loads(self.pumasi("import", path, "--from", form, "--as", "min@example.org", "--json", *words))

    def refuse(self, path, form, *says, words=(), expected=1):
        text = self.pumasi("import", path, "--from", form, "--as", "min@example.org", *words, expected=expected)
        for part in says:
            self.assertIn(part, text)
        self.assertEqual(0, self.instance.count("task"))
        self.assertEqual(0, self.instance.count("import_origin"))

    def tasks(self):
        return {row["title"]: dict(row) for row in self.instance.db.execute(
            "SELECT task.*, assignee.email AS assignee, creator.email AS creator FROM task LEFT JOIN user AS assignee ON assignee.id = assignee_id "
            "JOIN user AS creator ON creator.id = creator_id ORDER BY task.id")}  # fmt: skip

    def comments(self):
        return [tuple(row) for row in self.instance.db.execute(
            "SELECT title, email, body, comment.created_at FROM comment JOIN task ON task.id = task_id JOIN user ON user.id = author_id ORDER BY comment.id")]  # fmt: skip

    def counts(self, report):
        return tuple(report[key] for key in ("tasks_new", "tasks_changed", "tasks_same", "comments_new", "comments_same"))


class Table(Moving):
    def test_a_table_of_a_spreadsheet(self):
        path = self.file("list.csv", "제목;상태;담당자;마감일;태그;만든 사람\r\n"
                         "화분에 물 주기;진행 중;Ji-woo 지우;2025-03-04;집, 식물;모르는 이\r\n\"둘째; \"\"일\"\"\r\n둘째 줄\";;;;;\r\n")
        report = self.take(path, "csv")
        self.assertEqual((2, 0, 0, 0, 0), self.counts(report))
        tasks = self.tasks()
        first = tasks["화분에 물 주기"]
        self.assertEqual(("doing", "jiwoo@example.org", "2025-03-04", '["식물","집"]', "min@example.org"),
                         tuple(first[key] for key in ("status", "assignee", "due_on", "labels", "creator")))
        self.assertEqual("Made by 모르는 이 in CSV.", first["description"])
        self.assertIn('둘째; "일" 둘째 줄', tasks)
        self.assertIn({"name": "모르는 이", "email": None, "by": None}, report["people"])
        self.assertIn({"name": "Ji-woo 지우", "email": "jiwoo@example.org", "by": "name"}, report["people"])
        self.assertTrue(any("known again by their title" in note for note in report["notes"]))

    def test_repeated_it_makes_nothing_twice(self):
        path = self.file("a.csv", "id,title,status\n1,One,todo\n2,Two,done\n")
        self.assertEqual((2, 0, 0, 0, 0), self.counts(self.take(path, "csv")))
        self.assertEqual((0, 0, 2, 0, 0), self.counts(self.take(path, "csv")))
        self.file("a.csv", "id,title,status\n1,One more,doing\n2,Two,done\n3,Three,todo\n")
        self.assertEqual((1, 1, 1, 0, 0), self.counts(self.take(path, "csv")))
        self.assertEqual(["One more", "Two", "Three"], list(self.tasks()))
        # Another place with the same numbers is another source.
        self.assertEqual(3, self.take(path, "csv", "--source", "the other list")["tasks_new"])

    def test_without_numbers_a_title_and_its_place_are_known_again(self):
        path = self.file("a.csv", "title\nSame\nSame\nOther\n")
        self.assertEqual((3, 0, 0, 0, 0), self.counts(self.take(path, "csv")))
        self.assertEqual((0, 0, 3, 0, 0), self.counts(self.take(path, "csv")))

    def test_what_people_changed_here_stays(self):
        path = self.file("a.csv", "id,title,status,due_on\n1,One,todo,2030-01-01\n")
        self.take(path, "csv")
        task = self.tasks()["One"]["id"]
        self.instance.change(self.jiwoo, task, title="Ours", status="doing")
        # Nothing changed there: nothing does here, however often it is asked.
        for _ in range(2):
            self.assertEqual((0, 0, 1, 0, 0), self.counts(self.take(path, "csv")))
            self.assertEqual("doing", self.tasks()["Ours"]["status"])
        # A field of theirs and one of ours: both; the same field: ours, and it is said.
        self.file("a.csv", "id,title,status,due_on\n1,Theirs,todo,2031-01-01\n")
        report = self.take(path, "csv")
        self.assertEqual((0, 1, 0, 0, 0), self.counts(report))
        self.assertEqual(("doing", "2031-01-01"), tuple(self.tasks()["Ours"][key] for key in ("status", "due_on")))
        self.assertIn(f"line 2: #{task} was changed here, too, and keeps its own: title", report["notes"])
        self.assertEqual((0, 0, 1, 0, 0), self.counts(self.take(path, "csv")))
        self.assertIn("Ours", self.tasks())

    def test_what_lies_in_the_bin_stays_there(self):
        path = self.file("a.csv", "id,title\n1,One\n")
        self.take(path, "csv")
        self.instance.change(self.jiwoo, self.tasks()["One"]["id"], deleted_at=1)
        self.assertEqual(1, self.take(path, "csv")["tasks_in_bin"])
        self.assertIsNotNone(self.tasks()["One"]["deleted_at"])

    def test_dry_run_tells_and_writes_nothing(self):
        path = self.file("a.csv", "id,title,status\n1,One,todo\n")
        self.take(path, "csv")
        before = {table: self.instance.count(table) for table in ("task", "event", "outbox", "comment", "import_origin", "task_flow")}
        self.file("a.csv", "id,title,status\n1,One again,done\n2,Two,todo\n")
        text = self.pumasi("import", path, "--from", "csv", "--as", "min@example.org", "--dry-run")
        self.assertIn("~ line 2: #1 One again: title, status, progress\n+ line 3: Two\n", text)
        self.assertIn("tasks: 1 new, 1 changed, 0 as before\n", text)
        self.assertIn("nothing is written", text)
        self.assertEqual(before, {table: self.instance.count(table) for table in before})
        self.assertEqual(["One"], list(self.tasks()))

    def test_a_file_with_an_error_imports_nothing(self):
        for text, says in (
            (b"title,status\nGood,todo\nBad,Review\n", 'line 3: what does "Review" mean here? Say --map "Review=todo"'),
            (b"title,due_on\nGood,\nBad,2025-02-30\n", 'line 3: "2025-02-30" is no day'),
            (b"title,due_on\nBad,13/1/2025\n", "--day-first"),
            (b"title,priority\nBad,soon\n", 'line 2: the priority "soon" is none of'),
            (b"title,progress\nBad,101\n", 'line 2: the progress "101" is no number from 0 to 100'),
            (b"title,status\nGood\n", "line 2: it has 1 fields, the head line has 2"),
            (b"id,title\n1,One\n1,Two\n", 'line 3: the number "1" is that of line 2, too'),
            (b"id,title\n,One\n", "line 2: it has no number"),
            (b"id,title\n1,\n", "line 2: it has no title"),
            (b"id,name,title\n1,a,b\n", 'line 1: "title" means the same as a column before it'),
            (b"what,ever\n1,2\n", "line 1: no column is the title"),
            (b'title\n"open\n', "line 2: a field begins with a quotation mark"),
            (b'title\n"a"b\n', "line 2: text follows the quotation mark"),
            (b"title\nKor\xb9\n", "line 2: the text is not UTF-8"),
            (b"title\nNUL\0\n", "line 2: a field holds a NUL"),
            (b"title\n", "there is no task in it"),
            (b"", "there is no task in it"),
        ):  # fmt: skip
            with self.subTest(text=text):
                self.refuse(self.file("bad.csv", text), "csv", says, "nothing is imported")

    def test_a_column_is_asked_for_once(self):
        path = self.file("a.csv", "title,status\n" + "One,Review\nTwo,todo\nThree,review\nFour,Testing\n" * 9)
        text = self.pumasi("import", path, "--from", "csv", "--as", "min@example.org", expected=1)
        self.assertEqual(3, len(text.splitlines()), text)
        self.assertIn('line 5: what does "Testing" mean here?', text)

    def test_what_is_too_large_is_said_to_be(self):
        path = self.file("large.csv", "title\n")
        with open(path, "ab") as file:
            file.truncate(64 * 1024 * 1024 + 1)
        self.refuse(path, "csv", "larger than 64 MiB; please split it")
        self.refuse(self.file("many.csv", "title\n" + "x\n" * 100001), "csv", "line 100002: there are more than 100000 tasks")
        self.refuse(self.file("wide.csv", "title" + ",x" * 256), "csv", "more than 256 fields")

    def test_asked_for_in_another_way(self):
        path = self.file("a.csv", "What,Stage,When,Who\nOne,Review,3/4/2025,JW\n")
        report = self.take(path, "csv", "--column", "What=title", "--column", "Stage=status", "--column", "When=due_on", "--column", "Who=assignee",
                           "--map", "review=doing", "--person", "JW=jiwoo@example.org", "--day-first")  # fmt: skip
        self.assertEqual(1, report["tasks_new"])
        task = self.tasks()["One"]
        self.assertEqual(("doing", "2025-04-03", "jiwoo@example.org", '["Review"]'), tuple(task[key] for key in ("status", "due_on", "assignee", "labels")))

    def test_what_is_not_understood(self):
        path = self.file("a.csv", "title\nOne\n")
        self.refuse(path, "excel", "say --from", "kanboard", expected=2)
        self.refuse(path, "csv", "--map must be like", words=("--map", "Review"), expected=2)
        self.refuse(path, "csv", "todo, doing or done, not \"later\"", words=("--map", "Review=later"), expected=2)
        self.refuse(path, "csv", "Usage: pumasi import", words=("one", "more"), expected=2)
        self.refuse(path, "csv", "nobody here has the address x@example.org", words=("--person", "X=x@example.org"))
        self.refuse(self.instance.directory / "none.csv", "csv", "No such file")
        self.pumasi("import", path, "--from", "csv", expected=1, says="say --as ADDRESS")
        self.pumasi("import", path, "--from", "csv", "--as", "x@example.org", expected=1, says="nobody has the address")

    def test_long_titles_and_texts_are_kept_whole(self):
        title, body = "가" * 250, "단어 " * 20000
        report = self.take(self.file("a.csv", f'id,title,description,labels\n1,{title},"{body}",{"x" * 60}\n'), "csv")
        [task] = self.tasks().values()
        self.assertEqual("가" * 200, task["title"])
        self.assertTrue(task["description"].startswith(title + "\n\n단어 "))
        whole = task["description"] + "".join(body for _, _, body, _ in self.comments())
        self.assertEqual(f"{title}\n\n{body}".strip(), whole.strip())
        self.assertEqual(json.dumps(["x" * 50]), task["labels"])
        self.assertEqual(3, len(report["notes"]), report["notes"])
        self.assertEqual((0, 0, 1, 0, report["comments_new"]), self.counts(self.take(self.instance.directory / "a.csv", "csv")))


class Mails(Moving):
    def test_nobody_is_mailed_unless_asked_for(self):
        path = self.file("a.csv", "id,title,assignee\n1,One,jiwoo@example.org\n")
        waiting = self.instance.task(self.min, "Waits to be mailed", self.jiwoo)
        self.take(path, "csv")
        self.assertEqual([waiting], [row[0] for row in self.instance.db.execute("SELECT task_id FROM outbox")])
        self.instance.mailer()
        self.assertEqual(1, len(self.instance.mails()))
        self.file("a.csv", "id,title,assignee\n1,One,jiwoo@example.org\n2,Two,jiwoo@example.org\n")
        self.take(path, "csv", "--mail")
        self.instance.mailer()
        self.assertEqual(2, len(self.instance.mails()))

    def test_nor_when_the_log_is_told_once_more(self):
        before = self.instance.task(self.min, "Before", self.jiwoo)
        self.take(self.file("a.csv", "id,title,assignee\n1,One,jiwoo@example.org\n2,Two,jiwoo@example.org\n"), "csv")
        after = self.instance.task(self.min, "After", self.jiwoo)
        self.take(self.file("b.csv", "id,title,assignee\n3,Loud,jiwoo@example.org\n"), "csv", "--mail")
        self.instance.forget()
        self.pumasi("event", "replay", "--from", self.last + 1)
        titles = {row[0] for row in self.instance.db.execute("SELECT title FROM outbox JOIN task ON task.id = task_id")}
        self.assertEqual({"Before", "After", "Loud"}, titles)
        self.assertEqual({before, after}, {row[0] for row in self.instance.db.execute("SELECT task_id FROM outbox")} & {before, after})
        # Where nothing was new there is nothing to be silent about.
        self.take(self.instance.directory / "a.csv", "csv")
        self.assertEqual(1, self.instance.count("import_silence"))

    def test_a_terminal_sees_how_far_it_is(self):
        path = self.file("a.csv", "title\n" + "x\n" * 250)
        own, terminal = pty.openpty()
        with open(own, "rb", buffering=0) as screen:
            subprocess.run([PUMASI, "import", path, "--from", "csv", "--as", "min@example.org"], env=self.instance.environment(), stdout=subprocess.DEVNULL, stderr=terminal, check=True)
            self.assertEqual(b"\r1 of 250 tasks\r101 of 250 tasks\r201 of 250 tasks\r250 of 250 tasks\r\n", screen.read(200))
        os.close(terminal)

    def test_the_log_tells_of_it_and_when_it_was_said(self):
        self.take(self.file("k.db", self.kanboard()), "kanboard", "--map", "To taste=todo")
        events = [json.loads(line) for line in self.pumasi("event", "export", "--after", self.last).splitlines()]
        self.assertEqual({"task.created": 4, "task.commented": 3}, {kind: [event["detail-type"] for event in events].count(kind) for kind in ("task.created", "task.commented")})
        said = next(event for event in events if event["detail-type"] == "task.commented")
        self.assertEqual(("2025-03-02T07:20:00Z", "min@example.org"), (said["time"], said["detail"]["actor"]["email"]))

    def kanboard(self):
        return kanboard_database(self.instance.directory / "made.db")


def kanboard_database(path):
    db = sqlite3.connect(path)
    db.executescript((SAMPLES / "kanboard.sql").read_text(encoding="utf-8"))
    db.close()
    return path.read_bytes()


class Kanboard(Moving):
    def test_its_table(self):
        report = self.take(SAMPLES / "kanboard.csv", "kanboard")
        self.assertEqual((3, 0, 0, 0, 0), self.counts(report))
        tasks = self.tasks()
        spades = tasks["Sharpen the spades"]
        self.assertEqual(("todo", "2025-03-14", '["Tools","spring","tools"]', "min@example.org", "jiwoo@example.org", "normal", 1740820500, 1740909600),
                         tuple(spades[key] for key in ("status", "due_on", "labels", "assignee", "creator", "priority", "created_at", "updated_at")))
        bed = tasks['Dig the "long" bed by the wall']
        self.assertEqual(("doing", None, "high", "In charge in Kanboard: Someone Else"), tuple(bed[key] for key in ("status", "assignee", "priority", "description")))
        seeds = tasks["Order seeds, bulbs"]
        self.assertEqual(("done", 100, "urgent", 1739210400), tuple(seeds[key] for key in ("status", "progress", "priority", "updated_at")))

    def test_its_database(self):
        path = self.file("db.sqlite", kanboard_database(self.instance.directory / "made.db"))
        self.refuse(path, "kanboard", 'task 9: what does "To taste" mean here?')
        report = self.take(path, "kanboard", "--map", "To taste=doing")
        self.assertEqual((4, 0, 0, 3, 0), self.counts(report))
        tasks = self.tasks()
        spades = tasks["Sharpen the spades"]
        self.assertEqual(("With the *fine* stone.", "2025-03-14", '["Garden","Tools","spring","tools"]', "min@example.org", "jiwoo@example.org", 1740820500, 1740909600),
                         tuple(spades[key] for key in ("description", "due_on", "labels", "assignee", "creator", "created_at", "updated_at")))
        self.assertEqual("- [x] North half\n- [ ] South half\n\nIn charge in Kanboard: Someone Else", tasks["Dig the long bed"]["description"])
        self.assertEqual("Leek\n\nMade by Someone Else in Kanboard.", tasks["Soup"]["description"])
        self.assertEqual([("Sharpen the spades", "min@example.org", "Which stone?", 1740900000), ("Sharpen the spades", "jiwoo@example.org", "The grey one.", 1740903600),
                          ("Soup", "min@example.org", "Someone Else wrote in Kanboard:\n\nMore salt.", 1741310000)], self.comments())
        self.assertIn("task 5: 1 of its files are not taken", report["notes"])
        self.assertIn({"name": "Ji-woo 지우", "email": "jiwoo@example.org", "by": "address"}, report["people"])
        self.assertEqual((0, 0, 4, 0, 3), self.counts(self.take(path, "kanboard", "--map", "To taste=doing")))
        # The same tasks, whichever of the two files they stand in.
        self.assertEqual(0, self.take(SAMPLES / "kanboard.csv", "kanboard")["tasks_new"])

    def test_a_database_of_something_else(self):
        for sql, says in (("CREATE TABLE other (x)", "is it a database of Kanboard"), ("CREATE VIEW tasks AS SELECT load_extension('x') AS id", "is it a database of Kanboard")):
            path = self.instance.directory / f"{len(sql)}.db"
            with sqlite3.connect(path) as db:
                db.execute(sql)
            db.close()
            self.refuse(path, "kanboard", says)
        torn = self.file("torn.db", kanboard_database(self.instance.directory / "made.db")[:5000])
        self.refuse(torn, "kanboard", "nothing is imported")


class Others(Moving):
    def test_a_board_of_trello(self):
        self.refuse(SAMPLES / "trello.json", "trello", 'cards[1]: what does "Review" mean here?')
        report = self.take(SAMPLES / "trello.json", "trello", "--map", "Review=doing")
        self.assertEqual((4, 0, 0, 2, 0), self.counts(report))
        tasks = self.tasks()
        flyer = tasks["Draw the flyer"]
        self.assertEqual(("todo", "2025-03-20", '["print","red"]', "jiwoo@example.org", "jiwoo@example.org", 0x67C6D800),
                         tuple(flyer[key] for key in ("status", "due_on", "labels", "assignee", "creator", "created_at")))
        self.assertEqual("A5, **two** colours\n\nhttps://trello.com/1/cards/1/attachments/a1/download/draft.png\n\nSteps\n\n- [x] Sketch\n- [ ] Ink\n\n"
                         "In charge in Trello: Someone Else", flyer["description"])
        self.assertEqual({"Draw the flyer": "todo", "Check the spelling": "doing", "Old poster": "done", "Buy paper": "done"}, {title: task["status"] for title, task in tasks.items()})
        self.assertEqual([("jiwoo@example.org", "Which colour?"), ("min@example.org", "Someone Else wrote in Trello:\n\nBlue, please")], [comment[1:3] for comment in self.comments()])
        self.assertIn("cards[4]: it is a template and not taken", report["notes"])
        self.assertEqual((0, 0, 4, 0, 2), self.counts(self.take(SAMPLES / "trello.json", "trello", "--map", "Review=doing")))

    def test_an_export_of_vikunja(self):
        report = self.take(SAMPLES / "vikunja.json", "vikunja")
        self.assertEqual((2, 0, 0, 2, 0), self.counts(report))
        tasks = self.tasks()
        call = tasks["Call the printer"]
        self.assertEqual(("doing", 40, "high", "2025-04-02", '["Inbox","phone"]', "jiwoo@example.org", "min@example.org", 1743314400),
                         tuple(call[key] for key in ("status", "progress", "priority", "due_on", "labels", "assignee", "creator", "created_at")))
        self.assertEqual("Ask for **A5** & A6\n\n- price\n- [sizes](https://example.org/x)", call["description"])
        self.assertEqual(("done", 1743490800), tuple(tasks["Water the plants"][key] for key in ("status", "updated_at")))
        self.assertEqual(["Somebody wrote in Vikunja:\n\nWhich number?", "guest9 wrote in Vikunja:\n\nThey open at nine."], [comment[2] for comment in self.comments()])
        self.assertIn("[0].tasks[1]: it repeats, which is not taken", report["notes"])
        self.refuse_packed()

    def refuse_packed(self):
        self.pumasi("import", self.file("x.zip", b"PK\3\4..."), "--from", "vikunja", "--as", "min@example.org", expected=1, says="unzip -p FILE data.json")

    def test_issues_of_github_in_both_shapes(self):
        report = self.take(SAMPLES / "github-gh.json", "github")
        self.assertEqual((2, 0, 0, 1, 0), self.counts(report))
        tasks = self.tasks()
        slow = tasks["The list is slow"]
        self.assertEqual(("todo", "2025-03-31", '["Spring","bug"]', "jiwoo@example.org", "min@example.org", "It is *slow*\nsince Monday.\n\nMade by Octo Cat in GitHub."),
                         tuple(slow[key] for key in ("status", "due_on", "labels", "assignee", "creator", "description")))
        self.assertEqual(("done", 1737367200), tuple(tasks["Typo"][key] for key in ("status", "updated_at")))
        self.assertEqual([("The list is slow", "min@example.org", "Seen, too.", 1738576800)], self.comments())
        # The API tells logins alone; otherwise it is the same, and known again.
        report = self.take(SAMPLES / "github-api.json", "github", "--person", "octo=jiwoo@example.org")
        self.assertEqual((0, 2, 0, 0, 1), self.counts(report))
        self.assertIn("1 pull request is not taken", report["notes"])
        self.assertIn("1 comment is about no issue of the file and not taken", report["notes"])

    def test_json_that_is_none_of_theirs(self):
        for form in ("trello", "vikunja", "github", "pumasi"):
            for text, says in ((b"{", "line 1: it is not JSON"), (b'[{"a":1},\n{"a":1,"a":2}]', "it is not JSON" if form != "pumasi" else "line 1"), (b"{}", ""), (b"[]", ""), (b"7", ""), (b"[[[1]]]", ""),
                               (b'[{"title":"x","tasks":[{"title":5,"labels":[[]]}],"cards":7}]', ""), (b'{"cards":[{"id":"a","name":"x","idList":[]},null,3]}', ""), (b'{"task":{"id":1,"title":"x","status":7}}', "")):  # fmt: skip
                with self.subTest(form=form, text=text):
                    self.instance.db.executescript("DELETE FROM import_origin; DELETE FROM outbox; DELETE FROM task_watcher; DELETE FROM comment; DELETE FROM task")
                    if form == "trello" and b"cards" in text and b'"name"' in text:
                        continue
                    self.refuse(self.file("bad.json", text), form, says, "nothing is imported")


class Export(Moving):
    def setUp(self):
        super().setUp()
        self.first = self.instance.task(self.jiwoo, "=1+1", self.min, description='a "quoted"\nline, and more', labels='["print","집"]', due_on="2031-02-03", status="doing", progress=40)
        self.second = self.instance.task(self.min, "'+82 1", None, priority="urgent", status="done", progress=100)
        self.bin = self.instance.task(self.min, "In the bin")
        self.instance.change(self.min, self.bin, deleted_at=1)
        self.instance.comment(self.min, self.first, "First\nline")
        self.instance.comment(self.jiwoo, self.first, "둘째")
        self.instance.act(self.min, ("INSERT INTO task_watcher (task_id, user_id, state) VALUES (?, ?, 'watch')", self.second, self.jiwoo))
        self.instance.db.execute("UPDATE task SET created_at = created_at - 5000, updated_at = updated_at - 1000")

    def other(self):
        """Another Pumasi with the same people."""
        other = self.enterContext(Instance())
        other.person("min@example.org", "Min")
        other.person("jiwoo@example.org", "Ji-woo 지우")
        return other

    def known(self, instance):
        """All that is to be the same after moving, in the order of the tasks."""
        tasks = instance.db.execute(
            "SELECT task.id, title, description, status, progress, priority, due_on, labels, task.created_at, task.updated_at, assignee.email, creator.email FROM task "
            "LEFT JOIN user AS assignee ON assignee.id = assignee_id JOIN user AS creator ON creator.id = creator_id WHERE task.deleted_at IS NULL ORDER BY task.id")  # fmt: skip
        return [(tuple(task)[1:], [tuple(row) for row in instance.db.execute("SELECT body, email, comment.created_at FROM comment JOIN user ON user.id = author_id WHERE task_id = ? ORDER BY comment.id", task[:1])],
                 [row[0] for row in instance.db.execute("SELECT email FROM task_watcher JOIN user ON user.id = user_id WHERE task_id = ? AND state = 'watch'", task[:1])]) for task in tasks]  # fmt: skip

    def test_lines_are_the_same_in_another_pumasi(self):
        text = self.pumasi("export", "--format", "lines")
        self.assertEqual(2, len(text.splitlines()))
        other = self.other()
        path = other.directory / "all.lines"
        path.write_text(text, encoding="utf-8")
        other.pumasi("import", path, "--from", "pumasi", "--as", "min@example.org", says="tasks: 2 new, 0 changed, 0 as before\ncomments: 2 new")
        self.assertEqual(self.known(self.instance), self.known(other))
        again = [json.loads(line) for line in other.pumasi("export", "--format", "lines").splitlines()]
        strip = lambda tasks: [{key: value for key, value in line["task"].items() if key not in ("id", "comments")} for line in tasks]  # noqa: E731
        self.assertEqual(strip(map(json.loads, text.splitlines())), strip(again))
        other.pumasi("import", path, "--from", "pumasi", "--as", "min@example.org", says="tasks: 0 new, 0 changed, 2 as before\ncomments: 0 new, 2 as before")

    def test_a_table_is_the_same_in_another_pumasi(self):
        text = self.pumasi("export", "--format", "csv")
        self.assertTrue(text.startswith("\ufeffid,title,"))
        rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
        self.assertEqual([str(self.first), str(self.second)], [row["id"] for row in rows])
        # A spreadsheet runs neither of these.
        self.assertEqual(["'=1+1", "''+82 1"], [row["title"] for row in rows])
        self.assertEqual(("min@example.org", "jiwoo@example.org", ["print", "집"]), (rows[0]["assignee"], rows[0]["creator"], rows[0]["labels"].split(",")))
        other = self.other()
        path = other.directory / "all.csv"
        path.write_text(text, encoding="utf-8", newline="")
        other.pumasi("import", path, "--from", "csv", "--as", "min@example.org", says="tasks: 2 new")
        self.assertEqual([known[0] for known in self.known(self.instance)], [known[0] for known in self.known(other)])
        self.assertEqual(text, other.pumasi("export", "--format", "csv"))

    def test_the_whole_has_everything_but_secrets(self):
        text = self.pumasi("export", "--format", "whole")
        lines = [json.loads(line) for line in text.splitlines()]
        kinds = [next(iter(line)) for line in lines]
        self.assertEqual({"person": 2, "rule": 5, "task": 3, "event": self.instance.count("event")}, {kind: kinds.count(kind) for kind in ("person", "rule", "task", "event")})
        self.assertEqual(["In the bin"], [line["task"]["title"] for line in lines if line.get("task", {}).get("is_deleted")])
        self.assertNotIn("argon2", text)
        path = self.file("whole", text)
        report = json.loads(self.other().pumasi("import", path, "--from", "pumasi", "--as", "min@example.org", "--json"))
        self.assertEqual((2, ["1 tasks of the bin are not taken"]), (report["tasks_new"], [note for note in report["notes"] if "bin" in note]))

    def test_what_is_not_understood(self):
        for words in ((), ("--format",), ("--format", "xml"), ("--format", "csv", "x")):
            self.pumasi("export", *words, expected=2, says="Usage: pumasi export")

    def test_nothing_is_there_yet(self):
        empty = self.enterContext(Instance())
        self.assertEqual(1, len(empty.pumasi("export", "--format", "csv").splitlines()))
        self.assertEqual("", empty.pumasi("export", "--format", "lines"))

    def test_memory_does_not_grow_with_the_tasks(self):
        self.instance.db.executescript("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) INSERT INTO task (title, creator_id, description) SELECT 'Task ' || i, 1, printf('%.2000c', 'x') FROM n")
        some = self.instance.peak("export", "--format", "csv")
        self.instance.db.executescript("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 8000) INSERT INTO task (title, creator_id, description) SELECT 'Task ' || i, 1, printf('%.2000c', 'x') FROM n")
        self.assertLess(self.instance.peak("export", "--format", "csv"), some + 8 * 1024)


if __name__ == "__main__":
    unittest.main()
