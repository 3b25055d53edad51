import { createHash } from 'node:crypto'
import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Network, openNetwork, replyOf } from '#engine/network/network.ts'
import { openaiCompatible } from '#engine/providers/openai-compatible/openai-compatible.ts'
import type { ProviderFetch, ProviderFetchOptions, ProviderSession } from '#engine/providers/provider.ts'
import { AppError } from '#shared/errors.ts'
import { type FakeProvider, startFakeProvider } from '../fake-provider/fake-provider.ts'
import { type Fault, noCredit } from '../fake-provider/faults.ts'
import { noStream, sampleCall, sampleRequest } from './sample-request.ts'

let network: Network
let fake: FakeProvider
beforeEach(async () => {
  network = openNetwork({ connectTimeoutMs: 2_000, idleTimeoutMs: 2_000 })
  fake = await startFakeProvider({ tellCost: true, priceMicros: 12_345 })
})
afterEach(async () => {
  await network.close()
  await fake.close()
})

type Settings = Record<string, unknown>

const open = (settings: Settings = {}): ProviderSession => {
  const whole = { baseUrl: fake.url, ...settings }
  const origin = openaiCompatible.origin(whole) ?? ''
  const fetch: ProviderFetch = network.forProvider({ origins: [origin] })
  return openaiCompatible.open(whole, { fetch, stream: noStream, now: Date.now, key: () => null })
}

/** What would be sent, without sending it: the reply is a whole 503. */
async function bodyOf(
  settings: Settings,
  parts: Parameters<typeof sampleRequest>[0],
): Promise<{ url: string; fields: unknown }> {
  const sent: { url: string; options: ProviderFetchOptions }[] = []
  const fetch: ProviderFetch = async (url, options) => {
    sent.push({ url, options })
    return { status: 503, headers: {}, bytes: new Uint8Array() }
  }
  const session = openaiCompatible.open(settings, { fetch, stream: noStream, now: Date.now, key: () => null })
  await failureOf(session.submit(sampleRequest(parts), sampleCall()))
  const [{ url, options } = { url: '', options: { repeatable: false } }] = sent
  const fields = typeof options.body === 'string' ? JSON.parse(options.body) : options.body
  return { url, fields }
}

const failureOf = async (promise: Promise<unknown>): Promise<AppError> => {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (error instanceof AppError) return error
  throw new Error('it did not fail with an AppError', { cause: error })
}

const submitWith = (...faults: Fault[]) => {
  fake.script('p', ...faults)
  return open().submit(sampleRequest({ prompt: 'p', seed: 3 }), sampleCall())
}

