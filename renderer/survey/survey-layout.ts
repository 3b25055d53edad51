/** How many columns show `count` pictures as large as they can be in a box, for pictures about as high as wide. */
export function surveyColumns(count: number, width: number, height: number): number {
  let best = 1
  let bestSide = 0
  for (let columns = 1; columns <= count; columns += 1) {
    const side = Math.min(width / columns, height / Math.ceil(count / columns))
    if (side > bestSide + 0.5) {
      best = columns
      bestSide = side
    }
  }
  return best
}

/** The place that an arrow leads to; `null` over the upper or lower edge, where another row begins. */
export function placeAfter(
  at: number,
  move: 'left' | 'right' | 'up' | 'down',
  columns: number,
  count: number,
): number | null {
  if (move === 'left') return Math.max(0, at - 1)
  if (move === 'right') return Math.min(count - 1, at + 1)
  const to = at + (move === 'up' ? -columns : columns)
  if (to < 0) return null
  if (to < count) return to
  // The last line may be shorter: below a gap in it is its last picture.
  return Math.floor(at / columns) < Math.floor((count - 1) / columns) ? count - 1 : null
}
