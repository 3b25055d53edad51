import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { openRemoteJobs, pngSize, type RemoteJob, readForm, readJson, sha256Of } from './remote-jobs.ts'
import { type Answer, jsonAnswer, sendAnswer } from './replies.ts'
import type { FakeRequest, World } from './world.ts'

const graph = z.record(z.string(), z.object({ class_type: z.string(), inputs: z.record(z.string(), z.unknown()) }))
const submitted = z.object({ prompt: graph, prompt_id: z.uuid().optional() })

export interface ComfyUiFake {
  answer(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void>
}

/** What the nodes of a graph ask for, whatever their numbers are. */
function wantedFrom(nodes: z.infer<typeof graph>, uploads: ReadonlyMap<string, Buffer>): FakeRequest | null {
  const inputsOf = (type: RegExp): Record<string, unknown> =>
    Object.values(nodes).find(({ class_type: name }) => type.test(name))?.inputs ?? {}
  const sampler = inputsOf(/^KSampler/)
  const positive = Array.isArray(sampler.positive) ? nodes[String(sampler.positive[0])]?.inputs.text : ''
  const source = uploads.get(String(inputsOf(/^LoadImage$/).image))
  const latent = inputsOf(/^EmptyLatentImage$/)
  const size = source ? pngSize(source) : { width: Number(latent.width), height: Number(latent.height) }
  if (!Object.values(nodes).some(({ class_type: name }) => name === 'SaveImage')) return null
  return {
    prompt: String(positive),
    seed: typeof sampler.seed === 'number' ? sampler.seed : null,
    ...size,
    count: 1,
    format: 'png',
    model: String(inputsOf(/^CheckpointLoaderSimple$/).ckpt_name ?? ''),
    inputs: source ? [sha256Of(source)] : [],
  }
}

/** ComfyUI under /comfyui, as server.py and execution.py of its source have it (2026-11). Everything it knows is in memory. */
export function openComfyUi(world: World): ComfyUiFake {
  const jobs = openRemoteJobs(world, (n) => `run-${n}`)
  const uploads = new Map<string, Buffer>()
  /** The newest run of each prompt id: the same id twice is not one run. */
  const runs = new Map<string, RemoteJob>()
  const saverOf = (job: RemoteJob): string =>
    Object.entries(graph.parse(job.input)).find(([, node]) => node.class_type === 'SaveImage')?.[0] ?? ''

  function historyOf(id: string): Answer {
    const job = runs.get(id)
    if (!job || job.state === 'pending') return jsonAnswer(200, {})
    const at = { prompt_id: id, timestamp: job.createdMs }
    const last: Record<string, [string, object]> = {
      done: ['execution_success', at],
      canceled: ['execution_interrupted', { ...at, node_id: '3', node_type: 'KSampler', executed: [] }],
    }
    const crash = { ...at, node_id: '3', node_type: 'KSampler', exception_message: 'Allocation on device' }
    const isDone = job.state === 'done'
    const images = job.made.map((_, index) => ({ filename: `${job.id}_${index}_.png`, subfolder: '', type: 'output' }))
    const status = {
      status_str: isDone ? 'success' : 'error',
      completed: isDone,
      messages: [['execution_start', at], last[job.state] ?? ['execution_error', crash]],
    }
    return jsonAnswer(200, { [id]: { prompt: [], outputs: { [saverOf(job)]: { images } }, status, meta: {} } })
  }

  function view(query: URLSearchParams): Answer {
    const [, id, index] = /^(run-\d+)_(\d+)_\.png$/.exec(query.get('filename') ?? '') ?? []
    const job = jobs.find(id ?? '')
    const made = job?.made[Number(index)]
    if (!made || (job?.fault?.kind === 'url' && job.fault.wrong === 'expired')) return jsonAnswer(404, {})
    return { status: 200, headers: { 'content-type': 'image/png' }, body: made.bytes }
  }

  function cancel(id: string): Answer {
    const job = runs.get(id)
    const isPending = job?.state === 'pending'
    if (job && isPending) job.state = 'canceled'
    return jsonAnswer(200, { cancelled: isPending })
  }

  async function submit(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parsed = submitted.safeParse(await readJson(request))
    const wanted = parsed.success ? wantedFrom(parsed.data.prompt, uploads) : null
    if (!parsed.success || !wanted) {
      const error = { type: 'prompt_no_outputs', message: 'Prompt has no outputs', details: '', extra_info: {} }
      return sendAnswer(response, jsonAnswer(400, { error, node_errors: {} }), null)
    }
    const id = parsed.data.prompt_id ?? '00000000-0000-4000-8000-000000000001'
    const job = await jobs.accept(response, { target: id, input: parsed.data.prompt, wanted })
    if (!job) return
    runs.set(id, job)
    return sendAnswer(response, jsonAnswer(200, { prompt_id: id, number: 1, node_errors: {} }), job.fault)
  }

  return {
    answer: async (request, response, url) => {
      const isGood = world.key === null || request.headers.authorization === `Bearer ${world.key}`
      if (!isGood) return sendAnswer(response, jsonAnswer(401, { error: 'Unauthorized' }), null)
      const path = url.pathname.replace('/comfyui', '')
      const [, one] = /^\/(?:history|api\/jobs)\/([\w-]+)(?:\/cancel)?$/.exec(path) ?? []
      if (path === '/prompt') return submit(request, response)
      if (path === '/upload/image') {
        const { files } = await readForm(request)
        const [file] = files
        const name = `proofsheet-${sha256Of(file ?? Buffer.alloc(0)).slice(0, 40)}.png`
        if (file) uploads.set(name, file)
        return sendAnswer(response, jsonAnswer(file ? 200 : 400, { name, subfolder: '', type: 'input' }), null)
      }
      if (path === '/queue') {
        const waiting = [...runs].filter(([, job]) => job.state === 'pending')
        const items = waiting.map(([id, job]) => [1, id, job.input, { create_time: job.createdMs }, []])
        return sendAnswer(response, jsonAnswer(200, { queue_running: items, queue_pending: [] }), null)
      }
      if (one !== undefined) {
        return sendAnswer(response, path.endsWith('/cancel') ? cancel(one) : historyOf(one), null)
      }
      if (path === '/view') return sendAnswer(response, view(url.searchParams), null)
      if (path === '/system_stats') return sendAnswer(response, jsonAnswer(200, { system: {}, devices: [] }), null)
      const checkpoints = path === '/models/checkpoints' ? jsonAnswer(200, ['sdxl.safetensors']) : jsonAnswer(404, {})
      return sendAnswer(response, checkpoints, null)
    },
  }
}
