/*
 * A packet with the count; for each letter a packet with its sizes, texts and the beginning of its bytes, and
 * as many packets as the rest of the bytes needs.
 */
#include "mail/letter_wire.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

/* An address has 254 characters at most, the database sees to that: 1,016 bytes. */
enum { MOST_TEXT = 1024, PIECE = 64 * 1024, MOST_LETTERS = 10000 };

enum { RETURN_PATH, RECIPIENT, MESSAGE_ID, TEXTS };

struct head {
    size_t texts[TEXTS]; /* bytes of each, with its NUL */
    size_t size;         /* of the message */
};

static bool send_packet(int socket, struct iovec *parts, size_t count) {
    const struct msghdr packet = {.msg_iov = parts, .msg_iovlen = count};
    ssize_t sent = 0;
    do
        sent = sendmsg(socket, &packet, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent >= 0;
}

static struct iovec part_of(const void *bytes, size_t size) {
    return (struct iovec){(void *)(uintptr_t)bytes, size};
}

static size_t piece_of(size_t size) {
    return size < PIECE ? size : PIECE;
}

static bool send_letter(int socket, const struct letter *letter) {
    const char *const texts[TEXTS] = {letter->return_path, letter->recipient, letter->message_id};
    struct head head = {.size = letter->size};
    struct iovec parts[1 + TEXTS + 1] = {part_of(&head, sizeof(head))};
    for (size_t i = 0; i < TEXTS; i++) {
        head.texts[i] = strlen(texts[i]) + 1;
        if (head.texts[i] > MOST_TEXT) {
            errno = EMSGSIZE;
            return false;
        }
        parts[1 + i] = part_of(texts[i], head.texts[i]);
    }
    size_t sent = piece_of(letter->size);
    parts[1 + TEXTS] = part_of(letter->bytes, sent);
    bool good = send_packet(socket, parts, COUNT(parts));
    while (good && sent < letter->size) {
        struct iovec rest = part_of(letter->bytes + sent, piece_of(letter->size - sent));
        good = send_packet(socket, &rest, 1);
        sent += rest.iov_len;
    }
    return good;
}

bool letters_send(int socket, const struct letter *letters, size_t count) {
    struct iovec head = part_of(&count, sizeof(count));
    bool good = send_packet(socket, &head, 1);
    for (size_t i = 0; i < count && good; i++)
        good = send_letter(socket, &letters[i]);
    return good;
}

/* Size of the packet; 0: there are no more. */
static size_t receive_packet(int socket, void *bytes, size_t size) {
    ssize_t got = 0;
    do
        got = recv(socket, bytes, size, 0);
    while (got < 0 && errno == EINTR);
    return got > 0 ? (size_t)got : 0;
}

static bool is_sound(const struct head *head, size_t got) {
    size_t least = sizeof(*head);
    for (size_t i = 0; i < TEXTS; i++) {
        if (!head->texts[i] || head->texts[i] > MOST_TEXT)
            return false;
        least += head->texts[i];
    }
    return got == least + piece_of(head->size);
}

static bool receive_letter(int socket, struct arena *arena, char *packet, size_t room,
                           struct letter *letter) {
    size_t got = receive_packet(socket, packet, room);
    struct head head;
    if (got < sizeof(head))
        return false;
    memcpy(&head, packet, sizeof(head));
    if (!is_sound(&head, got))
        return false;
    const char *at = packet + sizeof(head);
    const char *texts[TEXTS];
    for (size_t i = 0; i < TEXTS; i++) {
        texts[i] = arena_copy_bytes(arena, at, head.texts[i] - 1);
        at += head.texts[i];
    }
    char *bytes = arena_take(arena, head.size + 1);
    size_t have = piece_of(head.size);
    memcpy(bytes, at, have);
    while (have < head.size) {
        got = receive_packet(socket, bytes + have, head.size - have);
        if (!got)
            return false;
        have += got;
    }
    *letter = (struct letter){
        .return_path = texts[RETURN_PATH],
        .recipient = texts[RECIPIENT],
        .message_id = texts[MESSAGE_ID],
        .bytes = bytes,
        .size = head.size,
    };
    return true;
}

bool letters_receive(int socket, struct arena *arena, struct letter **letters, size_t *count) {
    const size_t room = sizeof(struct head) + (size_t)TEXTS * MOST_TEXT + PIECE;
    size_t announced = 0;
    if (receive_packet(socket, &announced, sizeof(announced)) != sizeof(announced) || !announced ||
        announced > MOST_LETTERS)
        return false;
    char *packet = arena_take(arena, room);
    struct letter *list = arena_take_array(arena, announced, sizeof(*list));
    for (size_t i = 0; i < announced; i++)
        if (!receive_letter(socket, arena, packet, room, &list[i]))
            return false;
    *letters = list;
    *count = announced;
    return true;
}
