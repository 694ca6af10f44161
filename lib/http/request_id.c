#include "http/request_id.h"

#include "base/random.h"
#include "http/client_address.h"

#include <string.h>

/* NULL where it is not a text that can stand anywhere. */
static const char *well_formed(const char *id) {
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    size_t size = id ? strspn(id, allowed) : 0;
    bool is_good = size >= REQUEST_ID_LEAST_BYTES && size <= REQUEST_ID_MOST_BYTES && !id[size];
    return is_good ? id : NULL;
}

static const char *own(struct request_ids *ids, struct arena *arena) {
    unsigned char bytes[sizeof(ids->mark) + 3];
    if (!ids->count)
        random_fill(ids->mark, sizeof(ids->mark));
    uint32_t number = ++ids->count;
    memcpy(bytes, ids->mark, sizeof(ids->mark));
    for (size_t i = sizeof(ids->mark); i < sizeof(bytes); i++, number >>= 8)
        bytes[i] = (unsigned char)number;
    return base64url_encode(arena, bytes, sizeof(bytes));
}

const char *request_id_make(struct request_ids *ids, struct arena *arena, const struct gateway *gateway,
                            const char *trusted_proxy) {
    const char *proxy =
        trusted_proxy ? well_formed(gateway->variable(gateway->with, "HTTP_X_REQUEST_ID")) : NULL;
    if (proxy && client_is_proxy(arena, gateway->variables, trusted_proxy))
        return proxy;
    const char *server = well_formed(gateway->variable(gateway->with, "REQUEST_ID"));
    return server ? server : own(ids, arena);
}
