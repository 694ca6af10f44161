/* The limit of an update: the same transaction, triggers and write turn included, in a bare loop over SQLite.
 * update DATABASE TASK SECONDS prints transactions a second. */
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <time.h>

static double now(void) {
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static sqlite3 *database;

static sqlite3_stmt *prepare(const char *text) {
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(database, text, -1, &statement, NULL) != SQLITE_OK) {
        (void)fprintf(stderr, "%s\n", sqlite3_errmsg(database));
        exit(EXIT_FAILURE);
    }
    return statement;
}

static void run(sqlite3_stmt *statement) {
    if (sqlite3_step(statement) != SQLITE_DONE) {
        (void)fprintf(stderr, "%s\n", sqlite3_errmsg(database));
        exit(EXIT_FAILURE);
    }
    (void)sqlite3_reset(statement);
}

int main(int count, char **words) {
    char path[4096];
    if (count != 4 || sqlite3_open(words[1], &database) != SQLITE_OK)
        return EXIT_FAILURE;
    (void)snprintf(path, sizeof(path), "%s-turn", words[1]);
    int turn = open(path, O_RDWR | O_CREAT, 0600);
    (void)sqlite3_exec(database, "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON", NULL, NULL, NULL);
    sqlite3_stmt *begin = prepare("BEGIN IMMEDIATE");
    sqlite3_stmt *act = prepare("UPDATE actor SET user_id = ?1 WHERE id = 1");
    sqlite3_stmt *update = prepare("UPDATE task SET progress = ?1 WHERE id = ?2");
    sqlite3_stmt *commit = prepare("COMMIT");
    double start = now();
    double end = start + atof(words[3]);
    long done = 0;
    while (now() < end) {
        if (flock(turn, LOCK_EX) != 0)
            return EXIT_FAILURE;
        run(begin);
        (void)sqlite3_bind_int(act, 1, 1);
        run(act);
        (void)sqlite3_bind_int(update, 1, (int)(done % 90));
        (void)sqlite3_bind_int64(update, 2, atoll(words[2]));
        run(update);
        (void)sqlite3_bind_null(act, 1);
        run(act);
        run(commit);
        (void)flock(turn, LOCK_UN);
        done++;
    }
    (void)printf("%.1f\n", (double)done / (now() - start));
    return EXIT_SUCCESS;
}
