/* What a state and a priority are called elsewhere, in English and Korean. */
#include "domain/import.h"

#include <strings.h>

static const char *find_pair(const struct import_pairs *pairs, const char *from) {
    for (size_t i = 0; i < pairs->count; i++)
        if (strcasecmp(pairs->pairs[i].from, from) == 0)
            return pairs->pairs[i].to;
    return NULL;
}

static const char *find_word(const struct import_pair *words, size_t count, const char *word) {
    const struct import_pairs pairs = {words, count};
    return find_pair(&pairs, word);
}

/* A column that nobody maps holds many tasks: it is told with the first. */
static void ask_for_state(struct import *import, const char *where, const char *name) {
    for (size_t i = 0; i < import->unknown_state_count; i++)
        if (strcasecmp(import->unknown_states[i], name) == 0)
            return;
    import->unknown_states = arena_grow(import->arena, import->unknown_states, import->unknown_state_count,
                                        sizeof(*import->unknown_states));
    import->unknown_states[import->unknown_state_count++] = name;
    import_fault(import, where, "what does \"%.80s\" mean here? Say --map \"%.80s=todo\", =doing or =done",
                 name, name);
}

void import_set_state(struct import *import, struct import_task *task, const char *name) {
    static const struct import_pair known[] = {
        {"todo", "todo"},      {"to do", "todo"},        {"to-do", "todo"},
        {"backlog", "todo"},   {"ready", "todo"},        {"open", "todo"},
        {"opened", "todo"},    {"new", "todo"},          {"not started", "todo"},
        {"할 일", "todo"},     {"예정", "todo"},         {"대기", "todo"},
        {"doing", "doing"},    {"in progress", "doing"}, {"work in progress", "doing"},
        {"wip", "doing"},      {"started", "doing"},     {"active", "doing"},
        {"하는 중", "doing"},  {"진행 중", "doing"},     {"진행중", "doing"},
        {"done", "done"},      {"closed", "done"},       {"complete", "done"},
        {"completed", "done"}, {"finished", "done"},     {"resolved", "done"},
        {"완료", "done"},      {"다 한 일", "done"},     {"끝", "done"},
    };
    if (!name || !*name)
        return;
    const char *mapped = find_pair(&import->states, name);
    const char *state = mapped ? mapped : find_word(known, COUNT(known), name);
    if (!state) {
        ask_for_state(import, task->where, name);
        return;
    }
    task->status = state;
    if (mapped)
        import_add_label(import, task, name);
}

void import_set_priority(struct import *import, struct import_task *task, const char *word) {
    static const struct import_pair known[] = {
        {"low", "low"},        {"lowest", "low"},    {"minor", "low"},      {"trivial", "low"},
        {"낮음", "low"},       {"normal", "normal"}, {"medium", "normal"},  {"none", "normal"},
        {"보통", "normal"},    {"high", "high"},     {"major", "high"},     {"important", "high"},
        {"높음", "high"},      {"urgent", "urgent"}, {"highest", "urgent"}, {"critical", "urgent"},
        {"blocker", "urgent"}, {"긴급", "urgent"},
    };
    if (!word || !*word)
        return;
    const char *priority = find_word(known, COUNT(known), word);
    if (priority)
        task->priority = priority;
    else
        import_fault(import, task->where, "the priority \"%.40s\" is none of low, normal, high and urgent",
                     word);
}

const char *import_priority_of_kanboard(int64_t number) {
    enum { HIGH = 2 };
    if (number < 0)
        return "low";
    return number < HIGH ? "normal" : number == HIGH ? "high" : "urgent";
}