describe('what comes back', () => {
  test('a picture of the asked size, its seed and the cost that the server named', async () => {
    const progress = await submitWith()
    if (progress.state !== 'done') throw new Error('not done')
    expect(progress.settled).toEqual({ micros: 12_345, currency: 'USD' })
    const [output] = progress.outputs
    if (output?.kind !== 'bytes') throw new Error('no bytes')
    expect(output.seed).toBe(3)
    expect(await sharp(output.bytes).metadata()).toMatchObject({ format: 'png', width: 64, height: 64 })
  })

  test('more pictures than asked are all kept', async () => {
    const progress = await submitWith({ kind: 'count', pictures: 3 })
    expect(progress.state === 'done' && progress.outputs.map(({ kind }) => kind)).toEqual(['bytes', 'bytes', 'bytes'])
  })

  test('an address is handed on, a path is the server’s own, data: is a picture', async () => {
    const progress = await submitWith({ kind: 'url', wrong: 'nothing' })
    expect(progress.state === 'done' && progress.outputs).toEqual([
      { kind: 'url', url: `${fake.url}/files/1`, seed: 3 },
    ])
    const body = { data: [{ url: '/generated-images/b1.png' }, { url: 'data:image/png;base64,AQID' }] }
    const reply: ProviderFetch = async () => ({ status: 200, headers: {}, bytes: Buffer.from(JSON.stringify(body)) })
    const session = openaiCompatible.open(
      { baseUrl: 'http://localhost:8080/api/v1' },
      { fetch: reply, stream: noStream, now: Date.now, key: () => null },
    )
    expect(await session.submit(sampleRequest(), sampleCall())).toMatchObject({
      outputs: [
        { kind: 'url', url: 'http://localhost:8080/generated-images/b1.png' },
        { kind: 'bytes', bytes: Buffer.from([1, 2, 3]) },
      ],
      settled: null,
    })
  })

  const bad: [string, Fault, RegExp][] = [
    ['garbage', { kind: 'garbage' }, /not JSON/],
    ['no picture', { kind: 'no-data' }, /without a picture/],
    ['an error inside a 200', { kind: 'error-in-200' }, /The model crashed/],
    ['an empty picture', { kind: 'picture', as: 'empty' }, /without a picture/],
    ['half a JSON that HTTP takes for whole', { kind: 'cut', how: 'close' }, /not JSON/],
  ]
  for (const [name, fault, sentence] of bad) {
    test(`${name} is bad-response, charged, its raw answer kept`, async () => {
      const error = await failureOf(submitWith(fault))
      expect([error.code, error.billed, error.message]).toEqual(['bad-response', true, expect.stringMatching(sentence)])
      expect(replyOf(error)?.status).toBe(200)
      expect(fake.ledger()).toMatchObject({ requests: 1, pictures: 1 })
    })
  }

  test('an answer that is cut off is outcome-unknown', async () => {
    for (const how of ['length', 'chunked', 'gzip'] as const) {
      expect((await failureOf(submitWith({ kind: 'cut', how }))).code).toBe('outcome-unknown')
      fake = await startAgain()
    }
  })

  test('a refusal is content-policy: free with a 400, open with a 200', async () => {
    for (const [status, billed] of [
      [400, false],
      [200, null],
    ] as const) {
      const error = await failureOf(submitWith({ kind: 'refused', status }))
      expect([error.code, error.billed]).toEqual(['content-policy', billed])
      expect(error.message).toContain('rejected by the safety system')
      fake = await startAgain()
    }
  })

  test('a withheld picture is named, and the others are kept', async () => {
    const body = {
      data: [{ b64_json: 'AQID' }, { respect_moderation: false, b64_json: '' }],
      usage: { cost_in_usd_ticks: 2e8 },
    }
    const fetch: ProviderFetch = async () => ({ status: 200, headers: {}, bytes: Buffer.from(JSON.stringify(body)) })
    const session = openaiCompatible.open(
      { baseUrl: 'http://localhost' },
      { fetch, stream: noStream, now: Date.now, key: () => null },
    )
    expect(await session.submit(sampleRequest(), sampleCall())).toMatchObject({
      outputs: [{ kind: 'bytes' }, { kind: 'withheld' }],
      settled: { micros: 20_000 },
    })
  })

  test('no credit is quota, on a 429 and with the sentence of stable-diffusion.cpp’s form', async () => {
    expect((await failureOf(submitWith(noCredit()))).code).toBe('quota')
    fake = await startAgain()
    const error = await failureOf(submitWith({ kind: 'status', status: 400, body: { error: 'width too large' } }))
    expect([error.code, error.message]).toEqual(['invalid-input', expect.stringContaining('“width too large”')])
  })
})

async function startAgain(): Promise<FakeProvider> {
  await fake.close()
  return startFakeProvider()
}

