#pragma once
/*
 * Notes of people as HTML: a safe subset of Markdown (CommonMark, with ~~deleted~~ and "- [x] done"). What is
 * written are these elements and no others: p br hr h3 h4 h5 h6 ul ol li blockquote pre code em strong del a;
 * of attributes only `start` of ol, and `href` and `rel` of a. Every text is escaped, raw HTML and entities
 * stand there as they were typed.
 *
 * Otherwise than in manuscripts a new line is a new line, and an indented line is no code. Links lead to
 * http, https and mailto only, also where they are just written down; pictures are links to them; "#12" leads
 * to that task. Links by reference ("[Min]: call the printer") are none: the text stays.
 */

#include "base/buffer.h"

enum { MARKDOWN_MOST_BYTES = 65536 };

/*
 * Adds `text`, valid UTF-8, as HTML. `task_path` is what comes before a task's number in its address. At most
 * 16 KiB and 8 bytes for each byte of the text are written, within milliseconds: what is longer than
 * MARKDOWN_MOST_BYTES, or made to be slow to read or to grow, is told as by markdown_plain.
 */
void markdown_html(struct buffer *out, const char *text, const char *task_path);

/* Adds `text` as it was typed, in one paragraph with its lines. */
void markdown_plain(struct buffer *out, const char *text);
