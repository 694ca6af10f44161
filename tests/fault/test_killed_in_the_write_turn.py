"""
kill -9 of the one who holds the write turn, in the middle of its transaction: what was answered 2xx is there, and the
log, the outbox and the index still add up to the tasks. Kills at any instant stand in test_kill_workers.py.
"""

import contextlib
import http.client
import json
import os
import random
import signal
import threading
import time
import unittest

from machine import Machine, Stack, own_processes, turn_holder, wait_for, workers

KILLS = 8
CREATED = 30
MOST_SECONDS = 90
WRITERS = ("task-create", "task-update", "comment-create")


class Writer(threading.Thread):
    """Creates, updates and comments until told to stop, and remembers what was answered."""

    def __init__(self, stack, cookie, number, is_over):
        super().__init__(daemon=True)
        self.stack, self.cookie, self.number, self.is_over = stack, cookie, number, is_over
        self.created = {}  # title: id
        self.updated = []  # (id, version, progress)
        self.commented = []  # (id, body)
        self.broken = 0
        self.unexpected = []

    def ask(self, method, path, body, good):
        """The answer's JSON; None where the worker died on it."""
        try:
            status, answer = self.stack.request(method, path, self.cookie, body)
        except (OSError, http.client.HTTPException):
            self.broken += 1
            return None
        if status == good:
            return answer
        self.broken += 1
        # What a web server says for a worker that is gone; anything else would be ours to explain.
        if status not in (500, 502, 503, 504):
            self.unexpected.append((method, path, status, answer))
        return None

    def run(self):
        step = 0
        while not self.is_over.is_set():
            step += 1
            title = f"writer {self.number} step {step}"
            task = self.ask("POST", "/api/tasks", {"title": title, "labels": [f"w{self.number}"]}, 201)
            if not task:
                continue
            self.created[title] = task["id"]
            path, progress = f"/api/tasks/{task['id']}", random.randint(1, 99)
            task = self.ask("PATCH", path, {"version": task["version"], "progress": progress}, 200)
            if task:
                self.updated.append((task["id"], task["version"], progress))
            if self.ask("POST", f"{path}/comments", {"body": title}, 201):
                self.commented.append((self.created[title], title))


