-- Accounts: addresses that were verified, passwords that change, and the mails about both.

-- Whom an administrator made, and who was there before, counts as verified; who registers herself is not.
ALTER TABLE "user" ADD COLUMN email_is_verified INTEGER NOT NULL DEFAULT 1 CHECK (email_is_verified IN (0, 1));
-- The address that a person wants, until it is verified; null: the one that she has.
ALTER TABLE "user" ADD COLUMN email_pending TEXT CHECK (length(email_pending) BETWEEN 3 AND 254);
-- One more with each new password. A hash that is only renewed leaves it.
ALTER TABLE "user" ADD COLUMN password_version INTEGER NOT NULL DEFAULT 0;

-- Mails about accounts that are still to be planned. A row is deleted in the transaction that plans its mail. Of
-- forgotten passwords it holds the address that was typed, whether somebody has it or not: so an answer tells nobody,
-- and takes the same time.
CREATE TABLE account_outbox (
    id         INTEGER PRIMARY KEY,
    purpose    TEXT    NOT NULL
        CHECK (purpose IN ('verify', 'reset', 'password_changed', 'factor_on', 'factor_off', 'email_asked',
                           'email_changed')),
    user_id    INTEGER REFERENCES "user" (id),                    -- null: reset
    email_key  TEXT,                                              -- reset: the address that was typed, lower case
    address    TEXT,                                              -- where to; null: to the person's own
    created_at INTEGER NOT NULL DEFAULT (unixepoch()),
    CHECK ((purpose = 'reset') = (user_id IS NULL)),
    CHECK ((purpose = 'reset') = (email_key IS NOT NULL))
) STRICT;
CREATE INDEX account_outbox_by_user ON account_outbox (user_id);
-- Who asks twice before the mailer looks has asked once.
CREATE UNIQUE INDEX account_outbox_reset ON account_outbox (email_key) WHERE purpose = 'reset';
CREATE UNIQUE INDEX account_outbox_verify ON account_outbox (user_id) WHERE purpose = 'verify';

-- What a mail's link or code lets its reader do, once. A newer one takes the place of an older one. The token itself
-- is kept nowhere: the mailer derives it from the nonce under the server's secret when the mail goes, and leaves its
-- hash here.
CREATE TABLE account_token (
    user_id     INTEGER NOT NULL REFERENCES "user" (id),
    purpose     TEXT    NOT NULL CHECK (purpose IN ('verify', 'reset')),
    delivery_id INTEGER,                                          -- the mail; null: used, or not wanted any more
    email       TEXT    NOT NULL,                                 -- where the mail goes: what it verifies
    email_key   TEXT    NOT NULL,
    nonce       BLOB    NOT NULL CHECK (length(nonce) = 32),      -- random
    token_hash  BLOB    UNIQUE CHECK (length(token_hash) = 32),   -- SHA-256; null: the mail has not gone, or used
    created_at  INTEGER NOT NULL DEFAULT (unixepoch()),
    expires_at  INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (user_id, purpose)
) STRICT, WITHOUT ROWID;
CREATE INDEX account_token_by_email ON account_token (email_key, purpose, created_at);

-- A new person who registered herself is asked whether the address is hers.
CREATE TRIGGER user_to_verify AFTER INSERT ON "user"
WHEN NEW.email_is_verified = 0
BEGIN
    INSERT OR IGNORE INTO account_outbox (purpose, user_id) VALUES ('verify', NEW.id);
END;
CREATE TRIGGER user_verified AFTER UPDATE OF email_is_verified ON "user"
WHEN NEW.email_is_verified <> OLD.email_is_verified AND NEW.email = OLD.email
BEGIN
    INSERT INTO event (type, actor_id, user_id, is_visible, detail)
    VALUES ('user.updated', (SELECT user_id FROM actor), NEW.id, 1,
            json_object('changes', json_object('email_is_verified', json_object(
                'from', OLD.email_is_verified, 'to', NEW.email_is_verified))));
END;
CREATE TRIGGER user_address_waits AFTER UPDATE OF email_pending ON "user"
WHEN NEW.email_pending IS NOT OLD.email_pending AND NEW.email = OLD.email
BEGIN
    INSERT INTO event (type, actor_id, user_id, is_visible)
    VALUES ('user.updated', (SELECT user_id FROM actor), NEW.id, 1);
END;
-- Whoever wants another address verifies it; the old one hears of it at once, while it still counts.
CREATE TRIGGER user_asks_for_address AFTER UPDATE OF email_pending ON "user"
WHEN NEW.email_pending IS NOT NULL AND NEW.email_pending IS NOT OLD.email_pending
BEGIN
    INSERT OR IGNORE INTO account_outbox (purpose, user_id) VALUES ('verify', NEW.id);
    INSERT INTO account_outbox (purpose, user_id, address) VALUES ('email_asked', NEW.id, NEW.email);
END;
CREATE TRIGGER user_address_changed AFTER UPDATE OF email ON "user"
WHEN NEW.email <> OLD.email
BEGIN
    INSERT INTO account_outbox (purpose, user_id, address)
    SELECT 'email_changed', NEW.id, OLD.email WHERE OLD.email_is_verified = 1;
