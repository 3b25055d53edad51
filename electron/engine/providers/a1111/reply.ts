import { z } from 'zod'
import { parseJson, complaintOf as usualComplaintOf, withReply } from '#engine/network/network.ts'
import type { Complaint, HttpSession } from '#engine/providers/http-session.ts'
import { bytesOfDataUri, pictureType } from '#engine/providers/picture-input.ts'
import type { Output, Progress, ProviderReply } from '#engine/providers/provider.ts'
import { AppError } from '#shared/errors.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'
import { upscalerOf } from './models.ts'

const fromPydantic = z.object({ detail: z.array(z.object({ loc: z.array(z.unknown()), msg: z.string() })).min(1) })
const serverError = z.object({ error: z.string(), errors: z.string().catch('') })

/** `{detail}`, pydantic's list of what is wrong, or `{error, detail, errors}` with the name of an exception. */
export function complaintOf(reply: ProviderReply): Complaint {
  const json = parseJson(reply.bytes)
  const wrong = fromPydantic.safeParse(json)
  if (wrong.success) {
    return { message: wrong.data.detail.map(({ loc, msg }) => `${loc.slice(1).join('.')}: ${msg}`).join('; ') }
  }
  const failed = serverError.safeParse(json)
  if (failed.success && /OutOfMemory/i.test(`${failed.data.error} ${failed.data.errors}`)) {
    const sentence = 'ran out of graphics memory. Ask for a smaller size.'
    return { message: failed.data.errors || null, meaning: { code: 'invalid-input', sentence } }
  }
  if (failed.success) return { message: failed.data.errors || failed.data.error }
  const { message } = usualComplaintOf(reply)
  if (reply.status !== 404 || message !== 'Not Found') return { message }
  const sentence = 'has no API at this address. Start the server with --api, and check the base URL.'
  return { message: null, meaning: { code: 'not-found', sentence } }
}

const made = z.object({
  images: z.array(z.string()).nullish(),
  image: z.string().nullish(),
  info: z.string().nullish(),
})
const about = z.object({
  all_seeds: z.array(z.int()).nullish().catch(null),
  sd_model_name: z.string().nullish().catch(null),
  sd_model_hash: z.string().nullish().catch(null),
})

/** `folder/name.safetensors [hash]` -> `name`. */
const stemOf = (title: string): string =>
  title
    .replace(/\s*\[\w+\]$/, '')
    .replace(/\.(safetensors|ckpt|gguf)$/i, '')
    .replace(/^.*[\\/]/, '')
    .toLowerCase()

/**
 * A checkpoint that the server does not have is left out without a word, and the one that is loaded is used
 * (modules/processing.py, 2026-11); the answer says which.
 */
function isOtherCheckpoint(
  asked: string,
  { sd_model_name: name, sd_model_hash: hash }: z.infer<typeof about>,
): boolean {
  if (!name || (hash && asked.includes(hash))) return false
  return !name.toLowerCase().includes(stemOf(asked))
}

/** The format is a setting of the server, which a request cannot change. */
const otherFormat = (reply: ProviderReply): AppError =>
  new AppError('bad-response', 'The server gave another format than png. Choose png in its settings, Saving images.', {
    billed: false,
    cause: withReply(reply),
  })

export function progressFrom(reply: ProviderReply, http: HttpSession, request: GenerationRequest): Progress {
  const { images, image, info } = http.read(made, reply, false)
  const said = about.safeParse(parseJson(Buffer.from(info ?? '')))
  const facts = said.success ? said.data : {}
  if (upscalerOf(request.model) === null && isOtherCheckpoint(request.model, facts)) {
    const sentence = `The server has no checkpoint “${request.model}”: it used ${facts.sd_model_name}. Test the connection to see which there are.`
    throw new AppError('not-found', sentence, { billed: false, cause: withReply(reply) })
  }
  const outputs = [...(images ?? []), ...(image ? [image] : [])].flatMap((text, index): Output[] => {
    const bytes = bytesOfDataUri(text) ?? Buffer.from(text, 'base64')
    if (request.outputFormat === 'png' && pictureType(bytes) !== 'png') throw otherFormat(reply)
    return bytes.length > 0 ? [{ kind: 'bytes', bytes, seed: facts.all_seeds?.[index] ?? request.seed }] : []
  })
  if (outputs.length > 0) return { state: 'done', outputs, settled: null }
  throw new AppError('bad-response', 'The server sent an answer without a picture. Look at its own log, then retry.', {
    billed: false,
    cause: withReply(reply),
  })
}
