"""Requests that wait together share one commit: each has its own right answer, after the commit and not before, and nobody's
slowness, error or death is another's."""

import json
import os
import pathlib
import random
import re
import resource
import signal
import struct
import time
import unittest

from fastcgi_client import Function, begin, params, stdin
from machine import Machine, Turn, turn_holder, wait_for, workers

SECONDS = 5  # of task-update's limits
TASKS = 16
SOON_S = 1.5


def commits(machine):
    """How many commits the log of writes holds: frames that name a size of the database (sqlite.org/fileformat2.html, 4.1)."""
    log = pathlib.Path(f"{machine.database}-wal").read_bytes()
    page, = struct.unpack_from(">I", log, 8)
    salt = log[16:24]
    count, at = 0, 32
    while at + 24 + page <= len(log) and log[at + 8 : at + 16] == salt:
        count += struct.unpack_from(">I", log, at + 4)[0] != 0
        at += 24 + page
    return count


class Group(unittest.TestCase):
    PREFIX = ()

    def setUp(self):
        self.machine = self.enterContext(Machine())
        self.people = [self.machine.register(), self.machine.register("Min")]
        self.cookie = self.people[0][1]
        for number in range(TASKS):
            status, _, body = self.machine.cgi("task-create", "POST", "/api/tasks", {"title": f"Task {number}"}, HTTP_COOKIE=self.cookie)
            self.assertEqual(201, status, body)
        self.function = self.enterContext(Function(self.machine, "task-update", self.PREFIX))
        self.rest()

    def rest(self):
        """The worker is there and has nothing to do: what comes next finds it so."""
        self.assertEqual(404, self.function.ask("PATCH", "/api/tasks/9999", self.cookie, {"version": 1, "progress": 1}).status)
        self.assertEqual(1, len(workers(self.machine)))

    def request(self, task, body, cookie=None, kind="application/json"):
        """The bytes of an update."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        variables = {
            "REQUEST_METHOD": "PATCH",
            "REQUEST_URI": f"/api/tasks/{task}",
            "CONTENT_LENGTH": str(len(data)),
            "CONTENT_TYPE": kind,
            "HTTP_ACCEPT": "application/json",
            "HTTP_ORIGIN": self.machine.url,
            "HTTP_COOKIE": self.cookie if cookie is None else cookie,
            "REMOTE_ADDR": "127.0.0.1",
        }
        pieces = [data[at : at + 60000] for at in range(0, len(data), 60000)]
        return begin() + params(variables) + b"".join(stdin(piece)[:-8] for piece in pieces) + stdin(b"")

    def good(self, task, **more):
        return self.request(task, {"version": 1, "progress": task, **more})

    def pile_up(self, requests):
        """The worker finds all of them at once: their connections."""
        [worker] = workers(self.machine)
        os.kill(worker, signal.SIGSTOP)
        connections = []
        for data in requests:
            connections.append(self.enterContext(self.function.connect()))
            connections[-1].sendall(data)
        os.kill(worker, signal.SIGCONT)
        return connections

    def read(self, connections):
        return [self.function.read(connection) for connection in connections]

    def answers(self, requests):
        return self.read(self.pile_up(requests))

    def progress(self):
        return {row["id"]: row["progress"] for row in self.machine.query("SELECT id, progress FROM task WHERE progress > 0")}

    def log(self):
        return (self.machine.directory / "log" / "pumasi.log").read_text()

    def is_waiting_for_turn(self):
        """True if the worker has begun to write and waits for who holds the turn."""
        inode = os.stat(f"{self.machine.database}-turn").st_ino
        lines = pathlib.Path("/proc/locks").read_text().splitlines()
        return any(" -> FLOCK " in line and f":{inode} " in line for line in lines)

    def assert_consistent(self):
        self.assertEqual([], self.machine.damage())
        for task in self.machine.query("SELECT id, version FROM task"):
            versions = [row[0] for row in self.machine.query("SELECT task_version FROM event WHERE task_id = ? ORDER BY id", task["id"])]
            self.assertEqual(list(range(1, task["version"] + 1)), versions)
        self.assertIsNone(self.machine.value("SELECT user_id FROM actor"), "nobody is left acting")
        self.assertEqual("", self.machine.reports())


class TogetherAndApart(Group):
    def test_those_who_wait_share_one_commit_and_each_has_its_own_answer(self):
        before = commits(self.machine)
        replies = self.answers([
            self.request(1, {"version": 1, "progress": 10}, cookie="session=nobody"),
            self.request(1, {"version": 1, "progress": 11}),
            self.request(2, {"version": 1, "title": "Min's"}, cookie=self.people[1][1]),
            self.request(3, {"version": 1, "progress": 200}),
            self.request(1, {"version": 1, "progress": 12}, cookie=self.people[1][1]),
            self.request(9999, {"version": 1, "progress": 13}),
            self.request(3, b"{"),
            self.request(1, {"version": 1, "title": "Merged"}),
            self.request(4, {"version": 1, "assignee_id": 9999}),
            self.request(4, {"version": 1, "progress": 14}),
        ])  # fmt: skip
        self.assertEqual([401, 200, 200, 422, 412, 404, 400, 200, 422, 200], [reply.status for reply in replies])
        self.assertEqual(1, commits(self.machine) - before)
        bodies = [json.loads(reply.body) for reply in replies]
        self.assertEqual((11, 2), (bodies[1]["progress"], bodies[1]["version"]))
        self.assertEqual((11, 2), (bodies[4]["current"]["progress"], bodies[4]["current"]["version"]), "it saw the one before it")
        self.assertEqual(("Merged", 11, 3), (bodies[7]["title"], bodies[7]["progress"], bodies[7]["version"]))
        self.assertEqual({1: 11, 4: 14}, self.progress())
        changed = "SELECT task_id, actor_id FROM event WHERE type = 'task.updated' ORDER BY id"
        hana, min_ = (person for person, _ in self.people)
        self.assertEqual([(1, hana), (2, min_), (1, hana), (4, hana)], [tuple(row) for row in self.machine.query(changed)])
        self.assert_consistent()

    def test_who_comes_alone_commits_alone(self):
        before = commits(self.machine)
        for task in range(1, 5):
            self.assertEqual([200], [reply.status for reply in self.answers([self.good(task)])])
        self.assertEqual(4, commits(self.machine) - before)

    def test_nobody_who_writes_nothing_waits_for_the_turn(self):
        with Turn(self.machine):
            begun = time.monotonic()
            replies = self.answers([self.request(task, {"version": 1, "progress": 1}, cookie="") for task in range(1, 5)])
            self.assertEqual([401] * 4, [reply.status for reply in replies])
            self.assertLess(time.monotonic() - begun, SOON_S)

    def test_odd_and_large_requests_between_them_are_nobody_elses_trouble(self):
        large = "\n" * 50000  # more than what is read ahead
        replies = self.answers([
            self.good(1),
            self.good(2)[8:],
            self.good(3),
            b"GET / HTTP/1.0\r\n\r\n",
            self.good(4, description=large),
            self.good(5),
        ])  # fmt: skip
        self.assertEqual([200, None, 200, None, 200, 200], [reply.status for reply in replies])
        self.assertEqual({1: 1, 3: 3, 4: 4, 5: 5}, self.progress())
        self.assertEqual([], self.machine.deaths())
        self.assert_consistent()

    def test_more_than_fit_are_answered_too(self):
        before = commits(self.machine)
        replies = self.answers([self.good(1 + number % TASKS, progress=number) for number in range(1, 41)])
        self.assertEqual(TASKS, sum(reply.status == 200 for reply in replies))
        self.assertEqual({200, 412}, {reply.status for reply in replies})
        # All come from version 1: those behind the first group are refused, and write nothing.
        self.assertEqual(1, commits(self.machine) - before)
        self.assert_consistent()


class Slowness(Group):
    def test_who_sends_slowly_holds_up_none_of_those_before(self):
        slow = self.good(3)
        begun = time.monotonic()
        connections = self.pile_up([self.good(1), self.good(2), slow[:-20], self.good(4), self.good(5)])
        self.assertEqual([200, 200], [reply.status for reply in self.read(connections[:2])])
        self.assertLess(time.monotonic() - begun, SOON_S)
        self.assertEqual({1: 1, 2: 2}, self.progress())
        self.assertIsNone(turn_holder(self.machine), "nor anybody else who writes")
        connections[2].sendall(slow[-20:])
        self.assertEqual([200] * 3, [reply.status for reply in self.read(connections[2:])])
        self.assertEqual([], self.machine.deaths())

    def test_who_says_nothing_is_let_go(self):
        connections = self.pile_up([self.good(1), b"", self.good(2)])
        begun = time.monotonic()
        self.assertEqual([200, None, 200], [reply.status for reply in self.read(connections)])
        self.assertLess(time.monotonic() - begun, SECONDS)
        self.assertEqual([], self.machine.deaths())

    def test_who_reads_slowly_holds_up_none_of_the_others(self):
        self.assertEqual(200, self.function.send(self.good(1, description='"' * 65000)).status)
        # Both texts come back, twice as long: more than the line takes while nobody reads.
        form = b"version=1&description=" + b'"' * 60000
        conflict = self.request(1, form, kind="application/x-www-form-urlencoded")
        begun = time.monotonic()
        connections = self.pile_up([self.good(2), conflict, self.good(3), self.good(4)])
        others = [connections[0], *connections[2:]]
        self.assertEqual([200] * 3, [reply.status for reply in self.read(others)])
        self.assertLess(time.monotonic() - begun, SOON_S)
        [reply] = self.read([connections[1]])
        self.assertEqual(412, reply.status)
        self.assertGreater(len(reply.body), 240000)
        self.assertEqual('"' * 60000, json.loads(reply.body)["yours"]["description"])

    def test_what_takes_long_is_committed_before_the_rest_runs(self):
        before = commits(self.machine)
        with Turn(self.machine):
            connections = self.pile_up([self.good(task) for task in range(1, 5)])
            wait_for(self.is_waiting_for_turn, 5, "the group")
            time.sleep(SECONDS / 4 + 0.3)
        self.assertEqual([200] * 4, [reply.status for reply in self.read(connections)])
        self.assertEqual(2, commits(self.machine) - before)

    def test_a_run_past_its_time_is_504_and_those_with_it_are_503(self):
        with Turn(self.machine):
            replies = self.answers([
                self.request(5, {"version": 1, "progress": 5}, cookie="session=nobody"),
                *(self.good(task) for task in range(1, 4)),
            ])  # fmt: skip
            self.assertEqual([503, 504, 503, 503], [reply.status for reply in replies])
            for reply in replies:
                self.assertIn(b"Nothing was changed" if reply.status == 503 else b"nothing was changed", reply.body)
                self.assertEqual(reply.status == 503, b"\r\nRetry-After: " in reply.output)
                self.assertEqual(3, reply.kinds[-1], "the end of the request")
                told = re.search(rb"\r\nX-Request-Id: ([\w-]+)\r\n", reply.output).group(1)
                self.assertEqual(told.decode(), json.loads(reply.body)["request"])
            self.assertEqual(4, len({json.loads(reply.body)["request"] for reply in replies}), "each has its own id")
        self.assertEqual({}, self.progress())
        self.assertEqual(200, self.function.send(self.good(1)).status, "the next worker serves")
        self.assertIn(f"its request took more than {SECONDS} s", self.log())
        self.assert_consistent()


class Ends(Group):
    def test_asked_to_end_in_the_middle_it_answers_all_first(self):
        with Turn(self.machine):
            connections = self.pile_up([self.good(task) for task in range(1, 9)])
            wait_for(self.is_waiting_for_turn, 5, "the group")
            self.function.process.send_signal(signal.SIGTERM)
            time.sleep(0.3)
            self.assertIsNone(self.function.process.poll(), "a group runs")
        self.assertEqual([200] * 8, [reply.status for reply in self.read(connections)])
        self.assertEqual(0, self.function.process.wait(10))
        self.assertEqual(8, len(self.progress()))
        self.assert_consistent()

    def test_a_new_release_in_the_middle_refuses_nobody(self):
        [old] = workers(self.machine)
        with Turn(self.machine):
            connections = self.pile_up([self.good(task) for task in range(1, 9)])
            wait_for(self.is_waiting_for_turn, 5, "the group")
            self.function.process.send_signal(signal.SIGHUP)
            wait_for(lambda: "starting anew" in self.log(), 10, "the new program")
        self.assertEqual([200] * 8, [reply.status for reply in self.read(connections)])
        wait_for(lambda: old not in workers(self.machine), 10, "the end of the old worker")
        self.assertEqual(200, self.function.send(self.good(9)).status)
        self.assert_consistent()

    def test_killed_at_any_instant_all_of_a_group_is_there_or_nothing(self):
        unanswered = 0
        for number in range(1, 16):
            self.rest()
            [worker] = workers(self.machine)
            body = {"version": number, "progress": number, "description": "x" * 2000}
            connections = self.pile_up([self.request(task, body) for task in range(1, TASKS + 1)])
            time.sleep(random.uniform(0, 0.02))
            os.kill(worker, signal.SIGKILL)
            # Whom the worker had not taken yet the next one serves.
            answered = {task for task, reply in enumerate(self.read(connections), 1) if reply.status == 200}
            found = {row["id"] for row in self.machine.query("SELECT id FROM task WHERE progress = ?", number)}
            self.assertLessEqual(answered, found)
            self.assertIn(len(found - answered), (0, TASKS - len(answered)), "all of it or nothing")
            unanswered += len(answered) < TASKS
            for task in set(range(1, TASKS + 1)) - found:
                self.assertEqual(200, self.function.send(self.request(task, body)).status)
        self.assertGreater(unanswered, 0, "the test has tested something")
        self.assert_consistent()


class FullDisk(Group):
    """Full means here: no file of the worker may grow any more. A write past the limit fails then."""

    PREFIX = ("env", "--ignore-signal=XFSZ")

    def limit(self, size):
        [worker] = workers(self.machine)
        resource.prlimit(worker, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    def test_nobody_whose_write_went_with_the_commit_is_answered_2xx(self):
        requests = [
            self.request(1, {"version": 1, "progress": 1}, cookie="session=nobody"),
            *(self.good(task) for task in range(1, 7)),
            self.request(1, {"version": 1, "progress": 99}),
        ]
        self.limit(os.stat(f"{self.machine.database}-wal").st_size)
        replies = self.answers(requests)
        # The last one has seen in the group what never came to be.
        self.assertEqual([401] + [500] * 7, [reply.status for reply in replies])
        for reply in replies[1:]:
            self.assertIn(b"Nothing was changed", reply.body)
            self.assertNotIn(b"progress", reply.body)
        self.assertEqual({}, self.progress())
        self.assertIsNone(turn_holder(self.machine))
        errors = [line for line in map(json.loads, self.log().splitlines()) if line["level"] == "error"]
        self.assertEqual(7, len({line.get("request") for line in errors}), "the administrator is told of each")
        self.limit(resource.RLIM_INFINITY)
        self.assertEqual([401] + [200] * 6 + [412], [reply.status for reply in self.answers(requests)], "there is room again")
        self.assertEqual([], self.machine.deaths())
        self.assert_consistent()


if __name__ == "__main__":
    unittest.main()
