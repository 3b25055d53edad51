import { describe, expect, test } from 'vitest'
import { recraft } from '#engine/providers/recraft/recraft.ts'
import { openBench, source } from './hosted-session.ts'
import { sampleCall } from './sample-request.ts'

const bench = openBench(recraft, (url) => ({ baseUrl: `${url}/recraft/v1` }))
const v4 = { model: 'recraftv4_1', width: 1344, height: 768, prompt: 'p' } as const
const sentLast = (): [string, unknown] => {
  const { url, options } = bench.sent.at(-1) ?? { url: 'http://none.invalid', options: { body: '' } }
  return [new URL(url).pathname, typeof options.body === 'string' ? JSON.parse(options.body) : options.body]
}

describe('what comes back', () => {
  test('credits are what is settled, and the ledger says the same', async () => {
    await bench.start({ priceMicros: 35_000 })
    expect((await bench.make(v4)).settled).toEqual({ micros: 35_000, currency: 'USD' })
    expect(bench.fake().ledger().billedMicros).toBe(35_000)
  })

  test('a vector model gives its drawing as it is, script and all: others see to that', async () => {
    const { outputs } = await bench.make({ ...v4, model: 'recraftv4_1_vector' })
    const [drawing] = outputs
    expect(drawing?.kind === 'bytes' && Buffer.from(drawing.bytes).toString().slice(0, 4)).toBe('<svg')
  })

  test('an address is handed on; an answer without a picture is bad-response', async () => {
    bench.fake().script('p', { kind: 'url', wrong: 'nothing' }, { kind: 'error-in-200' })
    expect((await bench.make(v4)).outputs).toMatchObject([{ kind: 'url' }])
    const error = await bench.failure(bench.make(v4))
    expect([error.code, error.billed]).toEqual(['bad-response', true])
  })

  test('its errors: a refusal by its code, no credit, and what was wrong', async () => {
    const status = (code: number, name: string) => ({
      kind: 'status' as const,
      status: code,
      body: { code: name, message: `it says ${name}` },
    })
    bench.fake().script('p', status(400, 'nsfw_prompt'), status(402, 'not_enough_credits'), status(400, 'invalid_size'))
    const errors = []
    for (let time = 0; time < 3; time++) errors.push(await bench.failure(bench.make(v4)))
    expect(errors.map(({ code }) => code)).toEqual(['content-policy', 'quota', 'invalid-input'])
    expect(errors[2]?.message).toContain('it says invalid_size')
  })
})

test('what a refusal is called is a setting; too large a picture is refused before anything is sent', async () => {
  const unheardOf = { kind: 'status' as const, status: 422, body: { code: 'bad_taste', message: 'no' } }
  bench.fake().script('p', unheardOf, unheardOf)
  const codes = []
  for (const refusalCodes of ['', 'taste']) codes.push((await bench.failure(bench.make(v4, { refusalCodes }))).code)
  expect(codes).toEqual(['invalid-input', 'content-policy'])
  const noise = { ...source, sha256: 'large' }
  const session = bench.open({ pictureMegabytes: 0.1 })
  const request = bench.request({ model: 'crispUpscale', operation: 'upscale', prompt: '', source: noise })
  const error = await bench.failure(session.submit(request, sampleCall({ large: new Uint8Array(100_001) })))
  expect([error.code, error.message]).toEqual(['unsupported', expect.stringContaining('0.1 MB')])
})

describe('what goes out', () => {
  test('a ratio, the seed and one picture in the answer itself', async () => {
    await bench.make({ ...v4, seed: 7, outputFormat: 'webp', options: { controls: { no_text: true } } })
    expect(sentLast()).toEqual([
      '/recraft/v1/images/generations',
      {
        prompt: 'p',
        model: 'recraftv4_1',
        n: 1,
        size: '16:9',
        random_seed: 7,
        image_format: 'webp',
        response_format: 'b64_json',
        controls: { no_text: true },
      },
    ])
  })

  test('an edit, an upscale and a cutout carry their picture and nothing that they do not take', async () => {
    const uri = expect.stringMatching(/^data:image\/png;base64,/)
    await bench.make({ model: 'recraftv3', operation: 'edit', prompt: 'p', source, width: 64, height: 48 })
    expect(sentLast()).toEqual([
      '/recraft/v1/images/imageToImage',
      { prompt: 'p', model: 'recraftv3', n: 1, image_url: uri, strength: 0.4, response_format: 'b64_json' },
    ])
    await bench.make({
      model: 'crispUpscale',
      operation: 'upscale',
      prompt: '',
      source,
    })
    expect(sentLast()).toEqual(['/recraft/v1/images/crispUpscale', { image_url: uri, response_format: 'b64_json' }])
    await bench.make({ model: 'removeBackground', operation: 'cutout', prompt: '', source })
    expect(sentLast()).toEqual(['/recraft/v1/images/removeBackground', { image_url: uri, response_format: 'b64_json' }])
  })

  test('a model that is not listed is asked as the newest are', async () => {
    await bench.make({ ...v4, model: 'recraftv5' })
    expect(sentLast()[1]).toMatchObject({ model: 'recraftv5', size: '16:9' })
  })

  test.each([
    [{ ...v4, negativePrompt: 'blur' }, 'no negative prompt'],
    [{ ...v4, outputFormat: 'jpeg' as const }, 'jpeg'],
    [{ ...v4, model: 'recraftv4_1_vector', outputFormat: 'png' as const }, 'png'],
    [{ ...v4, options: { text_layout: [] } }, 'no option “text_layout”'],
    [{ ...v4, options: { transparent: true } }, 'transparent'],
    [{ ...v4, model: 'recraftv3', width: 1024, height: 1024, prompt: 'x'.repeat(1001) }, '1001 characters'],
    [{ ...v4, model: 'recraftv3', width: 1024, height: 1024, options: { strength: 1 } }, 'Only an edit'],
    [{ model: 'crispUpscale', operation: 'upscale' as const, source, prompt: 'sharp' }, 'takes no prompt'],
    [{ model: 'clarityUpscale', operation: 'upscale' as const, source, prompt: '' }, 'Use crispUpscale instead'],
  ])('%o is refused before anything is sent', async (parts, words) => {
    const error = await bench.failure(bench.make(parts))
    expect([error.code, error.message, bench.sent.length]).toEqual(['unsupported', expect.stringContaining(words), 0])
  })
})

test('prices: from the catalogue, and live; the connection test tells the credits', async () => {
  expect(recraft.price?.(bench.request(v4), {})).toEqual({ expectedMicros: 35_000, highestMicros: 35_000 })
  const models = await bench.open().catalogue?.(sampleCall())
  const priceOf = (id: string) => models?.find((model) => model.id === id)?.price.perImageMicros
  expect([priceOf('recraftv4_1'), priceOf('recraftv4_1_pro')]).toEqual([33_300, 210_000])
  expect((await bench.open().check?.(sampleCall()))?.message).toContain('12,345 credits')
})
