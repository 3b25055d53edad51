import { expect, test } from 'vitest'
import { renditions } from '#shared/host.ts'
import { renditionFor } from '../../renderer/grid/rendition-for.ts'

test('a tile of any size is sharp on any screen, and never asks for four times what it shows', () => {
  for (const pixelRatio of [1, 1.25, 1.5, 2])
    for (let side = 96; side <= 512; side += 8) {
      const pixels = side * pixelRatio
      const chosen = renditions[renditionFor(side, pixelRatio)]
      expect(chosen * 1.1, `${side} px at ${pixelRatio}`).toBeGreaterThanOrEqual(pixels)
      expect(chosen, `${side} px at ${pixelRatio}`).toBeLessThanOrEqual(Math.max(256, pixels * 2))
    }
  expect(renditionFor(512, 2)).toBe('large')
  expect(renditionFor(96, 1)).toBe('small')
  // Denser screens than that get the largest there is for tiles.
  expect(renditionFor(512, 3)).toBe('large')
})
