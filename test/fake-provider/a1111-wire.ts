import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { fromDataUri, pngSize, readJson, sha256Of } from './remote-jobs.ts'
import { jsonAnswer, sendAnswer } from './replies.ts'
import { answerSync } from './sync-wire.ts'
import type { FakeRequest, World } from './world.ts'

const fields = z.looseObject({
  prompt: z.string().default(''),
  seed: z.int().nullable().default(-1),
  width: z.int().min(64).default(512),
  height: z.int().min(64).default(512),
  init_images: z.array(z.string()).default([]),
  override_settings: z.object({ sd_model_checkpoint: z.string().default('') }).default({ sd_model_checkpoint: '' }),
})
const extras = z.looseObject({ image: z.string().min(1), upscaling_resize: z.number(), upscaler_1: z.string() })

const titles = ['photon_v1.safetensors [ec41bd2a82]', 'xl/dream.safetensors [31e35c80fc]']

function wantedFrom(tool: string, body: unknown): FakeRequest | null {
  const plain = { count: 1, format: 'png' } as const
  if (tool === 'extra-single-image') {
    const parsed = extras.safeParse(body)
    if (!parsed.success) return null
    const source = fromDataUri(parsed.data.image)
    const { width, height } = pngSize(source)
    const times = parsed.data.upscaling_resize
    const inputs = [sha256Of(source)]
    const size = { width: Math.round(width * times), height: Math.round(height * times) }
    return { ...plain, ...size, prompt: '', seed: null, model: parsed.data.upscaler_1, inputs }
  }
  const parsed = fields.safeParse(body)
  if (!parsed.success || (tool === 'img2img') !== parsed.data.init_images.length > 0) return null
  const { prompt, seed, width, height, init_images: pictures } = parsed.data
  const model = parsed.data.override_settings.sd_model_checkpoint
  const inputs = pictures.map((text) => sha256Of(fromDataUri(text)))
  return { ...plain, prompt, seed: seed === -1 ? null : seed, width, height, model, inputs }
}

/** The checkpoint that is used: an unknown one is left out without a word. */
const usedFor = (asked: string): string => titles.find((title) => title.includes(asked)) ?? titles[0] ?? ''

/** AUTOMATIC1111 under /a1111, as modules/api of its source has it (2026-11). */
export async function answerA1111(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): Promise<void> {
  const given = request.headers.authorization
  const basic = `Basic ${Buffer.from(world.key ?? '').toString('base64')}`
  const isGood = world.key === null || given === `Bearer ${world.key}` || given === basic
  const wrongKey = isGood ? null : jsonAnswer(401, { detail: 'Incorrect username or password' })
  const tool = /^\/a1111\/sdapi\/v1\/(txt2img|img2img|extra-single-image)$/.exec(path)?.[1]
  if (!tool) {
    const lists: Record<string, unknown> = {
      '/a1111/sdapi/v1/sd-models': titles.map((title) => ({ title, model_name: title, filename: title })),
      '/a1111/sdapi/v1/upscalers': ['None', 'R-ESRGAN 4x+'].map((name) => ({ name, scale: 4 })),
    }
    const list = lists[path]
    const other = list ? jsonAnswer(200, list) : jsonAnswer(404, { detail: 'Not Found' })
    return sendAnswer(response, wrongKey ?? other, null)
  }
  const wanted = wantedFrom(tool, await readJson(request))
  if (!wanted) {
    const detail = [{ loc: ['body', 'width'], msg: 'value is not a valid integer', type: 'type_error.integer' }]
    return sendAnswer(response, wrongKey ?? jsonAnswer(422, { detail }), null)
  }
  return answerSync(world, response, wanted, {
    wrongKey,
    refused: jsonAnswer(400, { detail: 'it refuses nothing' }),
    microsEach: 0,
    whole: (made, fault) => {
      const images = fault?.kind === 'error-in-200' ? [] : made.map(({ bytes }) => bytes.toString('base64'))
      if (tool === 'extra-single-image') return { html_info: '', image: images[0] ?? '' }
      const used = usedFor(wanted.model)
      const seed = wanted.seed ?? 1234
      const name = used.replace(/\.safetensors.*$/, '').replace(/^.*\//, '')
      const info = { seed, all_seeds: [seed], sd_model_name: name, sd_model_hash: /\[(\w+)\]/.exec(used)?.[1] }
      return { images, parameters: {}, info: JSON.stringify(info) }
    },
  })
}
