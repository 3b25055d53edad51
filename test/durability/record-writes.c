/*
 * Loaded into a process with LD_PRELOAD: writes down, in order, everything it does to files below POWER_CUT_ROOT, so that
 * power-cut.ts can work out what a disk would hold after a power cut at any moment. Linux and glibc only.
 *
 * One record: op (1 byte), file number (4), offset (8), length (4), then `length` bytes; integers in host order.
 *   c created (path)   w written (bytes at offset)   t cut to `offset` bytes   s fsync   d fsync of a folder (path)
 *   r renamed (from NUL to)   u removed (path)   m folder made (path)   a acknowledged (what was written to POWER_CUT_ACKS)
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define FDS 65536
#define FILES 200000

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint32_t fileOf[FDS];
static char *folderOf[FDS];
static struct { dev_t device; ino_t inode; } openAt[FDS];
static ino_t inodeOf[FILES];
static uint32_t files;
static int logFd = -2;
static int acksFd = -1;

#define REAL(type, name, ...) ((type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name))

static void note(char op, uint32_t file, uint64_t offset, const void *bytes, uint32_t length) {
  if (logFd == -2) {
    const char *path = getenv("POWER_CUT_LOG");
    logFd = path ? REAL(int, "open64", const char *, int, ...)(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644) : -1;
  }
  if (logFd < 0) return;
  char head[17];
  head[0] = op;
  memcpy(head + 1, &file, 4);
  memcpy(head + 5, &offset, 8);
  memcpy(head + 13, &length, 4);
  struct iovec parts[2] = {{head, 17}, {(void *)bytes, length}};
  if (REAL(ssize_t, "writev", int, const struct iovec *, int)(logFd, parts, 2) != (ssize_t)(17 + length)) abort();
}

static int below(const char *path) {
  const char *root = getenv("POWER_CUT_ROOT");
  return root && path && strncmp(path, root, strlen(root)) == 0 && (path[strlen(root)] == '/' || path[strlen(root)] == 0);
}

static uint32_t numberOf(int fd, int isNew) {
  struct stat found;
  if (fstat(fd, &found) != 0) return 0;
  for (uint32_t file = files; !isNew && file > 0; file--)
    if (inodeOf[file] == found.st_ino) return file;
  if (files + 1 >= FILES) abort();
  for (uint32_t file = files; file > 0; file--)
    if (inodeOf[file] == found.st_ino) inodeOf[file] = 0;
  inodeOf[++files] = found.st_ino;
  return files;
}

/* Node closes files by a system call of its own, unseen here: a number that now means something else is forgotten. */
static int isOurs(int fd) {
  struct stat found;
  if (fd < 0 || fd >= FDS || (!fileOf[fd] && !folderOf[fd])) return 0;
  if (fstat(fd, &found) == 0 && found.st_ino == openAt[fd].inode && found.st_dev == openAt[fd].device) return 1;
  fileOf[fd] = 0;
  folderOf[fd] = NULL;
  return 0;
}
static int isFile(int fd) { return isOurs(fd) && fileOf[fd]; }

static int opened(const char *path, int flags, int mode) {
  const char *acks = getenv("POWER_CUT_ACKS");
  int isAcks = acks && path && strcmp(path, acks) == 0;
  if (!below(path) && !isAcks) return REAL(int, "open64", const char *, int, ...)(path, flags, mode);
  pthread_mutex_lock(&lock);
  int isNew = access(path, F_OK) != 0;
  int fd = REAL(int, "open64", const char *, int, ...)(path, flags, mode);
  if (fd >= 0 && fd < FDS) {
    struct stat found;
    fstat(fd, &found);
    openAt[fd].inode = found.st_ino;
    openAt[fd].device = found.st_dev;
    fileOf[fd] = 0;
    folderOf[fd] = NULL;
    if (isAcks) acksFd = fd;
    else if (S_ISDIR(found.st_mode)) folderOf[fd] = strdup(path);
    else {
      fileOf[fd] = numberOf(fd, isNew);
      if (isNew) note('c', fileOf[fd], 0, path, strlen(path));
      else if (flags & O_TRUNC) note('t', fileOf[fd], 0, "", 0);
    }
  }
  pthread_mutex_unlock(&lock);
  return fd;
}

static int modeIn(int flags, va_list more) { return flags & (O_CREAT | O_TMPFILE) ? va_arg(more, int) : 0; }

int open(const char *path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  int mode = modeIn(flags, more);
  va_end(more);
  return opened(path, flags, mode);
}

int open64(const char *path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  int mode = modeIn(flags, more);
  va_end(more);
  return opened(path, flags, mode);
}

