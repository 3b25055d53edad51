import { describe, expect, test } from 'vitest'
import { comfyui } from '#engine/providers/comfyui/comfyui.ts'
import type { ProviderReply } from '#engine/providers/provider.ts'
import { openBench, source, sourcePng } from './hosted-session.ts'
import { noStream, sampleCall } from './sample-request.ts'

const save = { class_type: 'SaveImage', inputs: { images: ['8', 0], filename_prefix: 'x' } }
const sampler = { class_type: 'KSampler', inputs: { seed: 5, steps: 4, positive: ['2', 0], negative: ['4', 0] } }
const words = { class_type: 'CLIPTextEncode', inputs: { text: 'the workflow’s own' } }
/** From a prompt without a size or seed place; and from a picture, larger. */
const workflows = {
  poster: { workflow: { 1: sampler, 2: words, 3: save }, nodes: { prompt: '2' }, finalSize: '768x512' },
  larger: {
    workflow: { 1: sampler, 2: words, 3: save, 4: words, 5: { class_type: 'LoadImage', inputs: { image: '' } } },
    nodes: { prompt: '2.text', negative: '4', seed: '1.seed', image: '5', output: '3' },
    operation: 'upscale',
    scale: 4,
  },
}
const bench = openBench(comfyui, (url) => ({ baseUrl: `${url}/comfyui`, pollSeconds: 0.01, workflows }))
const plain = { model: 'sdxl.safetensors', width: 512, height: 768, prompt: 'p' } as const
const sentGraph = (): Record<string, { inputs: unknown }> => {
  const body = bench.sent.findLast(({ url }) => url.endsWith('/prompt'))?.options.body
  return JSON.parse(typeof body === 'string' ? body : '{}').prompt
}

describe('what goes out', () => {
  test('a checkpoint goes into the built-in workflow, with prompt, size, seed and options in their places', async () => {
    await bench.make({ ...plain, seed: 7, negativePrompt: 'blur', options: { '3.steps': 30 } })
    const graph = sentGraph()
    expect(graph['4']?.inputs).toEqual({ ckpt_name: 'sdxl.safetensors' })
    expect(graph['3']?.inputs).toMatchObject({ seed: 7, steps: 30, cfg: 7 })
    expect(graph['5']?.inputs).toMatchObject({ width: 512, height: 768 })
    expect([graph['6']?.inputs, graph['7']?.inputs]).toMatchObject([{ text: 'p' }, { text: 'blur' }])
  })

  test('a workflow of one’s own keeps what it has no place for', async () => {
    const [model] = comfyui.models({ workflows })
    expect(model).toMatchObject({ takesSeed: false, sizes: { kind: 'list', list: [{ width: 768, height: 512 }] } })
    bench.fake().script('p', { kind: 'size', width: 768, height: 512 })
    const done = await bench.make({ model: 'poster', prompt: 'p', width: 768, height: 512 })
    expect(done.outputs).toMatchObject([{ kind: 'bytes', seed: null }])
    expect(sentGraph()).toMatchObject({ 1: sampler, 2: { inputs: { text: 'p' } }, 3: save })
  })

  test('a picture is stored there first, then the workflow starts from it', async () => {
    const up = { model: 'larger', operation: 'upscale', prompt: '', source, scale: 4, seed: 9 } as const
    const done = await bench.make(up)
    expect(done.outputs).toMatchObject([{ kind: 'bytes', seed: 9 }])
    expect(new URL(bench.sent[0]?.url ?? '').pathname).toBe('/comfyui/upload/image')
    const form = bench.sent[0]?.options.body
    const file = form instanceof FormData ? form.get('image') : null
    expect(file instanceof File && (await file.arrayBuffer()).byteLength).toBe(sourcePng.length)
    const name = `proofsheet-${source.sha256.slice(0, 40)}.png`
    expect(sentGraph()).toMatchObject({ 1: { inputs: { seed: 9 } }, 2: words, 5: { inputs: { image: name } } })
  })

  test('the id is the request’s own: the same again for the same, another for another', async () => {
    const ids: unknown[] = []
    const seeds = [1, 1, 2]
    for (const seed of seeds) {
      const first = await bench.open().submit(bench.request({ ...plain, seed }), sampleCall())
      ids.push(first.state === 'pending' && first.handle.promptId)
    }
    expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect([ids[1] === ids[0], ids[2] === ids[0]]).toEqual([true, false])
  })

  test.each([
    [{ ...plain, width: 500 }, '500x768'],
    [{ ...plain, references: [source] }, 'no reference pictures'],
    [{ ...plain, outputFormat: 'webp' as const }, 'webp'],
    [{ ...plain, options: { '3.no': 1 } }, 'no option “3.no”'],
    [{ ...plain, options: { '6.text': 'x' } }, 'no option “6.text”'],
    [{ model: 'poster', prompt: 'p', width: 512, height: 512 }, '512x512'],
    [{ model: 'poster', prompt: 'p', seed: 1 }, 'no seed'],
    [{ model: 'poster', prompt: 'p', negativePrompt: 'x' }, 'no negative prompt'],
    [{ model: 'larger', operation: 'upscale' as const, prompt: '', source, scale: 2 }, 'enlarges 4 times'],
    [{ model: 'larger', prompt: 'p' }, 'no generate'],
  ])('%o is refused before anything is sent', async (parts, said) => {
    const error = await bench.failure(bench.make(parts))
    expect([error.code, error.message, bench.sent.length]).toEqual(['unsupported', expect.stringContaining(said), 0])
  })
})

