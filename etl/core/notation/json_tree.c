/* etl/core/notation/json_tree.c - small JSON documents of our own as trees, by yajl, strictly. */
#include "etl/core/notation/json_tree.h"

enum etl_status json_tree_parse(struct str text, const char *what, yajl_val *out, struct err *err)
{
    char reason[256] = "";

    *out = yajl_tree_parse(text.ptr, reason, sizeof reason);
    if (*out == NULL) {
        char *end = strchr(reason, '\n');

        if (end != NULL)
            *end = '\0';
        return err_set(err, ETL_FAIL, "json", "%s is no JSON: %s", what, reason[0] != '\0' ? reason : "it is empty");
    }
    return ETL_OK;
}

void json_tree_free(yajl_val v)
{
    yajl_tree_free(v);
}

yajl_val json_tree_member(yajl_val object, const char *name)
{
    if (!YAJL_IS_OBJECT(object))
        return NULL;
    for (size_t i = 0; i < object->u.object.len; i++)
        if (strcmp(object->u.object.keys[i], name) == 0)
            return object->u.object.values[i];
    return NULL;
}

struct str json_tree_text(yajl_val object, const char *name, struct arena *mem)
{
    yajl_val v = json_tree_member(object, name);

    return YAJL_IS_STRING(v) ? arena_str(mem, str_from(YAJL_GET_STRING(v))) : STR_NONE;
}

uint64_t json_tree_u64(yajl_val object, const char *name)
{
    yajl_val v = json_tree_member(object, name);
    uint64_t n = 0;

    if (!YAJL_IS_NUMBER(v) || !str_to_u64(str_from(YAJL_GET_NUMBER(v)), &n))
        return 0;
    return n;
}
