#pragma once
/* How things look in JSON answers; one function a thing. */

#include "domain/api_token.h"
#include "domain/comment.h"
#include "domain/event.h"
#include "domain/invitation.h"
#include "domain/saved_view.h"
#include "domain/task.h"
#include "domain/watch.h"
#include "http/request.h"

/* A person as administrators see her. */
void present_account(struct json_writer *json, const struct user *user);
void present_invitation(struct json_writer *json, const struct invitation *invitation);
/* `day_file` knows when it was used last. */
void present_api_token(struct json_writer *json, const struct api_token *token, int day_file);
void present_person(struct json_writer *json, const struct person *person);
void present_saved_view(struct json_writer *json, const struct saved_view *view);
void present_task(struct json_writer *json, const struct task *task);
/* One task, with what `watch` says besides. */
void present_watched_task(struct json_writer *json, const struct task *task, const struct watch *watch);
void present_watch(struct json_writer *json, const struct watch *watch);
void present_event(struct json_writer *json, const struct event *event);
void present_session(struct json_writer *json, const struct session *session, bool is_current);
void present_comment(struct json_writer *json, const struct comment *comment);

/* Answers a task after a change: the task itself, or for a plain browser its page. */
void respond_task(struct request *request, int status, const struct task *task);

/* Answers {"user": ...} with all that is one's own; NULL: nobody is signed in. */
void respond_user(struct request *request, int status, const struct user *user);

/* Answers a sign-in: cookie, and who it is. */
void respond_signed_in(struct request *request, int status, const struct user *user, const char *cookie);
