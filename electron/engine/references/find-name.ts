/** `./Shoes\red.png` -> `shoes/red.png`: how two ways to write a path are told to be one. Addresses stay as they are. */
const keyOf = (name: string): string =>
  isAddress(name)
    ? name
    : name
        .replaceAll('\\', '/')
        .replace(/^(\.?\/)+/, '')
        .replace(/\/{2,}/g, '/')
        .normalize('NFC')
        .toLowerCase()

export const isAddress = (name: string): boolean => /^https?:\/\//i.test(name)

const lastPart = (key: string): string => key.slice(key.lastIndexOf('/') + 1)

/**
 * Finds what a cell names among pictures that were given by their names. A picture dropped without its folder, or with a
 * folder more, is found by the end of its path, but only where nothing else could be meant.
 */
export function nameFinder<Found>(
  stored: ReadonlyMap<string, Found>,
  wanted: Iterable<string>,
): (name: string) => Found | null {
  const exact = new Map([...stored].map(([name, found]) => [keyOf(name), found] as const))
  const byLast = Map.groupBy([...exact], ([key]) => lastPart(key))
  const wantedByLast = Map.groupBy(new Set([...wanted].map(keyOf)), lastPart)
  return (name) => {
    const key = keyOf(name)
    const found = exact.get(key)
    if (found !== undefined) return found
    if (isAddress(name)) return null
    const last = lastPart(key)
    const alike = (byLast.get(last) ?? []).filter(
      ([other]) => other.endsWith(`/${key}`) || (key.endsWith(`/${other}`) && wantedByLast.get(last)?.length === 1),
    )
    const [only] = alike
    return only && alike.length === 1 ? only[1] : null
  }
}
