#!/usr/bin/env python3
"""FastCGI records against the real programs: streams of records that are good, then bent at random, a connection each. Whatever a
gateway sends, the pool lives on, the next good request is answered, and no sanitizer has anything to say.

    records.py [SECONDS [SEED]]        TAP on standard output; the seed of a run is told, and the same seed sends the same streams
"""
import os
import pathlib
import random
import re
import signal
import struct
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "fault"))
import fastcgi_client as fcgi  # noqa: E402
from machine import Machine, wait_for  # noqa: E402

BODY = '{"title":"전단지","labels":["a"]}'.encode()
FORM = b"title=%EC%A0%84&progress=40"
LENGTHS = (0, 1, 7, 8, 127, 128, 255, 256, 0x7FFF, 0xFFFF, 0x10000, 0x3FFFFFFF, 0x40000000, 0x7FFFFFFE, 0x7FFFFFFF)


# What libfcgi 2.4.2 itself does with records that no web server sends, and what is done about it (tests/security/dependencies.md):
# it asks for as much memory as a length says and ends the worker where there is not so much, and loses a few bytes of a
# stream that ends before its request has begun. Its own leaks are left out by name; ours have frames of ours.
SANITIZERS = {"allocator_may_return_null": 1, "detect_leaks": 1}
LEAKS_OF_LIBFCGI = "leak:libfcgi.so"


class Streams:
    """Of one function: good ones, and what chance makes of them."""

    def __init__(self, chance, method, path, machine, cookie, body, kind):
        self.chance = chance
        self.body = body
        self.good = {
            "REQUEST_METHOD": method, "REQUEST_URI": path, "CONTENT_TYPE": kind, "CONTENT_LENGTH": str(len(body)), "HTTP_ACCEPT": "application/json",
            "HTTP_ORIGIN": machine.url, "HTTP_COOKIE": cookie, "REMOTE_ADDR": "127.0.0.1", "HTTP_ACCEPT_LANGUAGE": "ko-KR, en;q=0.5",
            "HTTP_IF_NONE_MATCH": '"x", W/"y"', "HTTP_X_FORWARDED_FOR": "203.0.113.7",
        }  # fmt: skip

    def whole(self):
        return fcgi.begin() + fcgi.params(self.good) + fcgi.stdin(self.body)

    def length(self):
        """As FastCGI writes the length of a name or a value, seldom the right one."""
        value = self.chance.choice(LENGTHS)
        return bytes([value & 127]) if self.chance.random() < 0.3 else struct.pack(">I", value & 0x7FFFFFFF | 1 << 31)

    def values(self):
        values = dict(self.good)
        for _ in range(self.chance.randrange(4)):
            name = self.chance.choice([*values, "HTTP_PROXY", "REMOTE_USER", "HTTP_SEC_FETCH_SITE", "HTTP_IF_MATCH", "", "X" * 200])
            values[name] = self.chance.choice([
                b"", b"\0", b"-1", b"99999999999999999999", b"a" * self.chance.choice([1, 200, 9000, 70000]), self.chance.randbytes(20),
                b"/api/tasks?" + b"a=1&" * self.chance.choice([1, 300]), b"%00%ff%", b"multipart/form-data; boundary=",
                b"application/json", b"de;q=9e99", b"POST", b"\r\nSet-Cookie: a=b",
            ])  # fmt: skip
        return values

    def records(self):
        """Records in an order that may be wrong, with contents that may be."""
        chance, out = self.chance, []
        stream = fcgi.pairs(self.values())
        if chance.random() < 0.03:
            at = chance.randrange(len(stream) + 1)
            stream = stream[:at] + self.length() + self.length() + stream[at:]
        step = chance.choice([1000, 65535, 7 if len(stream) < 2000 else 700])
        out.append(fcgi.begin(chance.choice([1, 1, 1, 2, 3, 0, 0xFFFF]), chance.choice([0, 0, 1, 255])))
        out += [fcgi.record(fcgi.PARAMS, stream[at : at + step]) for at in range(0, len(stream), step)]
        out.append(fcgi.record(fcgi.PARAMS))
        body = chance.choice([self.body, self.body, b"", chance.randbytes(50), b"[" * 3000])
        out += [fcgi.record(fcgi.STDIN, body)] if body else []
        out.append(fcgi.record(fcgi.STDIN))
        for _ in range(chance.choice([0, 0, 1, 2])):
            odd = fcgi.record(chance.choice([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0, 255]), chance.randbytes(chance.choice([0, 1, 8, 100])),
                              chance.choice([0, 1, 2, 0xFFFF]), chance.choice([1, 1, 0, 2, 255]))  # fmt: skip
            out.insert(chance.randrange(len(out) + 1), odd)
        if chance.random() < 0.2:
            out.pop(chance.randrange(len(out)))
        if chance.random() < 0.1:
            chance.shuffle(out)
        return b"".join(out)

    def bent(self):
        """Bytes of a stream changed, cut, doubled; half of the streams stay as their records are."""
        data = bytearray(self.records() if self.chance.random() < 0.8 else self.whole())
        for _ in range(self.chance.choice([0, 0, 1, 2, 8])):
            at = self.chance.randrange(len(data) or 1)
            kind = self.chance.randrange(4)
            if kind == 0 and data:
                data[at] = self.chance.randrange(256)
            elif kind == 1:
                del data[at : at + self.chance.choice([1, 8, 100])]
            elif kind == 2:
                data[at:at] = self.chance.randbytes(self.chance.choice([1, 8, 100]))
            else:
                data[at:at] = data[at : at + self.chance.choice([8, 64])]
        return bytes(data[: self.chance.randrange(len(data) + 1)] if self.chance.random() < 0.2 else data)


