import { describe, expect, test } from 'vitest'
import { a1111 } from '#engine/providers/a1111/a1111.ts'
import { openBench, source } from './hosted-session.ts'
import { noStream, sampleCall } from './sample-request.ts'

const bench = openBench(a1111, (url) => ({ baseUrl: `${url}/a1111` }))
const photon = { model: 'photon_v1.safetensors [ec41bd2a82]', width: 512, height: 768, prompt: 'p' } as const
const sentLast = (): [string, unknown] => {
  const { url, options } = bench.sent.at(-1) ?? { url: 'http://none.invalid', options: { body: '' } }
  return [new URL(url).pathname, typeof options.body === 'string' ? JSON.parse(options.body) : options.body]
}

describe('what goes out', () => {
  test('the checkpoint goes with the request, steps always, and one picture', async () => {
    await bench.make({ ...photon, seed: 7, negativePrompt: 'blur', options: { sampler_name: 'Euler a', steps: 30 } })
    expect(sentLast()).toEqual([
      '/a1111/sdapi/v1/txt2img',
      {
        prompt: 'p',
        negative_prompt: 'blur',
        width: 512,
        height: 768,
        seed: 7,
        steps: 30,
        batch_size: 1,
        n_iter: 1,
        override_settings: { sd_model_checkpoint: photon.model },
        override_settings_restore_afterwards: false,
        sampler_name: 'Euler a',
      },
    ])
  })

  test('an edit keeps the size of its source, in steps of 8, where none is asked', async () => {
    const odd = { ...source, width: 67, height: 101 }
    await bench.make({ ...photon, operation: 'edit', source: odd, width: 67, height: 101, options: { resize_mode: 1 } })
    expect(sentLast()).toEqual([
      '/a1111/sdapi/v1/img2img',
      expect.objectContaining({ init_images: [expect.stringMatching(/^iVBOR/)], width: 64, height: 104, steps: 20 }),
    ])
  })

  test('an upscaler gets its name, its factor and the picture', async () => {
    const up = { model: 'upscaler:R-ESRGAN 4x+', operation: 'upscale', prompt: '', source, scale: 3 } as const
    const done = await bench.make(up)
    expect(done).toMatchObject({ outputs: [{ kind: 'bytes', seed: null }] })
    const [output] = done.outputs
    expect(output?.kind === 'bytes' && Buffer.from(output.bytes).readUInt32BE(16)).toBe(source.width * 3)
    expect(sentLast()).toEqual([
      '/a1111/sdapi/v1/extra-single-image',
      { image: expect.stringMatching(/^iVBOR/), resize_mode: 0, upscaling_resize: 3, upscaler_1: 'R-ESRGAN 4x+' },
    ])
  })

  test('user:password is HTTP Basic, any other key a bearer token', async () => {
    const given: unknown[] = []
    for (const key of ['ann:secret', 'token', null]) {
      const fetch: Parameters<typeof a1111.open>[1]['fetch'] = async (_url, { headers }) => {
        given.push(headers?.authorization)
        return { status: 503, headers: {}, bytes: new Uint8Array() }
      }
      await bench.failure(
        a1111
          .open({}, { fetch, stream: noStream, now: () => 0, key: () => key })
          .submit(bench.request(photon), sampleCall()),
      )
    }
    expect(given).toEqual(['Basic YW5uOnNlY3JldA==', 'Bearer token', undefined])
  })

  test.each([
    [{ ...photon, width: 500 }, '500x768'],
    [{ ...photon, seed: 4294967296 }, 'seeds from 0'],
    [{ ...photon, outputFormat: 'webp' as const }, 'webp'],
    [{ ...photon, references: [source] }, 'no reference pictures'],
    [{ ...photon, quality: 'high' }, 'quality'],
    [{ ...photon, options: { init_images: ['x'] } }, 'no option “init_images”'],
    [{ ...photon, options: { resize_mode: 1 } }, 'Only an edit'],
    [{ ...photon, options: { transparent: true } }, 'transparent'],
    [{ model: 'upscaler:X', prompt: 'p' }, 'no generate'],
    [{ model: 'upscaler:X', operation: 'upscale' as const, source, prompt: 'sharp' }, 'takes no prompt'],
    [{ model: 'upscaler:X', operation: 'upscale' as const, source, prompt: '', scale: 9 }, '9 times'],
    [{ model: 'upscaler:', operation: 'upscale' as const, source, prompt: '' }, 'is not a checkpoint'],
  ])('%o is refused before anything is sent', async (parts, words) => {
    const error = await bench.failure(bench.make(parts))
    expect([error.code, error.message, bench.sent.length]).toEqual(['unsupported', expect.stringContaining(words), 0])
  })
})

