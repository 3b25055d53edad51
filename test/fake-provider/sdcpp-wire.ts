import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { fromDataUri, openRemoteJobs, type RemoteJob, readJson, sha256Of } from './remote-jobs.ts'
import { type Answer, jsonAnswer, sendAnswer } from './replies.ts'
import type { FakeRequest, World } from './world.ts'

const fields = z.looseObject({
  prompt: z.string(),
  seed: z.int(),
  width: z.int().min(64).default(512),
  height: z.int().min(64).default(512),
  init_image: z.string().optional(),
  ref_images: z.array(z.string()).default([]),
  output_format: z.enum(['png', 'jpeg', 'webp']),
})

export interface SdcppFake {
  answer(request: IncomingMessage, response: ServerResponse, path: string): Promise<void>
}

function wantedFrom(body: unknown): FakeRequest | null {
  const parsed = fields.safeParse(body)
  if (!parsed.success) return null
  const { prompt, seed, width, height, output_format: format, init_image: start, ref_images: others } = parsed.data
  const pictures = start === undefined ? others : [start, ...others]
  const inputs = pictures.map((text) => sha256Of(fromDataUri(text)))
  return { prompt, seed: seed < 0 ? null : seed, width, height, count: 1, format, model: 'tiny-sd', inputs }
}

const statusNames = { pending: 'generating', done: 'completed', canceled: 'cancelled' } as const

/** sd-server under /sdcpp, as examples/server/api.md of stable-diffusion.cpp has it (2026-11). */
export function openSdcpp(world: World): SdcppFake {
  const jobs = openRemoteJobs(world, (n) => `job_${n}`)

  const view = (job: RemoteJob): object => {
    const status = job.state === 'failed' || job.state === 'refused' ? 'failed' : statusNames[job.state]
    const images = job.made.map(({ bytes }, index) => ({ index, b64_json: bytes.toString('base64') }))
    return {
      id: job.id,
      kind: 'img_gen',
      status,
      created: Math.floor(job.createdMs / 1000),
      started: null,
      completed: null,
      queue_position: 0,
      result: status === 'completed' ? { output_format: job.wanted.format, images } : null,
      error: status === 'failed' ? { code: 'generation_failed', message: 'out of memory' } : null,
    }
  }

  function cancel(job: RemoteJob): Answer {
    if (job.state !== 'pending') return jsonAnswer(409, { error: 'job already finished' })
    job.state = 'canceled'
    return jsonAnswer(200, view(job))
  }

  return {
    answer: async (request, response, path) => {
      if (world.key !== null && request.headers.authorization !== `Bearer ${world.key}`) {
        return sendAnswer(response, jsonAnswer(401, { error: 'unauthorized' }), null)
      }
      if (path === '/sdcpp/sdcpp/v1/capabilities') {
        const model = { name: 'tiny-sd.gguf', stem: 'tiny-sd', path: '/models/tiny-sd.gguf' }
        return sendAnswer(response, jsonAnswer(200, { model, supported_modes: ['img_gen'] }), null)
      }
      const [, id = '', tool] = /^\/sdcpp\/sdcpp\/v1\/jobs\/(\w+)(\/cancel)?$/.exec(path) ?? []
      if (id !== '') {
        const job = jobs.find(id)
        if (!job) return sendAnswer(response, jsonAnswer(410, { error: 'job expired' }), null)
        return sendAnswer(response, tool ? cancel(job) : jsonAnswer(200, view(job)), null)
      }
      const input = await readJson(request)
      const wanted = path.endsWith('/img_gen') ? wantedFrom(input) : null
      if (!wanted) return sendAnswer(response, jsonAnswer(400, { error: 'invalid request' }), null)
      const job = await jobs.accept(response, { target: path, input, wanted })
      if (!job) return
      const { id: newId } = job
      const body = { id: newId, kind: 'img_gen', status: 'queued', created: 1, poll_url: `/sdcpp/v1/jobs/${newId}` }
      return sendAnswer(response, jsonAnswer(202, body), job.fault)
    },
  }
}