END;
CREATE TRIGGER user_password_changed AFTER UPDATE OF password_version ON "user"
WHEN NEW.password_version <> OLD.password_version
BEGIN
    INSERT INTO event (type, actor_id, user_id, is_visible)
    VALUES ('password.changed', (SELECT user_id FROM actor), NEW.id, 0);
    INSERT INTO account_outbox (purpose, user_id) VALUES ('password_changed', NEW.id);
END;
-- How one signs in is changed with a factor as much as with a password.
CREATE TRIGGER factor_turned_on AFTER UPDATE OF confirmed_at ON factor
WHEN OLD.confirmed_at IS NULL AND NEW.confirmed_at IS NOT NULL
BEGIN
    INSERT INTO account_outbox (purpose, user_id) VALUES ('factor_on', NEW.user_id);
END;
CREATE TRIGGER factor_turned_off AFTER DELETE ON factor
WHEN OLD.confirmed_at IS NOT NULL
BEGIN
    INSERT INTO account_outbox (purpose, user_id) VALUES ('factor_off', OLD.user_id);
END;

-- Mails about accounts are deliveries like all others. Checks of a table can only be changed by making it anew, and
-- with it the one that refers to it.
CREATE TABLE delivery_now (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id    INTEGER NOT NULL REFERENCES "user" (id),
    kind       TEXT    NOT NULL DEFAULT 'task' CHECK (kind IN ('task', 'daily', 'account')),
    task_id    INTEGER REFERENCES task (id),                      -- null: daily, or about the account
    purpose    TEXT                                               -- of one about the account
        CHECK (purpose IN ('verify', 'reset', 'password_changed', 'factor_on', 'factor_off', 'email_asked',
                           'email_changed')),
    address    TEXT,                                              -- where to; null: to the person's own
    message_id TEXT    NOT NULL UNIQUE,                           -- the same at each try
    state      TEXT    NOT NULL DEFAULT 'pending'
        CHECK (state IN ('pending', 'leased', 'retry', 'sent', 'failed', 'dead', 'suppressed')),
    attempts   INTEGER NOT NULL DEFAULT 0,
    opened_at  INTEGER NOT NULL DEFAULT (unixepoch()),            -- of its first event
    next_at    INTEGER NOT NULL DEFAULT (unixepoch()),            -- not before; of a lease: its end
    lease      INTEGER,                                           -- random: the batch that holds it
    error      TEXT,                                              -- what the server said last
    created_at INTEGER NOT NULL DEFAULT (unixepoch()),
    sent_at    INTEGER,
    due_at     INTEGER,                                           -- when it was first to go; null: not taken yet
    CHECK ((kind = 'task') = (task_id IS NOT NULL)),
    CHECK ((kind = 'account') = (purpose IS NOT NULL))
) STRICT;
INSERT INTO delivery_now (id, user_id, kind, task_id, message_id, state, attempts, opened_at, next_at, lease, error,
                          created_at, sent_at, due_at)
SELECT id, user_id, kind, task_id, message_id, state, attempts, opened_at, next_at, lease, error, created_at, sent_at,
       due_at
FROM delivery;
-- Return paths name deliveries: a number is never given twice.
DELETE FROM sqlite_sequence WHERE name = 'delivery_now';
INSERT INTO sqlite_sequence (name, seq) SELECT 'delivery_now', seq FROM sqlite_sequence WHERE name = 'delivery';

CREATE TABLE event_recipient_now (
    event_id    INTEGER NOT NULL REFERENCES event (id) ON DELETE CASCADE,
    user_id     INTEGER NOT NULL REFERENCES "user" (id),
    reason      TEXT    NOT NULL
        CHECK (reason IN ('assignee', 'was_assignee', 'creator', 'mentioned', 'watcher', 'all', 'rule')),
    delivery_id INTEGER REFERENCES delivery_now (id),
    skipped     TEXT CHECK (skipped IN ('own', 'muted', 'off', 'level', 'undone', 'unverified')),
    PRIMARY KEY (event_id, user_id),
    CHECK ((delivery_id IS NULL) = (skipped IS NOT NULL))
) STRICT, WITHOUT ROWID;
INSERT INTO event_recipient_now SELECT event_id, user_id, reason, delivery_id, skipped FROM event_recipient;
DROP TABLE event_recipient;
DROP TABLE delivery;
ALTER TABLE delivery_now RENAME TO delivery;
ALTER TABLE event_recipient_now RENAME TO event_recipient;
CREATE INDEX delivery_due ON delivery (next_at, id) WHERE state IN ('pending', 'leased', 'retry');
CREATE INDEX delivery_by_lease ON delivery (lease) WHERE state = 'leased';
CREATE UNIQUE INDEX delivery_open ON delivery (user_id, kind, task_id) WHERE state = 'pending' AND attempts = 0;
CREATE INDEX delivery_daily ON delivery (user_id) WHERE kind = 'daily';
CREATE INDEX delivery_by_sent_at ON delivery (sent_at) WHERE sent_at IS NOT NULL;
CREATE INDEX delivery_by_due_at ON delivery (due_at) WHERE state IN ('leased', 'retry');
CREATE INDEX event_recipient_by_delivery ON event_recipient (delivery_id, event_id);