describe('what comes back', () => {
  test('the seed that the server chose', async () => {
    expect((await bench.make(photon)).outputs).toMatchObject([{ kind: 'bytes', seed: 1234 }])
  })

  test('a checkpoint that the server does not have, and left out without a word, is not-found', async () => {
    const error = await bench.failure(bench.make({ ...photon, model: 'no-such.safetensors' }))
    expect([error.code, error.message]).toEqual(['not-found', expect.stringContaining('it used photon_v1')])
    for (const model of ['photon_v1', 'dream.safetensors', 'xl/dream.safetensors [31e35c80fc]'])
      expect((await bench.make({ ...photon, model })).outputs.length).toBe(1)
  })

  test('each form of its errors says what is wrong', async () => {
    const status = (code: number, body: unknown) => ({ kind: 'status' as const, status: code, body })
    bench
      .fake()
      .script(
        'p',
        status(422, { detail: [{ loc: ['body', 'steps'], msg: 'too many', type: 'x' }] }),
        status(404, { detail: 'Sampler not found' }),
        status(404, { detail: 'Not Found' }),
        status(500, { error: 'OutOfMemoryError', detail: '', body: '', errors: 'CUDA out of memory' }),
        status(500, { error: 'RuntimeError', detail: '', body: '', errors: 'a tensor is wrong' }),
        status(401, { detail: 'Incorrect username or password' }),
      )
    const errors = []
    for (let time = 0; time < 6; time++) errors.push(await bench.failure(bench.make(photon)))
    const codes = ['invalid-input', 'not-found', 'not-found', 'invalid-input', 'provider-unavailable', 'auth']
    expect(errors.map(({ code }) => code)).toEqual(codes)
    const words = ['steps: too many', 'Sampler not found', '--api', 'smaller size', 'a tensor is wrong', 'password']
    for (const [index, word] of words.entries()) expect(errors[index]?.message).toContain(word)
  })

  test('a server that is set to another format than the one asked for is told so', async () => {
    const info = JSON.stringify({ all_seeds: [1] })
    const bytes = Buffer.from(JSON.stringify({ images: [Buffer.from([0xff, 0xd8, 0xff]).toString('base64')], info }))
    const session = a1111.open(
      {},
      { fetch: async () => ({ status: 200, headers: {}, bytes }), stream: noStream, now: () => 0, key: () => null },
    )
    const asked = { ...photon, outputFormat: 'png' as const }
    const error = await bench.failure(session.submit(bench.request(asked), sampleCall()))
    expect([error.code, error.message]).toEqual(['bad-response', expect.stringContaining('another format')])
    expect(await session.submit(bench.request(photon), sampleCall())).toMatchObject({ outputs: [{ seed: 1 }] })
  })

  test('no picture, half an answer, and garbage are not pictures', async () => {
    bench.fake().script('p', { kind: 'error-in-200' }, { kind: 'cut', how: 'length' }, { kind: 'garbage' })
    const errors = []
    for (let time = 0; time < 3; time++) errors.push(await bench.failure(bench.make(photon)))
    expect(errors.map(({ code }) => code)).toEqual(['bad-response', 'provider-unavailable', 'bad-response'])
    expect(errors.map(({ billed }) => billed).filter(Boolean)).toEqual([])
  })
})

test('the server’s own checkpoints and upscalers, read live; free of charge', async () => {
  const account = await bench.open().check?.(sampleCall())
  expect(account?.models).toEqual([photon.model, 'xl/dream.safetensors [31e35c80fc]', 'upscaler:R-ESRGAN 4x+'])
  const models = await bench.open({ draftSize: '640x640' }).catalogue?.(sampleCall())
  expect(models?.map(({ operations }) => operations)).toEqual([['generate', 'edit'], ['generate', 'edit'], ['upscale']])
  expect(models?.[0]).toMatchObject({ draftSize: { width: 640, height: 640 }, price: { perImageMicros: 0 } })
  expect(a1111.models({ models: 'a, upscaler:b' }).map(({ id }) => id)).toEqual(['a', 'upscaler:b'])
})
