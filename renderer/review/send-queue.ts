/** Sends one thing after the other, in the order they came: a key held down loses nothing and overtakes nothing. */
export interface SendQueue {
  readonly push: (send: () => Promise<void>) => void
  /** How many are not answered yet. */
  readonly size: () => number
  /** Resolves once all that was pushed before is answered. */
  readonly settled: () => Promise<void>
}

/** `send` deals with its own errors; one that still throws stops nobody behind it and is given to `onDefect`. */
export function createSendQueue(onDefect: (error: unknown) => void, onChange: () => void): SendQueue {
  const state = { tail: Promise.resolve(), size: 0 }
  return {
    push: (send) => {
      state.size += 1
      state.tail = state.tail
        .then(send)
        .catch(onDefect)
        .then(() => {
          state.size -= 1
          onChange()
        })
    },
    size: () => state.size,
    settled: () => state.tail,
  }
}
