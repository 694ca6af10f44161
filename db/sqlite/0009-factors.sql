-- Sessions that end when nobody uses them, and the second factor.

-- The time of last use travels in the browser's cookie, so that a reading request writes nothing: an hour, signed with
-- a key of this session that no browser knows. A cookie of before carries none: who has one signs in again.
DELETE FROM session;
ALTER TABLE session ADD COLUMN stamp_key TEXT NOT NULL DEFAULT '' CHECK (length(stamp_key) = 43);
ALTER TABLE session ADD COLUMN browser TEXT NOT NULL DEFAULT '' CHECK (length(browser) <= 200); -- its User-Agent
ALTER TABLE session ADD COLUMN has_factor INTEGER NOT NULL DEFAULT 0 CHECK (has_factor IN (0, 1)); -- signed in with one

-- Who may do more or less than before signs in again, whoever changed it.
CREATE TRIGGER user_after_update_of_role AFTER UPDATE OF role ON "user"
WHEN NEW.role <> OLD.role
BEGIN
    DELETE FROM session WHERE user_id = NEW.id;
END;

-- One row a person with an authenticator app (RFC 6238). Its secret is made of the server's key, the person and the
-- nonce: this file alone does not give it away.
CREATE TABLE factor (
    user_id      INTEGER PRIMARY KEY REFERENCES "user" (id),
    nonce        TEXT    NOT NULL CHECK (length(nonce) = 43),
    confirmed_at INTEGER,                                         -- null: shown, and no code came back yet
    last_step    INTEGER NOT NULL DEFAULT 0,                      -- of the code taken last: each is taken once
    created_at   INTEGER NOT NULL DEFAULT (unixepoch())
) STRICT;

-- Each stands once for a code. 140 bits by chance, so that a plain hash keeps it (ASVS 6.5.2).
CREATE TABLE recovery_code (
    code_hash BLOB    PRIMARY KEY CHECK (length(code_hash) = 32), -- SHA-256
    user_id   INTEGER NOT NULL REFERENCES "user" (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX recovery_code_by_user ON recovery_code (user_id);

-- A change of factor is logged, and all sessions end with it: the one that changed it gets a new one.
CREATE TRIGGER factor_after_confirmation AFTER UPDATE OF confirmed_at ON factor
WHEN OLD.confirmed_at IS NULL AND NEW.confirmed_at IS NOT NULL
BEGIN
    DELETE FROM session WHERE user_id = NEW.user_id;
    INSERT INTO event (type, actor_id, user_id, is_visible, detail)
    VALUES ('user.updated', (SELECT user_id FROM actor), NEW.user_id, 0,
            json_object('changes', json_object('factor', json_object('from', NULL, 'to', 'totp'))));
END;
CREATE TRIGGER factor_after_delete AFTER DELETE ON factor
WHEN OLD.confirmed_at IS NOT NULL
BEGIN
    DELETE FROM recovery_code WHERE user_id = OLD.user_id;
    DELETE FROM session WHERE user_id = OLD.user_id;
    INSERT INTO event (type, actor_id, user_id, is_visible, detail)
    VALUES ('user.updated', (SELECT user_id FROM actor), OLD.user_id, 0,
            json_object('changes', json_object('factor', json_object('from', 'totp', 'to', NULL))));
END;
-- One was used up; where the factor itself is gone, that is told already.
CREATE TRIGGER recovery_code_after_delete AFTER DELETE ON recovery_code
WHEN EXISTS (SELECT 1 FROM factor WHERE user_id = OLD.user_id)
BEGIN
    INSERT INTO event (type, actor_id, user_id, is_visible, detail)
    SELECT 'user.updated', (SELECT user_id FROM actor), OLD.user_id, 0,
           json_object('changes', json_object('recovery_codes', json_object('from', count(*) + 1, 'to', count(*))))
    FROM recovery_code WHERE user_id = OLD.user_id;
END;
