import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { stability } from '#engine/providers/stability/stability.ts'
import { tooMany } from '../fake-provider/faults.ts'
import { inputs, openBench, source } from './hosted-session.ts'
import { sampleCall } from './sample-request.ts'

const bench = openBench(stability, (url) => ({ baseUrl: `${url}/stability`, pollSeconds: 0.01 }))
const core = { model: 'core', width: 1248, height: 1248, prompt: 'p' } as const
const upscale = { operation: 'upscale', prompt: '', source } as const

function formSent(): Record<string, string> {
  const body = bench.sent.at(-1)?.options.body
  if (!(body instanceof FormData)) throw new Error('no form was sent')
  return Object.fromEntries(
    [...body.entries()].map(([name, value]) => [name, typeof value === 'string' ? value : 'file']),
  )
}

describe('what comes back', () => {
  test('a picture with the seed that was used', async () => {
    const { outputs, settled } = await bench.make(core)
    expect([outputs, settled]).toMatchObject([[{ kind: 'bytes', seed: 343_940_597 }], null])
  })

  test('a blurred picture is withheld, and nobody knows whether it is charged', async () => {
    bench.fake().script('p', { kind: 'refused', status: 200 })
    expect((await bench.make(core)).outputs).toEqual([{ kind: 'withheld', reason: expect.any(String), billed: null }])
  })

  test('403 is a refusal by its name only, 422 by another; the rest are what they are', async () => {
    const problem = (status: number, name: string) => ({
      kind: 'status' as const,
      status,
      body: { id: 'x', name, errors: [`it says ${name}`] },
    })
    bench
      .fake()
      .script(
        'p',
        problem(403, 'content_moderation'),
        problem(403, 'forbidden'),
        problem(422, 'public_figure'),
        problem(422, 'invalid_language'),
        problem(402, 'payment_required'),
        problem(413, 'payload_too_large'),
      )
    const errors = []
    for (let time = 0; time < 6; time++) errors.push(await bench.failure(bench.make(core)))
    expect(errors.map(({ code }) => code)).toEqual([
      'content-policy',
      'auth',
      'content-policy',
      'invalid-input',
      'quota',
      'invalid-input',
    ])
    expect(errors[3]?.message).toContain('it says invalid_language')
  })

  test('a 429 without a time means a minute, one with a time that time', async () => {
    bench.fake().script('p', tooMany('none'), tooMany('seconds', 7))
    const errors = [await bench.failure(bench.make(core)), await bench.failure(bench.make(core))]
    expect(errors.map(({ retryAfterMs }) => retryAfterMs)).toEqual([60_000, 7_000])
  })

  test('an empty answer is bad-response, and charged', async () => {
    bench.fake().script('p', { kind: 'error-in-200' })
    const error = await bench.failure(bench.make(core))
    expect([error.code, error.billed]).toEqual(['bad-response', true])
  })
})