test.each([
  [{ workflow: { nodes: [] }, nodes: { prompt: '2' } }, 'Export (API)'],
  [{ workflow: { 2: words }, nodes: { prompt: '9' } }, 'no node or input 9'],
  [{ workflow: { 2: words }, nodes: { prompt: '2.words' } }, 'no node or input 2.words'],
  [{ workflow: { 2: words }, nodes: { prompt: '2', output: '3' } }, 'no node 3'],
  [{ workflow: { 2: words }, nodes: {} }, 'it needs a place'],
  [{ workflow: { 2: words }, nodes: { prompt: '2' }, operation: 'edit' }, 'to edit, it needs a place'],
])('a mapping that does not fit its workflow is not stored: %o', (one, said) => {
  const parsed = comfyui.settings.safeParse({ workflows: { mine: one } })
  expect(parsed.success ? '' : parsed.error.message).toContain(said)
})

describe('what comes back', () => {
  test('a node that fails, nothing saved, and a picture that is gone are bad-response with the reason', async () => {
    bench.fake().script('p', { kind: 'error-in-200' }, { kind: 'no-data' }, { kind: 'url', wrong: 'expired' })
    const errors = []
    for (let time = 0; time < 3; time++) errors.push(await bench.failure(bench.make(plain)))
    expect(errors.map(({ code }) => code)).toEqual(['bad-response', 'bad-response', 'bad-response'])
    const said = ['KSampler (node 3): “Allocation on device”', 'without a saved picture', 'gone']
    for (const [index, part] of said.entries()) expect(errors[index]?.message).toContain(part)
  })

  test('a workflow that the server refuses: invalid-input with the node', async () => {
    const body = {
      error: { type: 'prompt_outputs_failed_validation', message: 'Prompt outputs failed validation', details: '' },
      node_errors: {
        4: {
          class_type: 'CheckpointLoaderSimple',
          errors: [{ message: 'Value not in list', details: "ckpt_name: 'x' not in []" }],
        },
      },
    }
    bench.fake().script('p', { kind: 'status', status: 400, body })
    const error = await bench.failure(bench.make(plain))
    expect([error.code, error.message]).toEqual([
      'invalid-input',
      expect.stringContaining('CheckpointLoaderSimple (node 4): Value not in list'),
    ])
  })

  test('an older run of the same request is not found in its place; the one that runs is', async () => {
    await bench.make(plain)
    const session = bench.open()
    expect(await session.find?.(bench.request(plain), Date.now() + 1_000, sampleCall())).toBeNull()
    expect(await session.find?.(bench.request(plain), Date.now() - 60_000, sampleCall())).toMatchObject({
      state: 'pending',
    })
  })
})