def attack(function, streams, end):
    """Sends until the time is over, a good request now and then; how many connections, and what was wrong."""
    sent, faults = 0, []
    while time.monotonic() < end and not faults:
        data = streams.bent()
        reply = function.send(data, then_end_writing=True)
        sent += 1
        if reply.status is not None and not (200 <= reply.status < 500 or reply.status == 503):
            faults.append(f"{reply} to {data[:2000]!r}")
        if sent % 50 == 0:
            reply = function.send(streams.whole())
            sent += 1
            if reply.status not in (200, 201):
                faults.append(f"a good request after {sent}: {reply}")
    return sent, faults


def reports(machine):
    """What sanitizers said, but for "failed to allocate"."""
    found = [path.read_text(errors="replace") for path in machine.directory.glob("sanitizer*")]
    return "\n".join(text for text in found if re.search("ERROR: |runtime error", text))


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    kind = "application/json"
    is_bad = False
    with Machine() as machine:
        machine.config.write_text(machine.config.read_text() + "trusted_proxy = 127.0.0.1\n")
        _, cookie = machine.register()
        left_out = machine.directory / "leaks"
        left_out.write_text(LEAKS_OF_LIBFCGI + "\n")
        options = ":".join(f"{name}={value}" for name, value in SANITIZERS.items())
        environment = {"ASAN_OPTIONS": f"{options}:log_path={machine.directory}/sanitizer",
                       "LSAN_OPTIONS": f"suppressions={left_out}:print_suppressions=0"}  # fmt: skip
        targets = [("task-create", "POST", "/api/tasks", BODY, kind), ("task-list", "GET", "/api/tasks?q=a&limit=5", b"", ""),
                   ("task-create", "POST", "/api/tasks", FORM, "application/x-www-form-urlencoded"),
                   ("health", "GET", "/api/health", b"", "")]  # fmt: skip
        for number, (name, method, path, body, content_type) in enumerate(targets, 1):
            with fcgi.Function(machine, name, **environment) as function:
                found = []

                def work(chance_seed, streams_of=(method, path, machine, cookie, body, content_type), into=found, to=function):
                    into.append(attack(to, Streams(random.Random(chance_seed), *streams_of), time.monotonic() + seconds / len(targets)))

                threads = [threading.Thread(target=work, args=(seed * 1000 + number * 10 + thread,)) for thread in range(2)]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
                faults = [fault for _, thread_faults in found for fault in thread_faults]
                if len(found) < len(threads):
                    faults.append("a thread of this fuzzer has ended early")
                if function.process.poll() is not None:
                    faults.append("the pool has ended")
                function.process.send_signal(signal.SIGTERM)
                wait_for(lambda process=function.process: process.poll() is not None, 20, "the end of the pool")
                faults += [] if function.process.returncode == 0 else [f"the pool ended with {function.process.returncode}"]
            os.unlink(function.path)
            said = reports(machine)
            faults += [said] if said else []
            for path in machine.directory.glob("sanitizer*"):
                path.unlink()
            connections = sum(sent for sent, _ in found)
            is_bad = is_bad or bool(faults)
            print(f"{'not ok' if faults else 'ok'} {number} - records for {method} {name} of seed {seed}: {connections} connections")
            print("".join(f"# {line}\n" for fault in faults for line in fault.splitlines()), end="", flush=True)
    sys.exit(is_bad)


if __name__ == "__main__":
    main()