describe('upscale and cutout', () => {
  test('fast gives four times the size', async () => {
    const { outputs } = await bench.make({ ...upscale, model: 'upscale-fast', scale: 4 })
    const [picture] = outputs
    if (picture?.kind !== 'bytes') throw new Error('no picture')
    expect(await sharp(picture.bytes).metadata()).toMatchObject({ width: 256, height: 192 })
    expect(formSent()).toEqual({ image: 'file' })
  })

  test('creative is followed by its id, from the handle alone', async () => {
    const creative = { ...upscale, source: { ...source, width: 64, height: 64 }, model: 'upscale-creative' }
    const first = await bench.open().submit(bench.request({ ...creative, scale: null }), sampleCall(inputs))
    if (first.state !== 'pending') throw new Error('not pending')
    const later = bench.open()
    const handle = JSON.parse(JSON.stringify(first.handle))
    const done = await bench.follow(later, { ...first, handle })
    expect(done.outputs).toMatchObject([{ kind: 'bytes' }])
    expect(bench.fake().ledger()).toMatchObject({ requests: 1, pictures: 1 })
    const gone = await bench.failure(
      later.poll?.({ ...handle, resultUrl: `${handle.resultUrl}9` }, sampleCall()) ?? Promise.resolve(),
    )
    expect([gone.code, gone.billed]).toEqual(['bad-response', null])
  })

  test('creative that is refused while it runs is a refusal', async () => {
    const words = 'never [[refused]]'
    const big = { ...source, width: 64, height: 64 }
    const error = await bench.failure(bench.make({ ...upscale, source: big, model: 'upscale-creative', prompt: words }))
    expect([error.code, bench.fake().ledger().pictures]).toEqual(['content-policy', 0])
  })

  test('conservative wants a prompt and gets one', async () => {
    const tall = { ...source, width: 64, height: 64 }
    await bench.make({ ...upscale, source: tall, model: 'upscale-conservative', seed: 5, options: { creativity: 0.2 } })
    expect(formSent()).toMatchObject({ prompt: expect.stringContaining('same picture'), seed: '5', creativity: '0.2' })
  })

  test('a cutout', async () => {
    const tall = { ...source, width: 64, height: 64 }
    await bench.make({
      operation: 'cutout',
      prompt: '',
      model: 'remove-background',
      source: tall,
      options: { transparent: true },
    })
    expect(formSent()).toEqual({ image: 'file' })
  })

  test.each([
    [{ ...upscale, model: 'upscale-fast', scale: 2 }, 'enlarges 4 times'],
    [{ ...upscale, model: 'upscale-fast', source: { ...source, width: 2000 } }, 'at most 1536 a side'],
    [{ ...upscale, model: 'upscale-fast', source: { ...source, width: 1500, height: 1500 } }, '1048576 in all'],
    [{ ...upscale, model: 'upscale-conservative', source: { ...source, width: 640, height: 128 } }, 'ratios up to 2.5'],
    [{ ...upscale, model: 'upscale-fast', prompt: 'sharp' }, 'takes no prompt'],
    [{ ...core, seed: 0 }, 'seeds from 1'],
    [{ ...core, operation: 'edit' as const, source }, 'offers no edit'],
    [{ ...core, model: 'ultra', operation: 'edit' as const, source }, 'keeps the size'],
    [{ ...core, model: 'ultra', width: 1024, height: 1024, options: { strength: 0.5 } }, 'Only an edit'],
    [{ ...core, model: 'sd3-large' }, 'Use sd3.5-large instead'],
    [{ ...core, model: 'sd9' }, 'not a model'],
  ])('%o is refused before anything is sent', async (parts, words) => {
    const error = await bench.failure(bench.make(parts))
    expect([error.code, error.message, bench.sent.length]).toEqual(['unsupported', expect.stringContaining(words), 0])
  })
})

test('an edit has a strength, and withdrawn models may be asked for', async () => {
  await bench.make({ model: 'ultra', operation: 'edit', prompt: 'p', source })
  expect(formSent()).toEqual({ prompt: 'p', strength: '0.65', image: 'file' })
  const settings = { askRetired: true }
  await bench.make({ model: 'sd3-large', operation: 'edit', prompt: 'p', source, options: { strength: 0.4 } }, settings)
  expect(formSent()).toEqual({
    model: 'sd3-large',
    mode: 'image-to-image',
    prompt: 'p',
    strength: '0.4',
    image: 'file',
  })
})

test('prices are fixed, and the connection test tells the credits', async () => {
  expect(stability.price?.(bench.request(core), {})).toEqual({ expectedMicros: 30_000, highestMicros: 30_000 })
  expect(stability.price?.(bench.request({ model: 'sd3-medium' }), {})).toBeNull()
  const account = await bench.open().check?.(sampleCall())
  expect([account?.message, account?.models]).toEqual([
    expect.stringContaining('1234.50 credits'),
    expect.not.arrayContaining(['sd3-large']),
  ])
})