describe('a server that answers as it is told', () => {
  const id = '0f6a3f0e-0000-4000-8000-000000000001'
  const handle = { promptId: id, output: '9', seed: '' }
  const asked: string[] = []
  const open = (answers: Readonly<Record<string, unknown>>) => {
    asked.length = 0
    const fetch: Parameters<typeof comfyui.open>[1]['fetch'] = async (
      url,
      { method, body },
    ): Promise<ProviderReply> => {
      const { pathname, search } = new URL(url)
      asked.push(`${method} ${pathname}${search} ${typeof body === 'string' ? body : ''}`.trim())
      const answer = answers[pathname]
      const bytes = Buffer.from(JSON.stringify(answer ?? { error: 'none' }))
      return { status: answer === undefined ? 404 : 200, headers: {}, bytes }
    }
    return comfyui.open({}, { fetch, stream: noStream, now: () => 0, key: () => null })
  }
  const queueWith = (...names: string[]) => {
    const item = [1, id, {}, {}, []]
    return {
      queue_running: names.includes('running') ? [item] : [],
      queue_pending: names.includes('pending') ? [item] : [],
    }
  }

  test('started again, it has forgotten the picture', async () => {
    const polled = open({ '/queue': queueWith(), [`/history/${id}`]: {} }).poll?.(handle, sampleCall())
    const error = await bench.failure(polled ?? Promise.resolve())
    expect([error.code, error.billed, error.message]).toEqual(['bad-response', false, expect.stringContaining('Retry')])
  })

  test('without a jobs API a waiting one is deleted, and only a running one is interrupted, by its id', async () => {
    await open({ '/queue': queueWith('pending') }).cancel?.(handle, sampleCall())
    expect(asked.at(-1)).toBe(`POST /queue {"delete":["${id}"]}`)
    await open({ '/queue': queueWith('running'), '/interrupt': {} }).cancel?.(handle, sampleCall())
    expect(asked.at(-1)).toBe(`POST /interrupt {"prompt_id":"${id}"}`)
    await open({ '/queue': queueWith(), [`/history/${id}`]: {} }).cancel?.(handle, sampleCall())
    expect(asked.at(-1)).toBe(`GET /history/${id}`)
  })

  test('a waiting one that was stopped is canceled, not lost', async () => {
    const session = open({
      [`/api/jobs/${id}/cancel`]: { cancelled: true },
      '/queue': queueWith(),
      [`/history/${id}`]: {},
    })
    await session.cancel?.(handle, sampleCall())
    const error = await bench.failure(session.poll?.(handle, sampleCall()) ?? Promise.resolve())
    expect(error.code).toBe('canceled')
  })

  test.each([
    [{ filename: '../secret.png', subfolder: '', type: 'output' }],
    [{ filename: 'a.png', subfolder: '../..', type: 'output' }],
    [{ filename: 'a.png', subfolder: '', type: 'temp' }],
  ])('%o is not fetched', async (image) => {
    const ended = {
      outputs: { 9: { images: [image] } },
      status: { status_str: 'success', completed: true, messages: [] },
    }
    const session = open({ '/queue': queueWith(), [`/history/${id}`]: { [id]: ended } })
    const error = await bench.failure(session.poll?.(handle, sampleCall()) ?? Promise.resolve())
    expect([error.code, asked.some((one) => one.includes('/view'))]).toEqual(['bad-response', false])
  })
})

test('workflows and checkpoints, read live; free of charge', async () => {
  const account = await bench.open().check?.(sampleCall())
  expect(account?.models).toEqual(['poster', 'larger', 'sdxl.safetensors'])
  const models = await bench.open({ draftSize: '640x640' }).catalogue?.(sampleCall())
  expect(models?.at(-1)).toMatchObject({ draftSize: { width: 640, height: 640 }, price: { perImageMicros: 0 } })
})
