/**
 * Pumasi's list and update as a careful hand would write them on Node: a cluster of two, better-sqlite3, prepared statements, and the
 * same database with its triggers. server.js DATABASE PORT
 */

import cluster from "node:cluster";
import {createHash} from "node:crypto";
import {createServer} from "node:http";
import Database from "better-sqlite3";

const [path, port] = process.argv.slice(2);
const COLUMNS = `task.id, task.title, task.description, task.status, task.progress, task.priority, task.assignee_id, assignee.name AS assignee,
    task.creator_id, creator.name AS creator, task.due_on, task.labels, task.version, task.created_at, task.updated_at`;
const TABLES = 'task JOIN "user" AS creator ON creator.id = task.creator_id LEFT JOIN "user" AS assignee ON assignee.id = task.assignee_id';

function serve() {
    const db = new Database(path, {fileMustExist: true, timeout: 10000});
    db.pragma("synchronous = FULL");
    db.pragma("foreign_keys = ON");
    const findSession = db.prepare("SELECT user_id FROM session WHERE token_hash = ? AND expires_at > ?").pluck();
    const list = db.prepare(`SELECT ${COLUMNS} FROM ${TABLES} WHERE task.is_deleted = 0 ORDER BY task.updated_at DESC, task.id DESC LIMIT 51`);
    const find = db.prepare(`SELECT ${COLUMNS} FROM ${TABLES} WHERE task.id = ? AND task.is_deleted = 0`);
    const act = db.prepare("UPDATE actor SET user_id = ? WHERE id = 1");
    const change = db.prepare("UPDATE task SET progress = ? WHERE id = ?");

    const date = (seconds) => new Date(seconds * 1000).toISOString().replace(".000", "");
    const person = (id, name) => (id ? {id, name} : null);
    const present = (row) => ({
        id: row.id, title: row.title, description: row.description, status: row.status, progress: row.progress, priority: row.priority,
        assignee: person(row.assignee_id, row.assignee), creator: person(row.creator_id, row.creator), due_on: row.due_on,
        labels: JSON.parse(row.labels), version: row.version, created_at: date(row.created_at), updated_at: date(row.updated_at),
    });
    const update = db.transaction((user, id, {version, progress}) => {
        const before = find.get(id);
        if (!before || before.version !== version) return [before ? 412 : 404, before];
        act.run(user);
        change.run(progress, id);
        act.run(null);
        return [200, find.get(id)];
    });

    function answer(response, status, value) {
        const body = JSON.stringify(value);
        response.writeHead(status, {"Content-Type": "application/json", "Content-Length": Buffer.byteLength(body)});
        response.end(body);
    }

    createServer((request, response) => {
        const token = /session=([^;.]+)/.exec(request.headers.cookie ?? "")?.[1] ?? "";
        const user = findSession.get(createHash("sha256").update(token).digest(), Math.floor(Date.now() / 1000));
        if (!user) return answer(response, 401, {title: "Unauthorized"});
        if (request.method === "GET") {
            const rows = list.all();
            return answer(response, 200, {tasks: rows.slice(0, 50).map(present), next: rows.length > 50 ? String(rows[49].id) : null});
        }
        let body = "";
        request.on("data", (piece) => body += piece);
        request.on("end", () => {
            const [status, row] = update.immediate(user, Number(request.url.split("/").pop()), JSON.parse(body));
            answer(response, status, row ? present(row) : {title: "Not Found"});
        });
    }).listen(Number(port), "127.0.0.1");
}

if (cluster.isPrimary) for (let worker = 0; worker < 2; worker++) cluster.fork();
else serve();
