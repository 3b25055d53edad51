import { describe, expect, test } from 'vitest'
import { sdcpp } from '#engine/providers/sdcpp/sdcpp.ts'
import { openBench, source } from './hosted-session.ts'
import { sampleCall } from './sample-request.ts'

const bench = openBench(sdcpp, (url) => ({ baseUrl: `${url}/sdcpp`, pollSeconds: 0.01 }))
const tiny = { model: 'tiny-sd', width: 512, height: 768, prompt: 'p' } as const
const bodySent = (): unknown => {
  const body = bench.sent.findLast(({ options }) => options.method === 'POST')?.options.body
  return typeof body === 'string' ? JSON.parse(body) : body
}

describe('what goes out', () => {
  test('prompt, size, seed and options in the native fields; without a seed any seed', async () => {
    const options = { sample_params: { sample_steps: 4 } }
    await bench.make({ ...tiny, seed: 7, negativePrompt: 'blur', outputFormat: 'jpeg', options })
    expect(bodySent()).toEqual({
      prompt: 'p',
      negative_prompt: 'blur',
      width: 512,
      height: 768,
      seed: 7,
      batch_count: 1,
      output_format: 'jpeg',
      sample_params: { sample_steps: 4 },
    })
    expect((await bench.make(tiny)).outputs).toMatchObject([{ kind: 'bytes', seed: null }])
    expect(bodySent()).toMatchObject({ seed: -1, output_format: 'png' })
  })

  test('an edit starts from its picture, in steps of 64; further ones are references', async () => {
    const edit = { model: 'tiny-sd', operation: 'edit' as const, prompt: 'p', source, references: [source] }
    await bench.make({ ...edit, width: 64, height: 48, options: { strength: 0.4 } })
    const picture = expect.stringMatching(/^iVBOR/)
    expect(bodySent()).toMatchObject({
      init_image: picture,
      ref_images: [picture],
      strength: 0.4,
      width: 64,
      height: 64,
    })
    await bench.make({ ...tiny, references: [source] })
    expect(bodySent()).toMatchObject({ ref_images: [picture] })
    expect(bodySent()).not.toHaveProperty('init_image')
  })

  test.each([
    [{ ...tiny, width: 520 }, '520x768'],
    [{ ...tiny, seed: -1 }, 'seeds from 0'],
    [{ ...tiny, outputFormat: 'avif' as const }, 'avif'],
    [{ ...tiny, options: { strength: 1 } }, 'Only an edit'],
    [{ ...tiny, options: { batch_count: 4 } }, 'no option “batch_count”'],
    [{ ...tiny, references: Array(9).fill(source) }, 'at most 8'],
    [{ ...tiny, model: ' x' }, 'not a model id'],
    [{ model: 'tiny-sd', operation: 'upscale' as const, source, scale: 2 }, 'no upscale'],
  ])('%o is refused before anything is sent', async (parts, words) => {
    const error = await bench.failure(bench.make(parts))
    expect([error.code, error.message, bench.sent.length]).toEqual(['unsupported', expect.stringContaining(words), 0])
  })
})

describe('what comes back', () => {
  test('a job that fails, and one without a picture', async () => {
    bench.fake().script('p', { kind: 'error-in-200' }, { kind: 'no-data' })
    const errors = [await bench.failure(bench.make(tiny)), await bench.failure(bench.make(tiny))]
    expect(errors.map(({ code }) => code)).toEqual(['bad-response', 'bad-response'])
    expect(errors[0]?.message).toContain('out of memory')
    expect(errors[1]?.message).toContain('without a picture')
  })

  test('a full queue waits, what is wrong is said', async () => {
    const status = (code: number, error: string) => ({ kind: 'status' as const, status: code, body: { error } })
    bench.fake().script('p', status(429, 'job queue is full'), status(400, 'width must be positive'))
    const errors = [await bench.failure(bench.make(tiny)), await bench.failure(bench.make(tiny))]
    expect(errors.map(({ code, retryAfterMs }) => [code, retryAfterMs])).toEqual([
      ['rate-limited', 5_000],
      ['invalid-input', null],
    ])
    expect(errors[1]?.message).toContain('width must be positive')
  })

  test('another model than the one asked for is not-found; the server’s own name for it takes whichever it is', async () => {
    const error = await bench.failure(bench.make({ ...tiny, model: 'flux' }))
    expect([error.code, error.message]).toEqual(['not-found', expect.stringContaining('“tiny-sd” loaded, not “flux”')])
    expect((await bench.make({ ...tiny, model: 'sd-cpp-local' })).outputs.length).toBe(1)
  })

  test('a job that is forgotten is gone; one that ended cannot be stopped, and that is no error', async () => {
    const session = bench.open()
    const gone = await bench.failure(session.poll?.({ id: 'job_77' }, sampleCall()) ?? Promise.resolve())
    expect(gone.code).toBe('bad-response')
    const first = await session.submit(bench.request(tiny), sampleCall())
    await bench.follow(session, first)
    if (first.state !== 'pending') throw new Error('not pending')
    await session.cancel?.(first.handle, sampleCall())
    await session.cancel?.({ id: 'job_77' }, sampleCall())
    expect(bench.fake().ledger().pictures).toBe(1)
  })
})

test('the model that is loaded, read live; free of charge', async () => {
  expect((await bench.open().check?.(sampleCall()))?.models).toEqual(['tiny-sd'])
  const models = await bench.open({ finalSize: '768x768' }).catalogue?.(sampleCall())
  expect(models).toMatchObject([
    { id: 'tiny-sd', finalSize: { width: 768, height: 768 }, price: { perImageMicros: 0 }, takesSeed: true },
  ])
})
