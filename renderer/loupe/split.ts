/** Where the line of the before/after slider goes with a key, in percent; `null` for keys that are not its own. */
export function splitAfterKey(split: number, key: string, isCoarse: boolean): number | null {
  const step = isCoarse ? 10 : 2
  const held = (to: number) => Math.max(0, Math.min(100, to))
  switch (key) {
    case 'ArrowLeft':
    case 'ArrowDown':
      return held(split - step)
    case 'ArrowRight':
    case 'ArrowUp':
      return held(split + step)
    case 'PageDown':
      return held(split - 10)
    case 'PageUp':
      return held(split + 10)
    case 'Home':
      return 0
    case 'End':
      return 100
    default:
      return null
  }
}
