import { describe, expect, test } from 'vitest'
import { comfyui } from '#engine/providers/comfyui/comfyui.ts'
import type { ProviderFetch } from '#engine/providers/provider.ts'
import { noStream, sampleCall, sampleRequest } from './sample-request.ts'
import { openSpec, recordRequest, type SentRequest } from './spec-check.ts'

const spec = openSpec('comfyui.hand.json')
const inputs = { picture: Buffer.from('\u0089PNG', 'latin1') }
const request = { model: 'sdxl.safetensors', width: 512, height: 512, seed: 7, negativePrompt: 'blur' } as const
const source = { sha256: 'picture', width: 64, height: 64 }
const id = '0f6a3f0e-0000-4000-8000-000000000001'
const handle = { promptId: id, output: '', seed: '' }
const workflows = {
  edit: {
    workflow: {
      1: { class_type: 'LoadImage', inputs: { image: '' } },
      2: { class_type: 'SaveImage', inputs: { images: ['1', 0] } },
    },
    nodes: { image: '1' },
    operation: 'edit',
  },
}

/** Everything that is sent while a picture is looked up, polled and canceled. */
async function sentWhileFollowing(): Promise<SentRequest[]> {
  const sent: SentRequest[] = []
  const images = [{ filename: 'a.png', subfolder: 'b', type: 'output' }]
  const ended = { outputs: { 9: { images } }, status: { status_str: 'success', completed: true, messages: [] } }
  const answers: Record<string, unknown> = {
    '/queue': { queue_running: [], queue_pending: [] },
    [`/history/${id}`]: { [id]: ended },
    '/view': {},
    '/system_stats': { system: {} },
    '/upload/image': { name: 'proofsheet-picture.png', subfolder: '', type: 'input' },
    '/prompt': { prompt_id: id },
    [`/api/jobs/${id}/cancel`]: { cancelled: true },
  }
  const fetch: ProviderFetch = async (url, { method, body }) => {
    const { pathname, search } = new URL(url)
    const isNamed = pathname !== '/models/checkpoints'
    if (isNamed)
      sent.push({
        method: method ?? 'GET',
        path: pathname + search,
        body: typeof body === 'string' ? JSON.parse(body) : body,
      })
    const answer = answers[pathname]
    return {
      status: answer === undefined ? 404 : 200,
      headers: {},
      bytes: Buffer.from(JSON.stringify(answer ?? {})),
    }
  }
  const session = comfyui.open({ workflows }, { fetch, stream: noStream, now: () => 0, key: () => null })
  await session.poll?.(handle, sampleCall())
  await session.cancel?.(handle, sampleCall())
  await session.check?.(sampleCall())
  const edit = sampleRequest({ model: 'edit', operation: 'edit', prompt: '', source, width: null, height: null })
  await session.submit(edit, sampleCall(inputs))
  return sent
}

describe.skipIf(spec === null)('what goes to ComfyUI is what its document says', () => {
  test('a prompt, and the check of it is alive', async () => {
    const { sent } = await recordRequest(comfyui, {}, request)
    const [good] = sent
    expect([sent.length, sent.flatMap((one) => spec?.problems(one))]).toEqual([1, []])
    if (!good || typeof good.body !== 'object') throw new Error('nothing was sent')
    expect(spec?.problems({ ...good, body: { ...good.body, prompt_id: 'NO-UUID' } })).not.toEqual([])
    expect(spec?.problems({ ...good, body: { ...good.body, prompt: { 1: { inputs: {} } } } })).not.toEqual([])
    expect(spec?.problems({ ...good, body: { ...good.body, no_such_field: 1 } })).toEqual([
      'no_such_field is no field of it',
    ])
  })

  test('polling, fetching, canceling, storing a picture', async () => {
    const sent = await sentWhileFollowing()
    expect(new Set(sent.map(({ path }) => path.split('?')[0]))).toEqual(
      new Set([
        '/queue',
        `/history/${id}`,
        '/view',
        `/api/jobs/${id}/cancel`,
        '/system_stats',
        '/upload/image',
        '/prompt',
      ]),
    )
    expect(sent.map((one) => [one.path, spec?.problems(one)])).toEqual(sent.map(({ path }) => [path, []]))
    expect(spec?.problems({ method: 'GET', path: '/view?name=a.png', body: undefined })).not.toEqual([])
    expect(spec?.problems({ method: 'DELETE', path: '/queue', body: undefined })).not.toEqual([])
    const form = new FormData()
    form.append('picture', new File(['x'], 'x.png'))
    expect(spec?.problems({ method: 'POST', path: '/upload/image', body: form })).not.toEqual([])
  })

  test('the two ways of older servers to cancel', () => {
    const post = (path: string, body: unknown) => spec?.problems({ method: 'POST', path, body })
    expect([post('/queue', { delete: [id] }), post('/interrupt', { prompt_id: id })]).toEqual([[], []])
    expect([post('/queue', { delete: id }), post('/interrupt', { prompt_id: 1 })]).not.toEqual([[], []])
  })
})
