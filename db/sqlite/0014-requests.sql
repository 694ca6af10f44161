-- By which request something happened: the id that stands in the answer (X-Request-Id) and in the logs of the functions
-- and the web server. NULL: by none, as what the clock or somebody at the server does.

ALTER TABLE actor ADD COLUMN request TEXT;
ALTER TABLE event ADD COLUMN request TEXT;
ALTER TABLE account_outbox ADD COLUMN request TEXT;               -- so that its mail names it, too
ALTER TABLE delivery ADD COLUMN request TEXT;                     -- of a mail about an account; others have their events'

-- Told right behind the insert, whichever trigger or program it comes from, so that none can forget it.
CREATE TRIGGER event_request_after_insert AFTER INSERT ON event
WHEN (SELECT request FROM actor) IS NOT NULL
BEGIN
    UPDATE event SET request = (SELECT request FROM actor) WHERE id = NEW.id;
END;
CREATE TRIGGER account_outbox_after_insert AFTER INSERT ON account_outbox
WHEN (SELECT request FROM actor) IS NOT NULL
BEGIN
    UPDATE account_outbox SET request = (SELECT request FROM actor) WHERE id = NEW.id;
END;

-- The log stays as it was written, but for the request of the event that is being written, and for what it holds of
-- somebody who was deleted.
DROP TRIGGER IF EXISTS event_before_update;
CREATE TRIGGER event_before_update BEFORE UPDATE ON event
WHEN NEW.id <> OLD.id OR NEW.at <> OLD.at OR NEW.type <> OLD.type OR NEW.actor_id IS NOT OLD.actor_id
    OR NEW.task_id IS NOT OLD.task_id OR NEW.user_id IS NOT OLD.user_id
    OR NEW.task_version IS NOT OLD.task_version OR NEW.is_visible <> OLD.is_visible OR NEW.day IS NOT OLD.day
    OR NOT CASE WHEN NEW.request IS NOT OLD.request
                THEN OLD.request IS NULL AND NEW.request IS (SELECT request FROM actor) AND NEW.detail = OLD.detail
                ELSE NEW.detail = '{}'
                    AND EXISTS (SELECT 1 FROM "user" WHERE id = OLD.user_id AND deleted_at IS NOT NULL) END
BEGIN
    SELECT RAISE(ABORT, 'the log is append-only');
END;
