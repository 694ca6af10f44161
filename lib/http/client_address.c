#include "http/client_address.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#define FORWARDED "HTTP_X_FORWARDED_FOR="

/* One form for each address: letters small, zeros short, an IPv4 address inside IPv6 by itself. NULL: none.
 */
static const char *usual_form(struct arena *arena, const char *text, size_t size) {
    char given[INET6_ADDRSTRLEN];
    char usual[INET6_ADDRSTRLEN];
    struct in6_addr six;
    struct in_addr four;
    while (size && strchr(" \t", *text)) {
        text++;
        size--;
    }
    while (size && strchr(" \t", text[size - 1]))
        size--;
    if (!size || size >= sizeof(given))
        return NULL;
    memcpy(given, text, size);
    given[size] = '\0';
    if (inet_pton(AF_INET, given, &four) == 1)
        return arena_copy(arena, inet_ntop(AF_INET, &four, usual, sizeof(usual)));
    if (inet_pton(AF_INET6, given, &six) != 1)
        return NULL;
    if (IN6_IS_ADDR_V4MAPPED(&six))
        return arena_copy(arena, inet_ntop(AF_INET, &six.s6_addr[12], usual, sizeof(usual)));
    return arena_copy(arena, inet_ntop(AF_INET6, &six, usual, sizeof(usual)));
}

static bool is_trusted(struct arena *arena, const char *list, const char *address) {
    while (list && *list) {
        size_t size = strcspn(list, ",");
        const char *proxy = usual_form(arena, list, size);
        if (proxy && strcmp(proxy, address) == 0)
            return true;
        list += size + (list[size] == ',');
    }
    return false;
}

/* Goes back over one header's entries from `client`, which is a trusted proxy. Sets *is_done where the client
 * is found, or what is left cannot be believed. */
static const char *read_back(struct arena *arena, const char *header, const char *trusted_proxy,
                             const char *client, bool *is_done) {
    size_t end = strlen(header);
    while (end && !*is_done) {
        size_t start = end;
        while (start && header[start - 1] != ',')
            start--;
        const char *before = usual_form(arena, header + start, end - start);
        if (before)
            client = before;
        *is_done = !before || !is_trusted(arena, trusted_proxy, client);
        end = start ? start - 1 : 0;
    }
    return client;
}

/* What the gateway says of the other end of the connection; NULL: nothing, or no address. */
static const char *remote_address(struct arena *arena, char *const *variables) {
    static const char remote[] = "REMOTE_ADDR=";
    for (; *variables; variables++)
        if (strncmp(*variables, remote, sizeof(remote) - 1) == 0)
            return usual_form(arena, *variables + sizeof(remote) - 1,
                              strlen(*variables + sizeof(remote) - 1));
    return NULL;
}

bool client_is_proxy(struct arena *arena, char *const *variables, const char *trusted_proxy) {
    const char *remote = remote_address(arena, variables);
    return remote && is_trusted(arena, trusted_proxy, remote);
}

const char *client_address(struct arena *arena, char *const *variables, const char *trusted_proxy) {
    const char *client = remote_address(arena, variables);
    size_t count = 0;
    if (!client)
        return "";
    while (variables[count])
        count++;
    bool is_done = !is_trusted(arena, trusted_proxy, client);
    while (count-- && !is_done)
        if (strncmp(variables[count], FORWARDED, sizeof(FORWARDED) - 1) == 0)
            client =
                read_back(arena, variables[count] + sizeof(FORWARDED) - 1, trusted_proxy, client, &is_done);
    return client;
}

/* "127.0.0.1", "::1" */
static bool is_loopback(const char *address) {
    return address && (strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0);
}

/* A Host header, "localhost:8080". */
static bool names_loopback(struct arena *arena, const char *host) {
    size_t size = strcspn(host, ":");
    if (*host == '[') {
        size_t end = strcspn(host, "]");
        return is_loopback(usual_form(arena, host + 1, end ? end - 1 : 0));
    }
    return (size == strlen("localhost") && strncasecmp(host, "localhost", size) == 0) ||
           is_loopback(usual_form(arena, host, size));
}

bool client_is_local(struct arena *arena, char *const *variables) {
    static const char *const passed_on[] = {FORWARDED, "HTTP_FORWARDED=", "HTTP_VIA=", "HTTP_X_REAL_IP="};
    static const char asked[] = "HTTP_HOST=";
    bool is_asked_here = false;
    for (char *const *variable = variables; *variable; variable++) {
        for (size_t i = 0; i < COUNT(passed_on); i++)
            if (strncmp(*variable, passed_on[i], strlen(passed_on[i])) == 0)
                return false;
        if (strncmp(*variable, asked, strlen(asked)) == 0)
            is_asked_here = names_loopback(arena, *variable + strlen(asked));
    }
    return is_asked_here && is_loopback(remote_address(arena, variables));
}
