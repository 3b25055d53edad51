import type { Model } from '#shared/contract/providers.ts'

/** A model that somebody typed in and no catalogue knows: it may do anything until its service says what it takes. */
export const typedModelOf = (id: string): Model => ({
  id,
  label: id,
  operations: ['generate', 'edit', 'upscale', 'cutout'],
  sizes: { kind: 'any', multipleOf: 1, min: 16, max: 16_384 },
  draftSize: { width: 512, height: 512 },
  finalSize: { width: 1024, height: 1024 },
  takesSeed: true,
  takesNegativePrompt: true,
  qualities: [],
  maxReferences: 16,
  sameSeedLarger: false,
  maxPromptLength: null,
  price: { perImageMicros: null, currency: 'USD', asOf: null, source: null },
})
