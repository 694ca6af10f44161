/* The limit to compare with: a FastCGI function that does nothing but answer BODY_BYTES bytes, with as many
 * workers and the same way of closing as ours (lib/http/fastcgi.c). */
#include <fcgiapp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
    const char *wanted = getenv("BODY_BYTES");
    int size = wanted ? atoi(wanted) : 0;
    char *body = malloc((size_t)size + 1);
    if (!body)
        return EXIT_FAILURE;
    memset(body, 'x', (size_t)size);
    if (FCGX_IsCGI()) { /* for the cold start: one answer, and out */
        (void)printf("Status: 200 OK\r\nContent-Type: application/json\r\n\r\n{}");
        return EXIT_SUCCESS;
    }
    if (fork() == 0 || fork() == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* the web server ends the parent only */
        FCGX_Request request;
        if (FCGX_Init() != 0 || FCGX_InitRequest(&request, 0, 0) != 0)
            return EXIT_FAILURE;
        while (FCGX_Accept_r(&request) == 0) {
            (void)FCGX_FPrintF(
                request.out, "Status: 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n",
                size);
            (void)FCGX_PutStr(body, size, request.out);
            FCGX_Detach(&request);
            FCGX_Finish_r(&request);
        }
        return EXIT_SUCCESS;
    }
    while (wait(NULL) > 0)
        ;
    return EXIT_SUCCESS;
}