describe('what is sent', () => {
  const all = { seed: 5, negativePrompt: 'blue', outputFormat: 'png' as const }

  test('to a compatible server: everything it takes, one picture, at the base URL with /v1', async () => {
    const { url, fields } = await bodyOf(
      { baseUrl: 'http://10.0.0.2:9000/', sendNegativePrompt: true, qualities: 'low, high' },
      { ...all, quality: 'high', options: { steps: 8, cfg: 2 } },
    )
    expect(url).toBe('http://10.0.0.2:9000/v1/images/generations')
    expect(fields).toEqual({
      model: 'fake-image',
      prompt: 'a red shoe on sand',
      n: 1,
      size: '64x64',
      quality: 'high',
      output_format: 'png',
      seed: 5,
      negative_prompt: 'blue',
      response_format: 'b64_json',
      cfg: 2,
      steps: 8,
    })
  })

  test('to OpenAI: no seed and no response_format', async () => {
    const settings = { baseUrl: 'https://api.openai.com/v1' }
    const { url, fields } = await bodyOf(settings, { width: 1024, height: 1024 })
    expect(url).toBe('https://api.openai.com/v1/images/generations')
    expect(fields).toEqual({ model: 'fake-image', prompt: 'a red shoe on sand', n: 1, size: '1024x1024' })
    expect(openaiCompatible.model('gpt-image-2', settings)?.takesSeed).toBe(false)
  })

  test('to stable-diffusion.cpp: seed and negative prompt inside the prompt, where nothing can break out', async () => {
    const { fields } = await bodyOf(
      { baseUrl: 'http://127.0.0.1:1234', server: 'stable-diffusion.cpp' },
      { ...all, negativePrompt: 'x</sd_cpp_extra_args>' },
    )
    const { prompt, ...rest } = Object(fields)
    expect(rest).toEqual({ model: 'fake-image', n: 1, size: '64x64', output_format: 'png' })
    const block = /^a red shoe on sand<sd_cpp_extra_args>([^<]+)<\/sd_cpp_extra_args>$/.exec(prompt)?.[1] ?? ''
    expect(JSON.parse(block)).toEqual({ seed: 5, negative_prompt: 'x</sd_cpp_extra_args>' })
  })

  test('to LocalAI: the negative prompt behind a bar', async () => {
    const { fields } = await bodyOf({ baseUrl: 'http://127.0.0.1:8080', server: 'localai' }, { negativePrompt: 'blue' })
    expect(fields).toEqual({
      model: 'fake-image',
      prompt: 'a red shoe on sand|blue',
      n: 1,
      size: '64x64',
      response_format: 'b64_json',
    })
  })

  test('an edit goes as a form with its pictures, which the server can read', async () => {
    const png = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
      .png()
      .toBuffer()
    const sha256 = createHash('sha256').update(png).digest('hex')
    const picture = { sha256, width: 8, height: 8 }
    const request = sampleRequest({ operation: 'edit', source: picture, references: [picture], prompt: 'make it blue' })
    const progress = await open().submit(request, sampleCall({ [sha256]: png }))
    expect(progress).toMatchObject({ state: 'done', outputs: [{ kind: 'bytes' }] })
    expect(fake.ledger().byPrompt['make it blue']).toMatchObject({ requests: 1, pictures: 1 })
  })

  const refused: [string, Settings, Parameters<typeof sampleRequest>[0]][] = [
    ['a seed for OpenAI', { baseUrl: 'https://api.openai.com' }, { seed: 1, width: null, height: null }],
    ['a negative prompt where it is not taken', {}, { negativePrompt: 'blue' }],
    ['a size that is not listed', { sizes: '512x512' }, {}],
    ['half a size', {}, { height: null }],
    ['a quality that is not listed', {}, { quality: 'high' }],
    ['an avif', {}, { outputFormat: 'avif' }],
    ['an edit without a picture', {}, { operation: 'edit' }],
    ['an upscale', {}, { operation: 'upscale', scale: 2 }],
    ['an option that has a place of its own', {}, { options: { n: 4 } }],
    ['a bar for LocalAI', { server: 'localai' }, { prompt: 'a|b' }],
    ['a jpeg from LocalAI', { server: 'localai' }, { outputFormat: 'jpeg' }],
    [
      'extra arguments smuggled into stable-diffusion.cpp',
      { server: 'stable-diffusion.cpp' },
      { prompt: '<sd_cpp_extra_args>{}' },
    ],
  ]
  for (const [name, settings, parts] of refused) {
    test(`${name} is unsupported, and nothing is sent`, async () => {
      const error = await failureOf(open(settings).submit(sampleRequest(parts), sampleCall()))
      expect([error.code, fake.ledger().requests]).toEqual(['unsupported', 0])
    })
  }
})

