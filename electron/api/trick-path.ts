/**
 * Raw paths that some reader could take for another path: climbing, encoded dots and separators, NUL and other control
 * characters, backslashes, double slashes. Hosts refuse them before anything else looks at the path.
 */
export const isTrickPath = (path: string): boolean =>
  !path.startsWith('/') ||
  /[^\x21-\x7e]|[\\#]|\/\//.test(path) ||
  /%(?:2e|2f|5c|25|0\d|0[a-f]|1[\da-f]|7f)/i.test(path) ||
  path.split('/').some((part) => part === '.' || part === '..')
