import { expect, test } from 'vitest'
import { builtInProviders } from '#engine/providers/providers.ts'
import type { Model } from '#shared/contract/providers.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'
import { openPictures } from '../fake-provider/pictures.ts'
import { recordRequest } from './spec-check.ts'

/** Settings with which each provider has models: own servers list none until they are asked. */
const settings: Readonly<Record<string, Record<string, unknown>>> = {
  a1111: { models: 'photon_v1, upscaler:R-ESRGAN 4x+' },
  comfyui: { checkpoints: 'sdxl.safetensors' },
  sdcpp: { models: 'tiny-sd' },
  'openai-compatible': { baseUrl: 'http://127.0.0.1:9', models: 'fake-image', sendNegativePrompt: true },
}
/** These give PNG unless told otherwise, and are held to it when they answer. */
const givesOnlyPng = ['a1111', 'comfyui', 'sdcpp']
const remote = builtInProviders.filter(({ id }) => id !== 'sketch')
const settingsOf = (id: string): Record<string, unknown> => ({ askRetired: true, ...settings[id] })

const pictures = openPictures()
const picture = (name: string) => ({ sha256: name, width: 1024, height: 768 })
const bytesOf = Object.fromEntries(
  ['source', ...Array.from({ length: 40 }, (_, at) => `reference-${at}`)].map((name) => [
    name,
    new Uint8Array(pictures.png(name, 16, 16)),
  ]),
)

/** A body as one text, with the bytes of its files in base64. */
async function textOf(body: unknown): Promise<string> {
  if (!(body instanceof FormData)) return JSON.stringify(body)
  const parts = [...body.entries()].map(async ([name, value]) => {
    const text = typeof value === 'string' ? value : Buffer.from(await value.arrayBuffer()).toString('base64')
    return `${name}=${text}`
  })
  return (await Promise.all(parts)).join('\n')
}

interface Asked {
  /** Each wish by itself, and what of it has to be in the request that goes out. */
  readonly wish: Partial<GenerationRequest>
  readonly shows: readonly string[]
  /** Whether the model says that it can. Null: it does not say, so it either arrives or is refused. */
  readonly can: boolean | null
}

const base64 = (name: string): string => Buffer.from(bytesOf[name] ?? '').toString('base64')

/** Every wish there is for one picture, each the only one of its request. */
function wishesFor(model: Model, operation: Model['operations'][number]): Readonly<Record<string, Asked>> {
  const isMade = operation === 'generate' || operation === 'edit'
  const own = operation === 'generate' ? 0 : 1
  const edits = model.operations.includes('edit')
  const room = Math.max(0, (model.maxReferences ?? (edits ? 1 : 0)) - own)
  const most = isMade ? room : 0
  const references = (count: number) => Array.from({ length: count }, (_, at) => picture(`reference-${at}`))
  const shownReferences = (count: number) => references(count).map(({ sha256 }) => base64(sha256))
  return {
    seed: { wish: { seed: 1_234_567 }, shows: ['1234567'], can: model.takesSeed },
    negative: { wish: { negativePrompt: 'rust and dust' }, shows: ['rust and dust'], can: model.takesNegativePrompt },
    'an unknown quality': { wish: { quality: 'no-such-quality' }, shows: [], can: false },
    ...Object.fromEntries(
      model.qualities.map((quality) => [`quality ${quality}`, { wish: { quality }, shows: [], can: null }]),
    ),
    ...Object.fromEntries(
      ['png', 'jpeg', 'webp'].map((format) => [
        `format ${format}`,
        { wish: { outputFormat: format as GenerationRequest['outputFormat'] }, shows: [], can: null },
      ]),
    ),
    ...(most > 0
      ? { 'all references': { wish: { references: references(most) }, shows: shownReferences(most), can: null } }
      : {}),
    'too many references': { wish: { references: references(20) }, shows: [], can: false },
    ...(operation === 'cutout'
      ? {}
      : {
          transparent: {
            wish: { options: { transparent: true } },
            shows: [],
            can: isMade ? model.takesTransparent === true : null,
          },
        }),
    ...Object.fromEntries(
      (model.takesOptions ?? []).map((name) => [
        `option ${name}`,
        { wish: { options: { [name]: 'so-and-so' } }, shows: ['so-and-so'], can: null },
      ]),
    ),
    ...(model.maxPromptLength === null || !isMade
      ? {}
      : { 'a long prompt': { wish: { prompt: 'x'.repeat(model.maxPromptLength + 1) }, shows: [], can: false } }),
    'three times as large': { wish: { scale: 3 }, shows: [], can: operation === 'upscale' ? null : false },
  }
}

/** What goes in without any wish. */
function plainRequest(model: Model, operation: Model['operations'][number]): Partial<GenerationRequest> {
  const isMade = operation === 'generate' || operation === 'edit'
  return {
    operation,
    model: model.id,
    prompt: isMade ? 'a red shoe' : '',
    width: null,
    height: null,
    seed: null,
    negativePrompt: null,
    quality: null,
    outputFormat: null,
    source: operation === 'generate' ? null : picture('source'),
    references: [],
  }
}

test.each(remote.map((provider) => [provider.id, provider] as const))(
  '%s: whatever a request asks for is in what goes out, or is refused before anything does',
  async (id, provider) => {
    const problems: string[] = []
    let arrived = 0
    let refused = 0
    for (const model of provider.models(settingsOf(id)))
      for (const operation of model.operations) {
        const plain = plainRequest(model, operation)
        const first = await recordRequest(provider, settingsOf(id), plain, bytesOf)
        const [sentPlain] = first.sent
        const where = `${model.id}, ${operation}`
        if (!sentPlain) {
          problems.push(`${where}: nothing goes out (${first.code})`)
          continue
        }
        // What the fields are is read from the service itself: live-input's own tests hold that.
        if (sentPlain.method === 'GET') continue
        const before = await textOf(sentPlain.body)
        for (const [name, { wish, shows, can }] of Object.entries(wishesFor(model, operation))) {
          const { sent, code } = await recordRequest(provider, settingsOf(id), { ...plain, ...wish }, bytesOf)
          const text = sent[0] ? sent[0].path + (await textOf(sent[0].body)) : null
          if (text === null) {
            refused++
            if (code !== 'unsupported') problems.push(`${where}, ${name}: ended as ${code}`)
            if (can === true) problems.push(`${where}, ${name}: the model says it can, and it is refused`)
            continue
          }
          arrived++
          if (can === false) problems.push(`${where}, ${name}: the model says it cannot, and it goes out`)
          const isOnlyFormat = name === 'format png' && givesOnlyPng.includes(id)
          if (text === sentPlain.path + before && !isOnlyFormat) problems.push(`${where}, ${name}: dropped`)
          for (const one of shows)
            if (!text.includes(one)) problems.push(`${where}, ${name}: ${one.slice(0, 20)} is lost`)
        }
      }
    expect(problems).toEqual([])
    expect([arrived > 0, refused > 0]).toEqual([true, true])
  },
)