class KilledInTheTurn(unittest.TestCase):
    def kill_for_a_while(self, machine, writers, is_over):
        """How many were killed: KILLS, unless the machine is too busy to catch them at it."""
        killed = 0
        end = time.monotonic() + MOST_SECONDS
        while killed < KILLS and time.monotonic() < end:
            pool = {worker for name in WRITERS for worker in workers(machine, name)}
            until = time.monotonic() + 0.3  # then the pool is looked up anew
            while time.monotonic() < until:
                holder = turn_holder(machine)
                if holder in pool:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(holder, signal.SIGKILL)
                        killed += 1
                    break
            time.sleep(random.uniform(0.05, 0.25))
        while sum(len(writer.created) for writer in writers) < CREATED and time.monotonic() < end:
            time.sleep(0.1)
        is_over.set()
        return killed

    def test_every_answered_write_is_there_and_none_by_half(self):
        with Machine() as machine:
            _, cookie = machine.register()
            with Stack(machine) as stack:
                is_over = threading.Event()
                writers = [Writer(stack, cookie, number, is_over) for number in range(4)]
                for writer in writers:
                    writer.start()
                killed = self.kill_for_a_while(machine, writers, is_over)
                for writer in writers:
                    writer.join(60)
                    self.assertFalse(writer.is_alive())
                # The test has tested something.
                self.assertEqual(killed, KILLS)
                self.assertGreater(sum(writer.broken for writer in writers), 0)
                self.assertGreaterEqual(sum(len(writer.created) for writer in writers), CREATED)
                self.assertEqual([], [fault for writer in writers for fault in writer.unexpected])

                self.assert_all_there(machine, writers)
                self.assert_log_matches_tasks(machine)
                self.assertEqual([], machine.damage())
                self.assert_next_requests_work(machine, stack, cookie)
            self.assertEqual("", machine.reports())

    def assert_all_there(self, machine, writers):
        stored = {row["title"]: row["id"] for row in machine.query("SELECT id, title FROM task")}
        progress = {
            (row["task_id"], row["task_version"]): json.loads(row["detail"]).get("changes", {})
            for row in machine.query("SELECT task_id, task_version, detail FROM event WHERE type LIKE 'task.%'")
        }
        comments = {(row["task_id"], row["body"]) for row in machine.query("SELECT task_id, body FROM comment")}
        for writer in writers:
            for title, number in writer.created.items():
                self.assertEqual(number, stored.get(title), f"{title} was answered 201")
            for number, version, value in writer.updated:
                self.assertEqual(value, progress[number, version]["progress"]["to"], "an update answered 200")
            self.assertEqual(set(), set(writer.commented) - comments, "comments answered 201")
        # A title is sent once: a write that a dying worker did not answer is there once or not at all.
        titles = [row["title"] for row in machine.query("SELECT title FROM task")]
        self.assertEqual(len(titles), len(set(titles)))

    def assert_log_matches_tasks(self, machine):
        """Each version has its one event, the events add up to the task, and each has its outbox row."""
        for task in machine.query("SELECT * FROM task"):
            events = machine.query("SELECT * FROM event WHERE task_id = ? ORDER BY id", task["id"])
            versions = [event["task_version"] for event in events if event["task_version"] is not None]
            self.assertEqual(list(range(1, task["version"] + 1)), versions)
            self.assertEqual("task.created", events[0]["type"])
            state = json.loads(events[0]["detail"])["task"]
            for event in events[1:]:
                for field, change in json.loads(event["detail"]).get("changes", {}).items():
                    self.assertEqual(state[field], change["from"])
                    state[field] = change["to"]
            self.assertEqual((state["title"], state["progress"]), (task["title"], task["progress"]))
            bodies = [json.loads(event["detail"])["comment"]["body"] for event in events if event["type"] == "task.commented"]
            self.assertEqual(
                bodies,
                [row["body"] for row in machine.query("SELECT body FROM comment WHERE task_id = ? ORDER BY id", task["id"])],
            )
            labels = [row["label"] for row in machine.query("SELECT label FROM task_label WHERE task_id = ?", task["id"])]
            self.assertEqual(json.loads(task["labels"]), labels)
        self.assertEqual(
            [row["id"] for row in machine.query("SELECT id FROM event WHERE task_id IS NOT NULL ORDER BY id")],
            [row["event_id"] for row in machine.query("SELECT event_id FROM outbox ORDER BY event_id")],
        )
        self.assertIsNone(machine.value("SELECT user_id FROM actor"), "nobody is left acting")

    def assert_next_requests_work(self, machine, stack, cookie):
        status, task = stack.request("POST", "/api/tasks", cookie, {"title": "afterwards"})
        self.assertEqual(201, status)
        path = f"/api/tasks/{task['id']}"
        self.assertEqual(200, stack.request("PATCH", path, cookie, {"version": 1, "progress": 100})[0])
        self.assertEqual(201, stack.request("POST", f"{path}/comments", cookie, {"body": "still here"})[0])
        self.assertEqual("done", stack.request("GET", path, cookie)[1]["status"])


class KilledPool(unittest.TestCase):
    def test_a_pool_whose_parent_dies_is_started_anew(self):
        """lighttpd starts a dead function again by itself; for nginx scripts/up does."""
        with Machine() as machine:
            _, cookie = machine.register()
            with Stack(machine) as stack:
                self.assertEqual(201, stack.request("POST", "/api/tasks", cookie, {"title": "before"})[0])
                old = workers(machine, "task-create")
                os.kill(self.parent_of(machine, old[0]), signal.SIGKILL)
                wait_for(lambda: not set(old) & set(workers(machine, "task-create")), 10, "the end of its workers")

                def is_answered():
                    try:
                        return stack.request("POST", "/api/tasks", cookie, {"title": "after the parent"})[0] == 201
                    except (OSError, http.client.HTTPException):
                        return False

                wait_for(is_answered, 15, "an answer")
            self.assertEqual("", machine.reports())

    @staticmethod
    def parent_of(machine, worker):
        return own_processes(machine)[worker][0]


if __name__ == "__main__":
    unittest.main()
