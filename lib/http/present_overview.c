#include "http/present_overview.h"

#include "http/present.h"

#include <string.h>

static void add_task(struct json_writer *json, const struct task *task) {
    json_open_object(json);
    json_add_integer(json, "id", task->id);
    json_add_text(json, "title", task->title);
    json_add_text(json, "status", task->status);
    json_add_integer(json, "progress", task->progress);
    json_add_text(json, "priority", task->priority);
    json_add_text(json, "due_on", task->due_on);
    json_close_object(json);
}

static void add_tasks(struct json_writer *json, const struct due_tasks *due, const char *day) {
    json_open_array(json);
    for (size_t i = 0; i < due->count; i++)
        if (!day || strcmp(due->tasks[i].due_on, day) == 0)
            add_task(json, &due->tasks[i]);
    json_close_array(json);
}

void present_week(struct json_writer *json, const struct overview_week *week) {
    json_open_object(json);
    json_key(json, "overdue");
    add_tasks(json, &week->late, NULL);
    json_key(json, "days");
    json_open_array(json);
    for (int i = 0; i < OVERVIEW_WEEK_DAYS; i++) {
        json_open_object(json);
        json_add_text(json, "day", week->days[i]);
        json_key(json, "tasks");
        add_tasks(json, &week->ahead, week->days[i]);
        json_close_object(json);
    }
    json_close_array(json);
    json_add_boolean(json, "has_more", week->late.has_more || week->ahead.has_more);
    json_close_object(json);
}

static int64_t of_status(const struct flow_day *day, size_t status) {
    const int64_t numbers[] = {day->todo, day->doing, day->done};
    return numbers[status];
}

/* A list of numbers a status, by day: a year of them is read as one line of a chart. */
void present_flow(struct json_writer *json, const struct overview_flow *flow) {
    json_open_object(json);
    json_add_text(json, "first", flow->first);
    for (size_t status = 0; TASK_STATUSES[status]; status++) {
        json_key(json, TASK_STATUSES[status]);
        json_open_array(json);
        for (size_t i = 0; i < flow->count; i++)
            json_integer(json, of_status(&flow->days[i], status));
        json_close_array(json);
    }
    json_close_object(json);
}

void present_loads(struct json_writer *json, const struct overview_people *people) {
    json_open_object(json);
    json_key(json, "people");
    json_open_array(json);
    for (size_t i = 0; i < people->count; i++) {
        const struct load *load = &people->loads[i];
        json_open_object(json);
        json_key(json, "person");
        present_person(json, &load->person);
        json_add_integer(json, "open", load->open);
        json_add_integer(json, "doing", load->doing);
        json_add_integer(json, "overdue", load->late);
        json_add_integer(json, "progress", load->progress);
        json_close_object(json);
    }
    json_close_array(json);
    json_add_boolean(json, "has_more", people->has_more);
    json_close_object(json);
}
