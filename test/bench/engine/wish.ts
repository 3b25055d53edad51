import type { DraftSettings } from '#shared/contract/wishes.ts'

/** What every contender asks for, so that all meet the same service times and the same faults. */
export const wish = { model: 'fake-image', width: 512, height: 512, seed: 1 } as const

/** Four cents a picture, in micros: paid requests are the ones that everything is built for. */
export const priceMicros = 40_000

const scenes = [
  'on a kitchen table',
  'in a birch forest',
  'on wet sand at dusk',
  'before a brick wall',
  'under neon light',
]
const things = ['ceramic mug', 'leather boot', 'desk lamp', 'wool scarf', 'steel kettle', 'garden chair', 'paper kite']

/** Distinct prompts of a length that people write. */
export const promptsFor = (count: number): string[] =>
  Array.from({ length: count }, (_, at) => {
    const [thing, scene] = [things[at % things.length], scenes[at % scenes.length]]
    return `Studio photograph of a ${thing} ${scene}, number ${at + 1}, soft light from the left, 50 mm`
  })

/** The prompts as a sheet with three more columns, about 160 bytes a row. */
export function sheetFor(count: number): string {
  const lines = promptsFor(count).map(
    (prompt, at) => `P-${100_000 + at},"${prompt}",${things[at % things.length]},catalogue autumn`,
  )
  return `id,prompt,product,campaign\n${lines.join('\n')}\n`
}

export const settingsFor = (size: number): DraftSettings => ({
  mapping: { prompt: 'prompt', id: 'id' },
  template: null,
  profiles: [
    { provider: 'openai-compatible', model: wish.model, width: size, height: size, quality: null, options: {} },
  ],
  variants: 1,
  baseSeed: wish.seed - 1,
})
