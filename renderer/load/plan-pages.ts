/** Rows of one call and of one piece of the table. */
export const planPageRows = 50
/** The height of a row in CSS pixels; the style sheet says the same. */
export const planRowHeight = 30
/** Chromium draws boxes up to 33.5 million pixels high; nobody reads that far, and filters reach the rest. */
export const planRowsShown = 100_000

/** The first and the last page to draw for a scroll position: what is in view, and half a view around it. */
export function pagesInView(top: number, height: number, rows: number): readonly [number, number] {
  const last = Math.max(0, Math.ceil(rows / planPageRows) - 1)
  const pageOf = (y: number) => Math.min(last, Math.max(0, Math.floor(y / (planPageRows * planRowHeight))))
  return [pageOf(top - height / 2), pageOf(top + height * 1.5)]
}