describe('settings', () => {
  const at = (baseUrl: string, more: Settings = {}) =>
    openaiCompatible.model('m', { baseUrl, ...more })?.price.perImageMicros
  test('a price is free on loopback, unknown elsewhere, and what a person says', () => {
    expect(['http://localhost:1', 'http://127.0.0.1:1', 'http://[::1]:1'].map((url) => at(url))).toEqual([0, 0, 0])
    expect(['http://192.168.1.5:1', 'https://x.example', ''].map((url) => at(url))).toEqual([null, null, null])
    expect(at('https://x.example', { pricePerImageUsd: 0.0051 })).toBe(5_100)
    expect(at('http://localhost', { pricePerImageUsd: 0.01, perModel: { m: { pricePerImageUsd: 0.02 } } })).toBe(20_000)
  })

  test('base URLs as people type them', () => {
    const origin = (baseUrl: string) => openaiCompatible.origin({ baseUrl })
    expect(origin(' http://127.0.0.1:8080/v1/images/generations ')).toBe('http://127.0.0.1:8080')
    for (const url of ['', 'localhost:8080', 'ftp://x', 'http://u:p@x']) {
      expect([origin(url), openaiCompatible.isConfigured({ baseUrl: url })]).toEqual([null, false])
    }
  })

  test('models and sizes: the listed ones, drafts as small as can be', () => {
    const settings = { models: 'a, b,a', sizes: '1024x1024, 768x768', perModel: { b: { sizes: 'any' } } }
    const [a, b, ...others] = openaiCompatible.models(settings)
    expect([a?.id, b?.id, others]).toEqual(['a', 'b', []])
    expect([a?.draftSize, a?.finalSize]).toEqual([
      { width: 768, height: 768 },
      { width: 1024, height: 1024 },
    ])
    expect([b?.sizes.kind, b?.draftSize]).toEqual(['any', { width: 512, height: 512 }])
    expect(openaiCompatible.settings.safeParse({ sizes: '512' }).success).toBe(false)
    expect(openaiCompatible.model('  ', {})).toBeNull()
  })

  test('check counts the models', async () => {
    expect(await open().check?.(sampleCall())).toEqual({
      message: `Connected to ${fake.url}, 2 models`,
      models: ['fake-image', 'fake-image-mini'],
    })
  })

  test('a refresh takes all that an own server has, and of a gateway what gives pictures or was named', async () => {
    const there = [
      { id: 'painter', architecture: { output_modalities: ['image', 'text'] } },
      { id: 'writer', architecture: { output_modalities: ['text'] } },
      { id: 'unsaid', architecture: { modality: 'text' } },
      { id: 'mine', architecture: null },
      { id: ' ' },
    ]
    const bytes = Buffer.from(JSON.stringify({ object: 'list', data: there }))
    const fetch: ProviderFetch = async () => ({ status: 200, headers: {}, bytes })
    const idsOf = async (settings: Settings) => {
      const session = openaiCompatible.open(settings, { fetch, stream: noStream, now: Date.now, key: () => null })
      return (await session.catalogue?.(sampleCall()))?.map(({ id }) => id)
    }
    expect(await idsOf({ baseUrl: 'https://gate.example.com', models: 'mine' })).toEqual(['painter', 'mine'])
    expect(await idsOf({ baseUrl: 'http://127.0.0.1:8080' })).toEqual(['painter', 'unsaid', 'mine'])
    expect(await idsOf({ baseUrl: 'http://desk.local:8080', server: 'localai' })).toEqual(['painter', 'unsaid', 'mine'])
    expect((await open().catalogue?.(sampleCall()))?.length).toBeGreaterThan(0)
  })

  test('without a base URL the sentence says where to enter it', async () => {
    const error = await failureOf(open({ baseUrl: '' }).submit(sampleRequest(), sampleCall()))
    expect([error.code, error.message]).toEqual(['invalid-input', expect.stringContaining('base URL under Settings')])
  })
})
