import unittest
from instance import Client, PASSWORD, address, person, stack


class Sessions(unittest.TestCase):
    def test_register_signs_in_and_session_says_who(self):
        client = person("Ji-woo 지우")
        who = client.get("/api/session").json["user"]
        self.assertEqual(who, {"id": client.id, "name": "Ji-woo 지우", "email": client.email, "role": "member", "language": "en"})

    def test_nobody_is_signed_in_without_a_cookie(self):
        self.assertEqual(Client().get("/api/session").json, {"user": None})

    def test_login_and_logout(self):
        email = person().email
        client = Client()
        answer = client.ask("POST", "/api/login", {"email": email.upper(), "password": PASSWORD})
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.json["user"]["email"], email)
        kept = client.cookie
        self.assertEqual(client.ask("POST", "/api/logout").status, 204)
        self.assertIsNone(client.cookie)
        client.cookie = kept
        self.assertEqual(client.get("/api/tasks").status, 401)

    def test_the_cookie_is_kept_from_scripts_and_other_sites(self):
        answer = Client().ask("POST", "/api/register", {"email": address(), "name": "A", "password": PASSWORD})
        parts = [part.strip() for part in answer.headers["Set-Cookie"].split(";")]
        self.assertRegex(parts[0], r"^session=[\w-]{43}$")
        self.assertLessEqual({"HttpOnly", "SameSite=Lax", "Path=/"}, set(parts))
        self.assertNotIn("Secure", parts)
        self.assertNotIn("Domain", answer.headers["Set-Cookie"])

    def test_only_a_hash_of_the_token_is_stored(self):
        client = person()
        token = client.cookie.split("=", 1)[1].encode()
        for path in (stack().database, stack().database + "-wal"):
            with open(path, "rb") as file:
                self.assertNotIn(token, file.read())

    def test_a_failed_sign_in_leaves_one_event_and_no_session(self):
        email = person().email
        before = stack().value("SELECT count(*) FROM session"), stack().value("SELECT count(*) FROM event")
        answer = Client().ask("POST", "/api/login", {"email": email, "password": "not the password"})
        self.assertEqual(answer.status, 401)
        self.assertEqual(stack().value("SELECT count(*) FROM session"), before[0])
        self.assertEqual(stack().rows("SELECT type FROM event WHERE id > ? ORDER BY id", before[1]), [("session.failed",)])

    def test_unknown_address_and_wrong_password_answer_the_same(self):
        wrong = Client().ask("POST", "/api/login", {"email": person().email, "password": "not the password"})
        unknown = Client().ask("POST", "/api/login", {"email": address(), "password": "not the password"})
        self.assertEqual((wrong.status, wrong.body), (unknown.status, unknown.body))

    def test_many_failures_are_slowed_down_with_retry_after(self):
        email = person().email
        statuses = [Client().ask("POST", "/api/login", {"email": email, "password": "wrong password"}).status for _ in range(5)]
        self.assertEqual(statuses, [401] * 5)
        answer = Client().ask("POST", "/api/login", {"email": email, "password": PASSWORD})
        self.assertEqual(answer.status, 429, answer)
        self.assertEqual(answer.json["status"], 429)
        self.assertIn(int(answer.headers["Retry-After"]), range(1, 3))
        stack().by_hand("DELETE FROM login_throttle")
        self.assertEqual(Client().ask("POST", "/api/login", {"email": email, "password": PASSWORD}).status, 200)

    def test_an_address_has_one_account(self):
        email = person().email
        answer = Client().ask("POST", "/api/register", {"email": email.upper(), "name": "B", "password": PASSWORD})
        self.assertEqual(answer.status, 409)
        self.assertEqual(answer.headers["Content-Type"], "application/problem+json")
        self.assertEqual(answer.json["status"], 409)

    def test_profile_and_its_language(self):
        client = person()
        answer = client.ask("PATCH", "/api/users/me", {"name": "지우", "language": "ko"})
        self.assertEqual((answer.status, answer.json["user"]["name"], answer.json["user"]["language"]), (200, "지우", "ko"))
        self.assertIn("할 일", client.get("/api/tasks/999999").json["detail"])

    def test_people_are_listed_without_addresses(self):
        client = person("Listed")
        users = client.get("/api/users").json["users"]
        self.assertIn({"id": client.id, "name": "Listed"}, users)
        self.assertEqual({key for user in users for key in user}, {"id", "name"})

    def test_state_does_not_pass_from_one_request_to_the_next(self):
        one, other = person("One"), person("Other")
        for _ in range(6):  # more than there are workers
            self.assertEqual(one.get("/api/session").json["user"]["name"], "One")
            self.assertEqual(other.get("/api/session").json["user"]["name"], "Other")
            self.assertIsNone(Client().get("/api/session").json["user"])
