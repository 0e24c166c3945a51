/* tests/bench/parse_csv.c - libcsv parsing a file and nothing else: what a plan's CPU time is measured against. */
#include <csv.h>
#include <stdio.h>
#include <stdlib.h>

enum { CHUNK = 256 << 10 };
struct counts {
    unsigned long long cells, rows, bytes;
};

static void cell(void *text, size_t len, void *counts)
{
    (void)text;
    ((struct counts *)counts)->cells++;
    ((struct counts *)counts)->bytes += len;
}

static void row(int end, void *counts)
{
    (void)end;
    ((struct counts *)counts)->rows++;
}

int main(int argc, char **argv)
{
    struct counts     counts = { 0, 0, 0 };
    struct csv_parser parser;
    char             *chunk = malloc(CHUNK);
    FILE             *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
    size_t            got;

    if (file == NULL || chunk == NULL || csv_init(&parser, 0) != 0) {
        fprintf(stderr, "usage: parse_csv FILE\n");
        return 2;
    }
    while ((got = fread(chunk, 1, CHUNK, file)) != 0)
        if (csv_parse(&parser, chunk, got, cell, row, &counts) != got)
            return 3;
    csv_fini(&parser, cell, row, &counts);
    csv_free(&parser);
    printf("%llu rows, %llu cells, %llu bytes\n", counts.rows, counts.cells, counts.bytes);
    fclose(file);
    free(chunk);
    return 0;
}
