-- People, their sign-ins, and who is acting.

-- One row a person. Rows are never deleted: tasks and the log name them.
CREATE TABLE "user" (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    email         TEXT    NOT NULL CHECK (length(email) BETWEEN 3 AND 254),
    email_key     TEXT    NOT NULL UNIQUE,                        -- lower case: two spellings are one address
    name          TEXT    NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    password_hash TEXT,                                           -- argon2id as a PHC string; null: cannot sign in
    role          TEXT    NOT NULL DEFAULT 'member' CHECK (role IN ('member', 'admin')),
    language      TEXT    NOT NULL DEFAULT 'en' CHECK (language IN ('en', 'ko')),
    created_at    INTEGER NOT NULL DEFAULT (unixepoch())
) STRICT;
CREATE INDEX user_by_name ON "user" (name, id);

-- One row a signed-in browser. Only the hash of its cookie is kept.
CREATE TABLE session (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id    INTEGER NOT NULL REFERENCES "user" (id),
    token_hash BLOB    NOT NULL UNIQUE CHECK (length(token_hash) = 32), -- SHA-256
    created_at INTEGER NOT NULL DEFAULT (unixepoch()),
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX session_by_user ON session (user_id);
CREATE INDEX session_by_expiry ON session (expires_at);

-- Failed sign-ins of late, by a hash of the account's or the client's address: bounded, and gone after a day.
CREATE TABLE login_throttle (
    key           BLOB    PRIMARY KEY CHECK (length(key) = 32),
    failures      INTEGER NOT NULL,
    blocked_until INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL DEFAULT (unixepoch())
) STRICT, WITHOUT ROWID;
CREATE INDEX login_throttle_by_age ON login_throttle (updated_at);

-- Who is acting in the present transaction, for the log's triggers: the one row is set after BEGIN and cleared
-- before COMMIT, so that a change made by hand with sqlite3 finds nobody here and is logged as nobody's.
CREATE TABLE actor (
    id      INTEGER PRIMARY KEY CHECK (id = 1),
    user_id INTEGER REFERENCES "user" (id)
) STRICT;
INSERT INTO actor (id, user_id) VALUES (1, NULL);
