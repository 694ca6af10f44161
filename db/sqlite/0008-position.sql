-- The log position is looked up in each request for a list. With the id alone in the index the planner walks the log
-- from its end instead, past all that people do not see: sign-ins above all.
DROP INDEX event_visible;
CREATE INDEX event_visible ON event (is_visible, id) WHERE is_visible = 1;
