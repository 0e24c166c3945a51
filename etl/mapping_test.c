/* etl/mapping_test.c - a mapping's own tests: a record, and exactly the calls or rejects that come of it. */
#include "etl/mapping_private.h"

void check_tests(struct loading *l)
{
    l->c->tests = yaml_get(l->root, "tests");
}
