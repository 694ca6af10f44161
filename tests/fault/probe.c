/* Stands in for `health` behind its wall and tries, as the address says, what no function may: built and run
 * by test_walls.py. */
#include "base/clock.h"
#include "http/request.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const acts[] = {"none",   "open",  "create", "exec",  "fork", "connect", "mmap",
                                   "memory", "table", "column", "write", "spin", "zone",    NULL};
enum { NONE, OPEN, CREATE, EXEC, FORK, CONNECT, MMAP, MEMORY, TABLE, COLUMN, WRITE, SPIN, ZONE };

static const struct field fields[] = {{.name = "act", .type = FIELD_CHOICE, .choices = acts}};

static const struct grant grants[] = {{"event", MAY_READ}};

DB_QUERY(PROBE_TABLE, "SELECT count(*) FROM session");
DB_QUERY(PROBE_COLUMN,
         "SELECT count(*) FROM event WHERE at > (SELECT max(length(password_hash)) FROM \"user\")");
DB_QUERY(PROBE_WRITE, "DELETE FROM event");

static void run(struct request *request) {
    char *const words[] = {"true", NULL};
    const struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(9), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int64_t count = 0;
    enum db_result result = DB_OK;
    switch (request_value(request, 0)->integer) {
    case OPEN:
        (void)!open("/etc/passwd", O_RDONLY);
        break;
    case CREATE:
        (void)!open("/tmp/pumasi-probe", O_WRONLY | O_CREAT, 0600);
        break;
    case EXEC:
        (void)execv("/bin/true", words);
        break;
    case FORK:
        if (fork() == 0)
            _exit(0);
        (void)wait(NULL);
        break;
    case CONNECT:
        (void)!connect(socket(AF_INET, SOCK_STREAM, 0), (const struct sockaddr *)&address, sizeof(address));
        break;
    case MMAP:
        (void)!mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        break;
    case MEMORY:
        for (int i = 0; i < 4096; i++)
            memset(arena_take(request->arena, 1 << 20), 1, 1 << 20);
        break;
    case TABLE:
        result = db_find_integer_values(request->db, &PROBE_TABLE, &count, NULL, 0);
        break;
    case COLUMN:
        result = db_find_integer_values(request->db, &PROBE_COLUMN, &count, NULL, 0);
        break;
    case WRITE:
        result = db_run_values(request->db, &PROBE_WRITE, NULL, 0);
        break;
    case SPIN:
        for (volatile unsigned i = 0;; i++)
            ;
    case ZONE: /* what it may: clocks elsewhere, for which the C library would open a file */
        if (clock_local("Asia/Seoul", 0).hour != 9 || clock_local("America/New_York", 0).hour != 19)
            abort();
        break;
    default:
        break;
    }
    if (result != DB_OK)
        respond_outcome(request, outcome_of(result));
    else
        respond_json(request, 200);
}

const struct function FUNCTION = {
    .name = "health",
    .access = ACCESS_ANYONE,
    .verb = VERB_REACH,
    FUNCTION_FIELDS(fields),
    FUNCTION_GRANTS(grants),
    .limits = {.seconds = 2, .workers = 1},
    .run = run,
};
