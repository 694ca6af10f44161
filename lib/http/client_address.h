#pragma once
/*
 * Where a request comes from, for the throttle. The address at the other end of the connection is known;
 * what a header says is anybody's word, except where a proxy that the administrator trusts (`trusted_proxy`)
 * has written it (ASVS 4.1.3).
 */

#include "http/request.h"

/*
 * The address of the client, in its usual form; "" where the gateway names none. `variables` are the
 * gateway's, `trusted_proxy` addresses with commas between (NULL: none). X-Forwarded-For is read from its
 * end, over several such headers as well, as far as its entries are trusted proxies: the first that is not
 * one is the client. An entry that is no address ends the search at the proxy that passed it on.
 */
const char *client_address(struct arena *arena, char *const *variables, const char *trusted_proxy);

/* True if a proxy that the administrator trusts is at the other end of the connection. */
bool client_is_proxy(struct arena *arena, char *const *variables, const char *trusted_proxy);

/*
 * True if the client is a program on this machine that asks this machine: both ends of the connection are
 * here, no proxy says that it passes something on, and the address that was asked for is this machine's own
 * name for itself (what a page elsewhere has a browser here ask for is not).
 */
bool client_is_local(struct arena *arena, char *const *variables);