ssize_t write(int fd, const void *bytes, size_t length) {
  if (!isFile(fd) && fd != acksFd) return REAL(ssize_t, "write", int, const void *, size_t)(fd, bytes, length);
  pthread_mutex_lock(&lock);
  ssize_t written = REAL(ssize_t, "write", int, const void *, size_t)(fd, bytes, length);
  if (written > 0) {
    if (fd == acksFd) note('a', 0, 0, bytes, written);
    else note('w', fileOf[fd], lseek(fd, 0, SEEK_CUR) - written, bytes, written);
  }
  pthread_mutex_unlock(&lock);
  return written;
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) {
  if (!isFile(fd)) return REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t)(fd, bytes, length, offset);
  pthread_mutex_lock(&lock);
  ssize_t written = REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t)(fd, bytes, length, offset);
  if (written > 0) note('w', fileOf[fd], offset, bytes, written);
  pthread_mutex_unlock(&lock);
  return written;
}
ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) { return pwrite64(fd, bytes, length, offset); }

/* Several buffers at once would slip past the record: nobody here writes so; where somebody does, this must be known. */
ssize_t writev(int fd, const struct iovec *parts, int count) {
  if (isFile(fd)) abort();
  return REAL(ssize_t, "writev", int, const struct iovec *, int)(fd, parts, count);
}
ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t offset) {
  if (isFile(fd)) abort();
  return REAL(ssize_t, "pwritev64", int, const struct iovec *, int, off64_t)(fd, parts, count, offset);
}
ssize_t copy_file_range(int from, off64_t *fromAt, int to, off64_t *toAt, size_t length, unsigned flags) {
  if (isFile(to)) abort();
  return REAL(ssize_t, "copy_file_range", int, off64_t *, int, off64_t *, size_t, unsigned)(from, fromAt, to, toAt, length, flags);
}

int ftruncate64(int fd, off64_t length) {
  if (!isFile(fd)) return REAL(int, "ftruncate64", int, off64_t)(fd, length);
  pthread_mutex_lock(&lock);
  int result = REAL(int, "ftruncate64", int, off64_t)(fd, length);
  if (result == 0) note('t', fileOf[fd], length, "", 0);
  pthread_mutex_unlock(&lock);
  return result;
}
int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

/* The disk is a simulated one: nothing needs to reach the real one, and a run is quick. */
static int synced(int fd, const char *name) {
  if (!isOurs(fd)) return REAL(int, name, int)(fd);
  pthread_mutex_lock(&lock);
  if (folderOf[fd]) note('d', 0, 0, folderOf[fd], strlen(folderOf[fd]));
  else note('s', fileOf[fd], 0, "", 0);
  pthread_mutex_unlock(&lock);
  return 0;
}
int fsync(int fd) { return synced(fd, "fsync"); }
int fdatasync(int fd) { return synced(fd, "fdatasync"); }

int rename(const char *from, const char *to) {
  if (!below(to)) return REAL(int, "rename", const char *, const char *)(from, to);
  pthread_mutex_lock(&lock);
  int result = REAL(int, "rename", const char *, const char *)(from, to);
  if (result == 0) {
    char both[8192];
    int length = snprintf(both, sizeof both, "%s%c%s", from, 0, to);
    note('r', 0, 0, both, length);
  }
  pthread_mutex_unlock(&lock);
  return result;
}

static int removed(const char *path, const char *name) {
  if (!below(path)) return REAL(int, name, const char *)(path);
  pthread_mutex_lock(&lock);
  int result = REAL(int, name, const char *)(path);
  if (result == 0) note('u', 0, 0, path, strlen(path));
  pthread_mutex_unlock(&lock);
  return result;
}
int unlink(const char *path) { return removed(path, "unlink"); }
int remove(const char *path) { return removed(path, "remove"); }
int rmdir(const char *path) { return removed(path, "rmdir"); }

int unlinkat(int folder, const char *path, int flags) {
  char whole[8192];
  if (path[0] == '/') snprintf(whole, sizeof whole, "%s", path);
  else {
    char link[64], base[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
    ssize_t length = folder == AT_FDCWD ? -1 : readlink(link, base, sizeof base - 1);
    if (length < 0) return REAL(int, "unlinkat", int, const char *, int)(folder, path, flags);
    base[length] = 0;
    snprintf(whole, sizeof whole, "%s/%s", base, path);
  }
  pthread_mutex_lock(&lock);
  int result = REAL(int, "unlinkat", int, const char *, int)(folder, path, flags);
  if (result == 0 && below(whole)) note('u', 0, 0, whole, strlen(whole));
  pthread_mutex_unlock(&lock);
  return result;
}

int mkdir(const char *path, mode_t mode) {
  if (!below(path)) return REAL(int, "mkdir", const char *, mode_t)(path, mode);
  pthread_mutex_lock(&lock);
  int result = REAL(int, "mkdir", const char *, mode_t)(path, mode);
  if (result == 0) note('m', 0, 0, path, strlen(path));
  pthread_mutex_unlock(&lock);
  return result;
}
