import { setImmediate as nextTurn } from 'node:timers/promises'

/** Long table work in slices: `await breathe()` lets everything else run once 8 ms are used up. */
export function breather(sliceMs = 8): () => Promise<void> | undefined {
  let sliceStart = performance.now()
  return () => {
    if (performance.now() - sliceStart < sliceMs) return undefined
    return nextTurn().then(() => {
      sliceStart = performance.now()
    })
  }
}
