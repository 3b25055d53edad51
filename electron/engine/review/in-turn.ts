export interface InTurn {
  /** Does the work at once where nothing is under way, in the very call; else once all before it is done. */
  readonly inTurn: <Result>(work: () => Result | Promise<Result>) => Promise<Result>
  readonly settled: () => Promise<void>
}

/** One after the other, in the order they came; what fails stops nobody behind it. */
export function openInTurn(): InTurn {
  const state = { waiting: 0, tail: Promise.resolve() }

  function follow<Result>(result: Promise<Result>): Promise<Result> {
    state.waiting += 1
    const end = (): void => {
      state.waiting -= 1
    }
    state.tail = result.then(end, end)
    return result
  }

  return {
    inTurn(work) {
      if (state.waiting > 0) return follow(state.tail.then(work))
      try {
        const result = work()
        return result instanceof Promise ? follow(result) : Promise.resolve(result)
      } catch (error) {
        return Promise.reject(error)
      }
    },
    settled: () => state.tail,
  }
}
