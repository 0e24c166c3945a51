/* etl/core/system/log.c - talk for people, on stderr. */
#include "etl/core/system/log.h"

#include <pthread.h>
#include <stdarg.h>

enum log_level log_level = LOG_NORMAL;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static bool            is_colored, shows_progress, line_is_drawn;

void log_color(bool on)
{
    is_colored = on;
}

static void clear_line(void)
{
    if (line_is_drawn)
        fputs("\r\x1b[K", stderr);
    line_is_drawn = false;
}

static void line(const char *color, const char *prefix, const char *fmt, va_list args)
{
    pthread_mutex_lock(&mutex);
    clear_line();
    if (prefix[0] != '\0')
        fprintf(stderr, is_colored ? "\x1b[%sm%s\x1b[0m" : "%s%s", is_colored ? color : "", prefix);
    vfprintf(stderr, fmt, args);
    fputc('\n', stderr);
    pthread_mutex_unlock(&mutex);
}

#define TALK(least, color, prefix)                                                                                     \
    va_list args;                                                                                                      \
                                                                                                                       \
    if (log_level < (least))                                                                                           \
        return;                                                                                                        \
    va_start(args, fmt);                                                                                               \
    line((color), (prefix), fmt, args);                                                                                \
    va_end(args)

void say(const char *fmt, ...)
{
    TALK(LOG_NORMAL, "", "");
}

void detail(const char *fmt, ...)
{
    TALK(LOG_VERBOSE, "", "");
}

void warn(const char *fmt, ...)
{
    TALK(LOG_QUIET, "33", "warning: ");
}

void fault(const char *fmt, ...)
{
    TALK(LOG_QUIET, "31", "error: ");
}

void say_text(struct str text)
{
    pthread_mutex_lock(&mutex);
    clear_line();
    fwrite(text.ptr, 1, text.len, stderr);
    pthread_mutex_unlock(&mutex);
}

void progress_on(bool on)
{
    shows_progress = on;
}

void progress(const char *fmt, ...)
{
    va_list args;

    if (!shows_progress)
        return;
    pthread_mutex_lock(&mutex);
    clear_line();
    va_start(args, fmt);
    vfprintf(stderr, fmt, args);
    va_end(args);
    line_is_drawn = true;
    fflush(stderr);
    pthread_mutex_unlock(&mutex);
}

void progress_end(void)
{
    pthread_mutex_lock(&mutex);
    clear_line();
    pthread_mutex_unlock(&mutex);
}
