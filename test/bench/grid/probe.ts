/** What the bench reads inside the page. Times are the page's own `performance.now()`, in ms. */
export interface Probe {
  /** Resolves once every place in the grid's view shows its picture (or its card) and a frame was drawn with it. */
  readonly painted: () => Promise<number>
  /** The same once the list is another one than now, as ms since the last click, key or typed letter. */
  readonly paintedAfterChange: () => Promise<number>
  /** The same once the grid has been scrolled to other tiles, as ms since it first moved. */
  readonly paintedAfterScroll: () => Promise<number>
  /** How often each key went down. */
  readonly heard: Record<string, number>
  /** Key presses so far: ms from the press to the frame in which the cell in focus says something else. */
  readonly marks: number[]
  /** Calls for lists of tiles so far: ms from the request to the end of its answer. */
  readonly answers: number[]
}

declare global {
  interface Window {
    benchProbe: Probe
  }
}

/** Runs in the page before anything else does. It stands alone: the page gets its source text. */
export function installProbe(): void {
  const state = { inputMs: 0, keyMs: 0, scrollMs: 0 }
  const heard: Record<string, number> = {}
  const marks: number[] = []
  const answers: number[] = []
  const grid = (): HTMLElement | null => document.querySelector('[data-region=grid]')
  const afterFrame = (then: (nowMs: number) => void): void =>
    void requestAnimationFrame(() => {
      // A message is handled only after the frame that was just prepared.
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => then(performance.now())
      port2.postMessage(null)
    })

  for (const kind of ['keydown', 'click', 'input'] as const)
    window.addEventListener(
      kind,
      (event) => {
        state.inputMs = event.timeStamp
        if (!(event instanceof KeyboardEvent)) return
        state.keyMs = event.timeStamp
        heard[event.key] = (heard[event.key] ?? 0) + 1
      },
      { capture: true },
    )
  window.addEventListener(
    'scroll',
    (event) => {
      if (state.scrollMs === 0) state.scrollMs = event.timeStamp
    },
    { capture: true },
  )

  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (entry.name.includes('/rpc/tiles/list')) answers.push(entry.duration)
  }).observe({ type: 'resource', buffered: true })

  document.addEventListener('DOMContentLoaded', () => {
    new MutationObserver((records) => {
      const pressedMs = state.keyMs
      const focused = grid()?.getAttribute('aria-activedescendant')
      if (pressedMs === 0 || !records.some(({ target }) => target instanceof Element && target.id === focused)) return
      state.keyMs = 0
      afterFrame((nowMs) => marks.push(nowMs - pressedMs))
    }).observe(document.body, { subtree: true, attributes: true, attributeFilter: ['aria-label'] })
  })

  const isInView = (element: Element, view: DOMRect): boolean => {
    const place = element.getBoundingClientRect()
    return place.bottom > view.top + 1 && place.top < view.bottom - 1 && place.height > 0
  }
  const isShown = (cell: Element): boolean => {
    const picture = cell.querySelector('img')
    return picture ? picture.complete && picture.naturalWidth > 0 : cell.childElementCount > 0
  }
  /** The cells in view where all of it is there, else null. */
  const shownCells = (): Element[] | null => {
    const box = grid()
    const content = box?.firstElementChild
    if (!box || !content) return null
    const view = box.getBoundingClientRect()
    const lines = [...content.children].filter((line) => isInView(line, view))
    if (lines.length === 0 || lines.some((line) => !line.querySelector('[role=row]'))) return null
    const cells = lines
      .flatMap((line) => [...line.querySelectorAll('[role=gridcell]')])
      .filter((cell) => isInView(cell, view))
    // The lines must reach the lower edge, or the end of the content.
    const lowest = Math.max(...lines.map((line) => line.getBoundingClientRect().bottom))
    const isFull = lowest >= view.bottom - 24 || lowest >= content.getBoundingClientRect().bottom - 24
    return isFull && cells.length > 0 && cells.every(isShown) ? cells : null
  }
  const until = (isReady: () => boolean): Promise<number> =>
    new Promise((resolve, reject) => {
      const giveUpMs = performance.now() + 60_000
      const look = (): void => {
        const cells = isReady() ? shownCells() : null
        if (!cells && performance.now() > giveUpMs) return reject(new Error('The grid did not show what it should.'))
        if (!cells) return void requestAnimationFrame(look)
        const decoded = cells.flatMap((cell) => [...cell.querySelectorAll('img')]).map((picture) => picture.decode())
        void Promise.allSettled(decoded).then(() => afterFrame(resolve))
      }
      look()
    })
  const listNow = (): string =>
    [
      grid()?.getAttribute('aria-rowcount'),
      ...[...document.querySelectorAll('[data-tile]')].map((cell) => cell.id),
    ].join()

  window.benchProbe = {
    marks,
    answers,
    heard,
    paintedAfterScroll: () => {
      const before = listNow()
      state.scrollMs = 0
      return until(() => state.scrollMs > 0 && listNow() !== before).then((nowMs) => nowMs - state.scrollMs)
    },
    painted: () => until(() => true),
    paintedAfterChange: () => {
      const before = listNow()
      const armedMs = performance.now()
      return until(() => state.inputMs > armedMs && listNow() !== before).then((nowMs) => nowMs - state.inputMs)
    },
  }
}
