import { customPresets, customProvider } from '#engine/providers/providers.ts'
import { parseCustomService } from '#shared/contract/custom-services.ts'
import type { CustomService } from '#shared/contract/service-fields.ts'

/** A preset with other parts: what a person would edit. Throws for a preset that is not there. */
export function described(preset: string, parts: Record<string, unknown> = {}): CustomService {
  const found = customPresets.find((one) => one.preset === preset)
  if (!found) throw new Error(`there is no preset ${preset}`)
  return parseCustomService({ ...found.service, ...parts })
}

const small = { sizes: { multipleOf: 8, min: 64, max: 512 }, draftSize: '64x64', finalSize: '128x128' }
const priced = { id: 'default', ...small, price: '0.04' }

/** One service a mode, as it talks to the fake under /custom; four cents a picture. */
export const services = {
  single: (baseUrl: string, parts: Record<string, unknown> = {}) =>
    described('openai-like', { name: 'single', baseUrl, models: [{ ...priced, id: 'fake-image' }], ...parts }),
  array: (baseUrl: string, parts: Record<string, unknown> = {}) =>
    described('flixly-like', {
      name: 'array',
      baseUrl,
      models: [priced],
      limits: { concurrency: 2 },
      check: { path: '/usage' },
      ...parts,
    }),
  inOrder: (baseUrl: string, parts: Record<string, unknown> = {}) =>
    described('zsky-like', {
      name: 'in-order',
      baseUrl,
      models: [priced],
      check: { path: '/usage' },
      ...parts,
    }),
  poll: (baseUrl: string, parts: Record<string, unknown> = {}) => {
    const { poll } = described('submit-and-poll')
    return described('submit-and-poll', {
      name: 'poll',
      baseUrl,
      models: [priced],
      poll: { ...poll, everySeconds: 0.01 },
      ...parts,
    })
  },
  picture: (baseUrl: string, parts: Record<string, unknown> = {}) =>
    described('picture-body', {
      name: 'picture',
      baseUrl,
      models: [{ ...priced, operations: ['generate', 'edit'] }],
      check: { path: '/usage' },
      ...parts,
    }),
} as const

export const provider = (name: keyof typeof services, parts: Record<string, unknown> = {}) =>
  customProvider(services[name]('http://127.0.0.1:9/custom', parts))
