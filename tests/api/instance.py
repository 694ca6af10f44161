"""One running stack for all API tests of a process, and a client that talks to it as people's programs do."""
import atexit, http.client, json, os, pathlib, shutil, signal, socket, sqlite3, subprocess, tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
SERVER = os.environ.get("TEST_SERVER", "lighttpd")
VARIANT = os.environ.get("VARIANT", "sanitize")
PASSWORD = "a long enough password"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Stack:
    def __init__(self, **settings):
        self.dir = tempfile.mkdtemp(prefix="pumasi-api.")
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.database = f"{self.dir}/pumasi.db"
        environment = dict(os.environ, VARIANT=VARIANT, PUMASI_MAIL_DELAY="1", **settings)
        self.process = subprocess.Popen(
            ["scripts/up", "--dir", self.dir, "--port", str(self.port), "--server", SERVER],
            cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)
        atexit.register(self.stop)
        said = []
        for line in self.process.stdout:
            said.append(line)
            if line.startswith("ready "):
                return
        raise RuntimeError("the stack did not start: " + "".join(said))

    def stop(self):
        if not self.dir:
            return
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.stdout.close()
        shutil.rmtree(self.dir, ignore_errors=True)
        self.dir = None

    def rows(self, sql, *values):
        connection = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)
        try:
            return connection.execute(sql, values).fetchall()
        finally:
            connection.close()

    def value(self, sql, *values):
        return self.rows(sql, *values)[0][0]

    def by_hand(self, sql):
        """As an administrator would: the sqlite3 command."""
        subprocess.run(["sqlite3", "-bail", "-cmd", ".timeout 5000", self.database, sql], check=True, capture_output=True,
                       timeout=30)

    def processes(self, function):
        """Ids of the function's parent and workers in this stack."""
        found = []
        for entry in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                command = (entry / "cmdline").read_bytes().split(b"\0")[0].decode()
                environment = (entry / "environ").read_bytes()
            except OSError:
                continue
            if command.endswith(f"/functions/{function}") and f"PUMASI_CONFIG={self.dir}/".encode() in environment:
                found.append(int(entry.name))
        return sorted(found)


_shared = None


def stack():
    global _shared
    if _shared is None:
        _shared = Stack()
    return _shared


class Answer:
    def __init__(self, response, body):
        self.status = response.status
        self.headers = response.headers
        self.body = body
        kind = response.headers.get("Content-Type", "")
        self.json = json.loads(body) if "json" in kind and body else None

    def __repr__(self):
        return f"{self.status} {self.body[:400]!r}"


class Client:
    """A person's browser or program: keeps its cookie, names its origin."""

    def __init__(self, site=None):
        self.site = site or stack()
        self.cookie = None
        self.id = None

    def ask(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.site.port, timeout=60)
        sent = {"Accept": "application/json"}
        if method not in ("GET", "HEAD"):
            sent["Origin"] = self.site.base
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
            sent["Content-Type"] = "application/json"
        if isinstance(body, str):
            body = body.encode()
        if self.cookie:
            sent["Cookie"] = self.cookie
        sent.update(headers or {})
        sent = {name: value for name, value in sent.items() if value is not None}
        try:
            connection.request(method, path, body, sent)
            response = connection.getresponse()
            answer = Answer(response, response.read())
        finally:
            connection.close()
        for cookie in response.headers.get_all("Set-Cookie") or []:
            self.cookie = cookie.split(";")[0] if not cookie.split(";")[0].endswith("=") else None
        return answer

    def get(self, path, **headers):
        return self.ask("GET", path, None, {name.replace("_", "-"): value for name, value in headers.items()})

    def form(self, path, pairs, **headers):
        """As a browser without JavaScript posts a form."""
        from urllib.parse import urlencode
        return self.ask("POST", path, urlencode(pairs), {
            "Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html,*/*;q=0.8",
            "Sec-Fetch-Site": "same-origin", **headers})

    def task(self, **fields):
        answer = self.ask("POST", "/api/tasks", {"title": "a task", **fields})
        assert answer.status == 201, answer
        return answer.json


_people = 0


def address():
    global _people
    _people += 1
    return f"person{_people}.{os.getpid()}@example.org"


def person(name="Someone", site=None):
    """Registered and signed in."""
    client = Client(site)
    client.email = address()
    answer = client.ask("POST", "/api/register", {"email": client.email, "name": name, "password": PASSWORD})
    assert answer.status == 201, answer
    client.id = answer.json["user"]["id"]
    return client


def codes(answer):
    """{field: code} of a problem's faults."""
    return {fault["field"]: fault["code"] for fault in answer.json["errors"]}
