-- Who may come in and what she may: people disabled and deleted, invitations, access tokens.

ALTER TABLE "user" ADD COLUMN disabled_at INTEGER;                -- not null: cannot sign in, is not mailed
ALTER TABLE "user" ADD COLUMN deleted_at INTEGER;                 -- not null: a name that nobody has, and no data
CREATE INDEX user_admins ON "user" (id) WHERE role = 'admin' AND disabled_at IS NULL;
CREATE INDEX delivery_by_user ON delivery (user_id, id);
CREATE INDEX comment_by_author ON comment (author_id, id);
CREATE INDEX event_by_user ON event (user_id, id) WHERE user_id IS NOT NULL;
CREATE INDEX event_by_actor ON event (actor_id, id) WHERE actor_id IS NOT NULL;

-- Leave to make one account. The link holds the token; only its hash is kept. A used one is deleted.
CREATE TABLE invitation (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    token_hash BLOB    NOT NULL UNIQUE CHECK (length(token_hash) = 32), -- SHA-256
    email      TEXT CHECK (length(email) BETWEEN 3 AND 254),      -- not null: for this address only
    email_key  TEXT,                                              -- as in user
    role       TEXT    NOT NULL DEFAULT 'member' CHECK (role IN ('member', 'admin')),
    creator_id INTEGER REFERENCES "user" (id),                    -- null: somebody at the server
    created_at INTEGER NOT NULL DEFAULT (unixepoch()),
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX invitation_by_expiry ON invitation (expires_at);
CREATE INDEX invitation_by_creator ON invitation (creator_id);

-- What a program shows instead of a session. Only the hash is kept. Its last use stands beside the database
-- (lib/data/day_file.h), since reading requests write nothing here.
CREATE TABLE api_token (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,                 -- never given twice: the file of days names it
    user_id    INTEGER NOT NULL REFERENCES "user" (id),
    name       TEXT    NOT NULL CHECK (length(name) BETWEEN 1 AND 50),
    scope      TEXT    NOT NULL CHECK (scope IN ('read', 'write', 'admin')),
    token_hash BLOB    NOT NULL UNIQUE CHECK (length(token_hash) = 32), -- SHA-256
    created_at INTEGER NOT NULL DEFAULT (unixepoch()),
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX api_token_by_user ON api_token (user_id, id);
CREATE INDEX api_token_by_expiry ON api_token (expires_at);

-- Somebody can always administer, whoever tries to take the last one's rights away.
CREATE TRIGGER user_before_update_of_rights
BEFORE UPDATE OF role, disabled_at, deleted_at ON "user"
WHEN OLD.role = 'admin' AND OLD.disabled_at IS NULL AND (NEW.role <> 'admin' OR NEW.disabled_at IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM "user" WHERE role = 'admin' AND disabled_at IS NULL AND id <> OLD.id)
BEGIN
    SELECT RAISE(ABORT, 'the last administrator stays one');
END;

-- Whoever is disabled is out at once, and whoever signs in at that moment does not get in.
CREATE TRIGGER session_before_insert BEFORE INSERT ON session
WHEN EXISTS (SELECT 1 FROM "user" WHERE id = NEW.user_id AND disabled_at IS NOT NULL)
BEGIN
    SELECT RAISE(ABORT, 'disabled');
END;
CREATE TRIGGER user_after_disable AFTER UPDATE OF disabled_at ON "user"
WHEN NEW.disabled_at IS NOT NULL AND OLD.disabled_at IS NULL
BEGIN
    DELETE FROM account_token WHERE user_id = NEW.id;
    DELETE FROM session WHERE user_id = NEW.id;
    DELETE FROM api_token WHERE user_id = NEW.id;
    DELETE FROM invitation WHERE creator_id = NEW.id;
    UPDATE delivery SET state = 'suppressed' WHERE user_id = NEW.id AND state IN ('pending', 'leased', 'retry');
END;

-- Nothing of a person stays but her number: other tables here, her own row by who deletes (lib/domain/user_admin.c).
-- What mail servers said of her address goes, too.
CREATE TRIGGER user_after_delete AFTER UPDATE OF deleted_at ON "user"
WHEN NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL
BEGIN
    DELETE FROM task_watcher WHERE user_id = NEW.id;
    DELETE FROM factor WHERE user_id = NEW.id;
    DELETE FROM recovery_code WHERE user_id = NEW.id;
    DELETE FROM account_token WHERE user_id = NEW.id;
    DELETE FROM account_outbox WHERE user_id = NEW.id OR email_key = OLD.email_key;
    DELETE FROM suppression WHERE email_key = OLD.email_key;
    DELETE FROM invitation WHERE email_key = OLD.email_key;
    UPDATE delivery SET error = NULL, address = NULL WHERE user_id = NEW.id AND (error IS NOT NULL OR address IS NOT NULL);
END;

-- What an administrator did to somebody's rights. A change of role is told to all by user_after_update already.
CREATE TRIGGER user_after_update_of_rights
AFTER UPDATE OF role, disabled_at, deleted_at ON "user"
WHEN NEW.role <> OLD.role OR (NEW.disabled_at IS NULL) <> (OLD.disabled_at IS NULL)
    OR (NEW.deleted_at IS NULL) <> (OLD.deleted_at IS NULL)
BEGIN
    INSERT INTO event (type, actor_id, user_id, is_visible, detail)
    VALUES (CASE WHEN NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL THEN 'user.deleted'
                 WHEN NEW.disabled_at IS NOT NULL AND OLD.disabled_at IS NULL THEN 'user.disabled'
                 WHEN NEW.disabled_at IS NULL AND OLD.disabled_at IS NOT NULL THEN 'user.enabled'
                 ELSE 'user.updated' END,
            (SELECT user_id FROM actor), NEW.id, 1,
            CASE WHEN NEW.role <> OLD.role AND NEW.deleted_at IS NULL
                 THEN json_object('changes', json_object('role', json_object('from', OLD.role, 'to', NEW.role)))
                 ELSE '{}' END);
END;

-- The log stays as it was written, but for what it holds of somebody who was deleted.
DROP TRIGGER event_before_update;
CREATE TRIGGER event_before_update BEFORE UPDATE ON event
WHEN NEW.detail <> '{}' OR NEW.id <> OLD.id OR NEW.at <> OLD.at OR NEW.type <> OLD.type
    OR NEW.actor_id IS NOT OLD.actor_id OR NEW.task_id IS NOT OLD.task_id OR NEW.user_id IS NOT OLD.user_id
    OR NEW.task_version IS NOT OLD.task_version OR NEW.is_visible <> OLD.is_visible OR NEW.day IS NOT OLD.day
    OR NOT EXISTS (SELECT 1 FROM "user" WHERE id = OLD.user_id AND deleted_at IS NOT NULL)
BEGIN
    SELECT RAISE(ABORT, 'the log is append-only');
END;

-- Nobody is put in charge who cannot come in.
CREATE TRIGGER task_before_insert_of_assignee BEFORE INSERT ON task
WHEN EXISTS (SELECT 1 FROM "user" WHERE id = NEW.assignee_id AND disabled_at IS NOT NULL)
BEGIN
    SELECT RAISE(ABORT, 'disabled');
END;
CREATE TRIGGER task_before_update_of_assignee BEFORE UPDATE OF assignee_id ON task
WHEN NEW.assignee_id IS NOT OLD.assignee_id
    AND EXISTS (SELECT 1 FROM "user" WHERE id = NEW.assignee_id AND disabled_at IS NOT NULL)
BEGIN
    SELECT RAISE(ABORT, 'disabled');
END;

CREATE TRIGGER invitation_after_insert AFTER INSERT ON invitation
BEGIN
    INSERT INTO event (type, actor_id, is_visible, detail)
    VALUES ('invitation.created', (SELECT user_id FROM actor), 0, json_object('invitation', json_object('id', NEW.id, 'role', NEW.role)));
END;
CREATE TRIGGER api_token_after_insert AFTER INSERT ON api_token
BEGIN
    INSERT INTO event (type, actor_id, user_id, is_visible, detail)
    VALUES ('token.created', (SELECT user_id FROM actor), NEW.user_id, 0,
            json_object('token', json_object('id', NEW.id, 'scope', NEW.scope)));
END;
CREATE TRIGGER api_token_after_delete AFTER DELETE ON api_token
BEGIN
    INSERT INTO event (type, actor_id, user_id, is_visible, detail)
    VALUES ('token.ended', (SELECT user_id FROM actor), OLD.user_id, 0, json_object('token', json_object('id', OLD.id)));
END;

-- Who was deleted has no address that could have changed.
DROP TRIGGER user_address_changed;
CREATE TRIGGER user_address_changed AFTER UPDATE OF email ON "user"
WHEN NEW.email <> OLD.email AND NEW.deleted_at IS NULL
BEGIN
    INSERT INTO account_outbox (purpose, user_id, address)
    SELECT 'email_changed', NEW.id, OLD.email WHERE OLD.email_is_verified = 1;
END;
