-- Filters and layouts of the list that a person keeps under a name. They are hers alone: nobody else sees them, so
-- the log does not tell of them.
CREATE TABLE saved_view (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL REFERENCES "user" (id),
    name    TEXT    NOT NULL CHECK (length(name) BETWEEN 1 AND 50),
    query   TEXT    NOT NULL CHECK (length(CAST(query AS BLOB)) <= 500), -- as in the address of the page of tasks
    UNIQUE (user_id, name)
) STRICT;

CREATE TRIGGER user_views_after_delete AFTER UPDATE OF deleted_at ON "user"
WHEN NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL
BEGIN
    DELETE FROM saved_view WHERE user_id = NEW.id;
END;
