/* tests/bench/measure.c - runs a command and writes what it took: "wall user system peak_kib status", seconds and KiB.
 *
 * A helper of its own, because Linux counts the memory of whoever forks towards the child's peak: this one is small. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double seconds(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

int main(int argc, char **argv)
{
    struct rusage used;
    double        begin = now();
    int           status = 0;
    FILE         *out;
    pid_t         child;

    if (argc < 3) {
        fprintf(stderr, "usage: measure RESULT COMMAND…\n");
        return 2;
    }
    child = fork();
    if (child == 0) {
        execvp(argv[2], argv + 2);
        perror(argv[2]);
        _exit(127);
    }
    if (child < 0 || wait4(child, &status, 0, &used) != child || (out = fopen(argv[1], "w")) == NULL) {
        perror("measure");
        return 2;
    }
    fprintf(out, "%.6f %.6f %.6f %ld %d\n", now() - begin, seconds(used.ru_utime), seconds(used.ru_stime),
            used.ru_maxrss, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    return fclose(out) == 0 ? 0 : 2;
}
