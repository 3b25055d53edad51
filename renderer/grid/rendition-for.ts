import { renditions } from '#shared/host.ts'

const sizes = ['small', 'thumb', 'large'] as const

/** How much a rendition may be stretched before it looks soft. */
const stretch = 1.1

/**
 * The smallest rendition that fills a tile sharply: `side` is its longer side in CSS pixels, `pixelRatio` the screen's. A
 * contact sheet asks for a few kilobytes a picture, a large tile on a dense screen for as much as it shows.
 */
export const renditionFor = (side: number, pixelRatio: number): (typeof sizes)[number] =>
  sizes.find((name) => side * pixelRatio <= renditions[name] * stretch) ?? 'large'
