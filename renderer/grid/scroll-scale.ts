/** Chromium draws boxes up to 16,777,216 px high and then cuts them off; this stays clear of it. */
export const highestBox = 15_000_000

/** Where the scroll box stands, and which part of a possibly higher content that shows. */
export interface ScrollPlace {
  readonly boxTop: number
  readonly top: number
}

interface Heights {
  readonly content: number
  readonly view: number
}

export const boxHeight = (content: number): number => Math.min(content, highestBox)

const ratio = ({ content, view }: Heights): number => {
  const way = boxHeight(content) - view
  return content <= highestBox || way <= 0 ? 1 : (content - view) / way
}

const clamp = (value: number, highest: number): number => Math.max(0, Math.min(Math.max(0, highest), value))

/**
 * The content's place after the box moved. Up to the limit both are the same. Above it a small move scrolls as far as it
 * looks, and a jump (the scroll bar dragged) goes to the same share of the whole.
 */
export function placeAfterScroll(before: ScrollPlace, boxTop: number, heights: Heights): ScrollPlace {
  const scale = ratio(heights)
  const highest = heights.content - heights.view
  if (scale === 1) return { boxTop, top: clamp(boxTop, highest) }
  const moved = boxTop - before.boxTop
  const isAtEnd = boxTop <= 0 || boxTop >= boxHeight(heights.content) - heights.view
  if (isAtEnd || Math.abs(moved) > heights.view * 2) return { boxTop, top: clamp(boxTop * scale, highest) }
  return { boxTop, top: clamp(before.top + moved, highest) }
}

/** Where the box must stand to show the content from `top` on. */
export const placeOf = (top: number, heights: Heights): ScrollPlace => {
  const clamped = clamp(top, heights.content - heights.view)
  return { boxTop: clamped / ratio(heights), top: clamped }
}
