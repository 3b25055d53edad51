/* Loaded before libc (LD_PRELOAD): what changes files below FAIL_UNDER fails while the file FAIL_CONTROL says how.
   Its text is "fsync 5" (EIO from fsync only), or "all N" (every call that changes something gives error N). */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int told(int *only_sync) {
  const char *control = getenv("FAIL_CONTROL");
  char text[32] = "";
  int number = 0;
  static int (*real)(const char *, int, ...);
  if (!real) real = dlsym(RTLD_NEXT, "open");
  int file = control ? real(control, O_RDONLY) : -1;
  if (file < 0) return 0;
  ssize_t length = read(file, text, sizeof text - 1);
  close(file);
  if (length <= 0) return 0;
  char what[16] = "";
  if (sscanf(text, "%15s %d", what, &number) != 2) return 0;
  *only_sync = strcmp(what, "fsync") == 0;
  return number;
}

static int is_under(const char *path) {
  const char *under = getenv("FAIL_UNDER");
  return under && path && strncmp(path, under, strlen(under)) == 0;
}

static int fails(int file, int is_sync) {
  int only_sync = 0, number = told(&only_sync);
  if (!number || (only_sync && !is_sync)) return 0;
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0) return 0;
  path[length] = 0;
  if (!is_under(path) || strstr(path, "-shm") || strstr(path, "library.lock")) return 0;
  errno = number;
  return 1;
}

static int fails_at(const char *path) {
  int only_sync = 0, number = told(&only_sync);
  if (!number || only_sync || !is_under(path)) return 0;
  errno = number;
  return 1;
}

#define REAL(name, type, ...) static type (*real)(__VA_ARGS__); if (!real) real = dlsym(RTLD_NEXT, #name)

int fsync(int file) { REAL(fsync, int, int); return fails(file, 1) ? -1 : real(file); }
int fdatasync(int file) { REAL(fdatasync, int, int); return fails(file, 1) ? -1 : real(file); }
ssize_t write(int file, const void *from, size_t count) {
  REAL(write, ssize_t, int, const void *, size_t);
  return file > 2 && fails(file, 0) ? -1 : real(file, from, count);
}
ssize_t pwrite(int file, const void *from, size_t count, off_t at) {
  REAL(pwrite, ssize_t, int, const void *, size_t, off_t);
  return fails(file, 0) ? -1 : real(file, from, count, at);
}
ssize_t pwrite64(int file, const void *from, size_t count, off64_t at) {
  REAL(pwrite64, ssize_t, int, const void *, size_t, off64_t);
  return fails(file, 0) ? -1 : real(file, from, count, at);
}
int rename(const char *from, const char *to) {
  REAL(rename, int, const char *, const char *);
  return fails_at(to) ? -1 : real(from, to);
}
static int changes(int flags) { return (flags & O_CREAT) || (flags & O_ACCMODE) != O_RDONLY; }
int open(const char *path, int flags, ...) {
  REAL(open, int, const char *, int, ...);
  va_list rest; va_start(rest, flags); mode_t mode = (flags & O_CREAT) ? va_arg(rest, mode_t) : 0; va_end(rest);
  return changes(flags) && fails_at(path) ? -1 : real(path, flags, mode);
}
int open64(const char *path, int flags, ...) {
  REAL(open64, int, const char *, int, ...);
  va_list rest; va_start(rest, flags); mode_t mode = (flags & O_CREAT) ? va_arg(rest, mode_t) : 0; va_end(rest);
  return changes(flags) && fails_at(path) ? -1 : real(path, flags, mode);
}
