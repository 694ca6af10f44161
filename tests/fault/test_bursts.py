"""From nobody to two hundred connections and back, again and again, while workers are killed at random: each request has an answer,
workers come and go down to none, and what they took is given back. Two bursts; PUMASI_BURST_REQUESTS=1000000 goes on until so many
were answered."""

import contextlib
import os
import pathlib
import random
import re
import signal
import subprocess
import threading
import time
import unittest

from machine import Machine, Stack, own_processes, wait_for, workers

CONNECTIONS, BURST_S, IDLE_S = 200, 4, 10
REQUESTS = int(os.environ.get("PUMASI_BURST_REQUESTS", "0"))


class Killer(threading.Thread):
    """SIGKILL to a worker by chance, a few times a second."""

    def __init__(self, machine):
        super().__init__(daemon=True)
        self.machine, self.is_over, self.killed = machine, threading.Event(), 0

    def run(self):
        while not self.is_over.wait(random.uniform(0.1, 0.4)):
            for worker in random.sample(workers(self.machine), 1) if workers(self.machine) else []:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(worker, signal.SIGKILL)
                    self.killed += 1


def parents(machine):
    """What each function's parent holds, once that is the same for a second: while a worker leaves, it shares memory with it."""
    before = None
    while (now := parents_now(machine)) != before:
        before = now
        time.sleep(1)
    return now


def parents_now(machine):
    """{program: (open descriptors, KiB of its own)}"""
    own = own_processes(machine)
    found = {}
    for process, (parent, program) in own.items():
        path = pathlib.Path(program)
        if path.parent.name == "functions" and own.get(parent, (0, ""))[1] != program:
            memory = re.search(r"^Private_Dirty:\s+(\d+)", pathlib.Path(f"/proc/{process}/smaps_rollup").read_text(), re.M)
            found[path.name] = (len(os.listdir(f"/proc/{process}/fd")), int(memory[1]))
    return found


def at_rest(machine):
    """{function: (open descriptors, KiB of its own)} of what stands for each while nobody asks; None: one is not at rest yet."""
    found = {}
    for process, (_, program) in own_processes(machine).items():
        path = pathlib.Path(program)
        if path.parent.name == "functions":
            return None
        if path.name == "idle":
            try:
                memory = re.search(r"^Private_Dirty:\s+(\d+)", pathlib.Path(f"/proc/{process}/smaps_rollup").read_text(), re.M)
                name = pathlib.Path(f"/proc/{process}/cmdline").read_text().split("\0")[0].rpartition("/")[2]
                found[name] = (len(os.listdir(f"/proc/{process}/fd")), int(memory[1]))
            except (FileNotFoundError, ProcessLookupError, TypeError):  # it has become something else meanwhile
                return None
    return found


class Bursts(unittest.TestCase):
    def burst(self, machine, cookie):
        """Requests that were answered, and how many of them not with a list."""
        said = subprocess.run(
            ["wrk", "-t2", f"-c{CONNECTIONS}", f"-d{BURST_S}s", "--timeout", "20s", "-H", f"Cookie: {cookie}",
             "-H", "Accept: application/json", f"{machine.url}/api/tasks"],
            check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip
        self.assertNotIn("Socket errors", said)
        bad = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
        return int(re.search(r"(\d+) requests in", said)[1]), int(bad[1]) if bad else 0

    def test_each_request_is_answered_and_all_is_given_back(self):
        with Machine() as machine:
            _, cookie = machine.register()
            with Stack(machine) as stack:
                for number in range(30):
                    self.assertEqual(201, stack.request("POST", "/api/tasks", cookie, {"title": f"Task {number}"})[0])
                answered, bad, killed, bursts = 0, 0, 0, 0
                before = None
                while bursts < 2 or answered < REQUESTS:
                    killer = Killer(machine)
                    killer.start()
                    some, wrong = self.burst(machine, cookie)
                    killer.is_over.set()
                    killer.join()
                    answered, bad, killed, bursts = answered + some, bad + wrong, killed + killer.killed, bursts + 1
                    if bursts == 1:
                        wait_for(lambda: not workers(machine), IDLE_S + 15, "rest")
                        held_before = parents(machine)
                        before = wait_for(lambda: at_rest(machine), 15, "rest of the parents")
                wait_for(lambda: not workers(machine), IDLE_S + 15, "rest")
                held_after = parents(machine)
                after = wait_for(lambda: at_rest(machine), 15, "rest of the parents")
                print(f"{answered} requests in {bursts} bursts, {bad} not with a list, {killed} workers killed")
                self.assertGreater(killed, 5)
                # A kill hits the request that its worker has in hand, and no other.
                self.assertLessEqual(bad, killed)
                self.assertIn("task-list", before)
                self.assertEqual(before.keys(), after.keys())
                for name, (descriptors, memory) in after.items():
                    self.assertEqual(before[name][0], descriptors, f"descriptors of {name}")
                    self.assertLessEqual(memory, before[name][1] + 64, f"KiB of {name}")
                # Those that were on their way there both times, too: they hold what they held.
                for name in held_before.keys() & held_after.keys():
                    self.assertEqual(held_before[name][0], held_after[name][0], f"descriptors of the parent of {name}")
                    self.assertLessEqual(held_after[name][1], held_before[name][1] + 64, f"KiB of the parent of {name}")
                self.assertEqual(200, stack.request("GET", "/api/tasks", cookie)[0])
            self.assertEqual("", machine.reports())


if __name__ == "__main__":
    unittest.main()
