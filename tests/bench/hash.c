/* The limit of a sign-in: the bare argon2id call with our parameters. hash SECONDS prints hashes a second. */
#include <argon2.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(void) {
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int count, char **words) {
    if (count != 2)
        return EXIT_FAILURE;
    static const char password[] = "pumasi shares work";
    unsigned char salt[16] = {1};
    char encoded[200];
    if (argon2id_hash_encoded(2, 19456, 1, password, strlen(password), salt, sizeof(salt), 32, encoded,
                              sizeof(encoded)) != 0)
        return EXIT_FAILURE;
    double start = now();
    double end = start + atof(words[1]);
    long done = 0;
    for (; now() < end; done++)
        if (argon2id_verify(encoded, password, strlen(password)) != ARGON2_OK)
            return EXIT_FAILURE;
    (void)printf("%.2f\n", (double)done / (now() - start));
    return EXIT_SUCCESS;
}
