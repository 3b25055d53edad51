interface Waiting {
  readonly make: () => Promise<void>
  readonly done: PromiseWithResolvers<void>
}

/**
 * Makes things by name, at most `atOnce` together, each once however many ask while it is made. Who asked last is served
 * first: that is what is on screen now, when somebody has scrolled on. Rejects with what `make` threw; asked again, it is
 * tried again.
 */
export function makeInTurn(atOnce: number): (name: string, make: () => Promise<void>) => Promise<void> {
  const making = new Map<string, Promise<void>>()
  /** In the order asked; a name that is asked for again goes to the end. */
  const waiting = new Map<string, Waiting>()
  const state = { running: 0 }

  function next(): void {
    const newest = [...waiting.keys()].at(-1)
    const job = newest === undefined ? undefined : waiting.get(newest)
    if (newest === undefined || !job || state.running >= atOnce) return
    waiting.delete(newest)
    state.running++
    job
      .make()
      .then(job.done.resolve, job.done.reject)
      .finally(() => {
        state.running--
        making.delete(newest)
        next()
      })
  }

  return (name, make) => {
    const known = making.get(name)
    const isWaiting = waiting.get(name)
    if (known && isWaiting) {
      waiting.delete(name)
      waiting.set(name, isWaiting)
    }
    if (known) return known
    const done = Promise.withResolvers<void>()
    making.set(name, done.promise)
    waiting.set(name, { make, done })
    next()
    return done.promise
  }
}
