import type { DeliveryOutput } from '#shared/contract/delivery.ts'

/** An output from which a person begins. */
export const plainOutput: DeliveryOutput = {
  name: 'copy',
  format: 'original',
  quality: 82,
  width: null,
  height: null,
  fit: 'inside',
  background: null,
  colour: 'keep',
  metadata: 'keep',
}

const social = { ...plainOutput, format: 'jpeg', quality: 85, fit: 'cover', colour: 'srgb' } as const

/** Ways to hand pictures over that most people want; `own` is any other. */
export const outputPresets = {
  original: [],
  web: [{ ...plainOutput, name: 'web', format: 'webp', width: 2000, height: 2000, colour: 'srgb' }],
  social: [
    { ...social, name: '1080x1080', width: 1080, height: 1080 },
    { ...social, name: '1200x628', width: 1200, height: 628 },
  ],
} as const satisfies Record<string, readonly DeliveryOutput[]>

export type OutputPreset = keyof typeof outputPresets | 'own'

/** The preset that these outputs are, to the last setting. */
export function presetOf(outputs: readonly DeliveryOutput[]): OutputPreset {
  const text = textOf(outputs)
  if (text === textOf(outputPresets.original)) return 'original'
  if (text === textOf(outputPresets.web)) return 'web'
  return text === textOf(outputPresets.social) ? 'social' : 'own'
}

const textOf = (outputs: readonly DeliveryOutput[]): string =>
  JSON.stringify(outputs.map((output) => Object.entries(output).sort(([one], [other]) => (one < other ? -1 : 1))))

/** One more output, with a name that none of them has. */
export function withAnother(outputs: readonly DeliveryOutput[]): DeliveryOutput[] {
  const names = new Set(outputs.map(({ name }) => name.toLowerCase()))
  const last = outputs.at(-1) ?? plainOutput
  for (let number = outputs.length + 1; ; number++)
    if (!names.has(`output ${number}`)) return [...outputs, { ...last, name: `output ${number}` }]
}
