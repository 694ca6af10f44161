"""Pumasi's list as one would write it with Flask and the sqlite3 module; gunicorn runs it with two workers."""

import datetime
import hashlib
import json
import os
import sqlite3
import time

from flask import Flask, Response, request

app = Flask(__name__)
database = None


def connect():
    global database
    if not database:
        database = sqlite3.connect(os.environ["TWIN_DATABASE"])
        database.row_factory = sqlite3.Row
    return database


def date(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def person(number, name):
    return {"id": number, "name": name} if number else None


def present(row):
    own = ("id", "title", "description", "status", "progress", "priority", "due_on", "version")
    return {
        **{name: row[name] for name in own},
        "assignee": person(row["assignee_id"], row["assignee"]),
        "creator": person(row["creator_id"], row["creator"]),
        "labels": json.loads(row["labels"]),
        "created_at": date(row["created_at"]),
        "updated_at": date(row["updated_at"]),
    }


@app.get("/api/tasks")
def tasks():
    token = hashlib.sha256(request.cookies.get("session", "").split(".")[0].encode()).digest()
    if not connect().execute("SELECT 1 FROM session WHERE token_hash = ? AND expires_at > ?", (token, int(time.time()))).fetchone():
        return Response('{"title": "Unauthorized"}', 401, mimetype="application/json")
    rows = connect().execute(
        'SELECT task.*, assignee.name AS assignee, creator.name AS creator FROM task JOIN "user" AS creator ON creator.id = task.creator_id '
        'LEFT JOIN "user" AS assignee ON assignee.id = task.assignee_id WHERE task.is_deleted = 0 '
        "ORDER BY task.updated_at DESC, task.id DESC LIMIT 51"
    ).fetchall()
    body = {"tasks": [present(row) for row in rows[:50]], "next": str(rows[49]["id"]) if len(rows) > 50 else None}
    return Response(json.dumps(body, ensure_ascii=False), mimetype="application/json")
