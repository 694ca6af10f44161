#include "domain/outcome.h"

enum outcome outcome_of(enum db_result result) {
    switch (result) {
    case DB_OK:
    case DB_ROW:
    case DB_END:
        return OUTCOME_OK;
    case DB_BUSY:
        return OUTCOME_BUSY;
    case DB_CONSTRAINT:
    case DB_DENIED:
    case DB_FAILED:
        break;
    }
    return OUTCOME_FAILED;
}
