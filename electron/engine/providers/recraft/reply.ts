import { z } from 'zod'
import { parseJson, withReply } from '#engine/network/network.ts'
import type { Complaint, HttpSession } from '#engine/providers/http-session.ts'
import type { Output, Progress, ProviderReply } from '#engine/providers/provider.ts'
import { AppError } from '#shared/errors.ts'
import type { Settings } from './settings.ts'

const errorBody = z.object({ code: z.string().catch(''), message: z.string().catch('') })

/** `{code, message}`, as observed; its API document declares no errors, so what a refusal looks like is a setting. */
export function complaintOf(reply: ProviderReply, of: Pick<Settings, 'refusalCodes'>): Complaint {
  const parsed = errorBody.safeParse(parseJson(reply.bytes))
  if (!parsed.success) return { message: null }
  const { code, message } = parsed.data
  const words = of.refusalCodes.split(',').map((word) => word.trim().toLowerCase())
  const isRefused = words.some((word) => word !== '' && code.toLowerCase().includes(word))
  const isRefusal = isRefused && [400, 403, 422].includes(reply.status)
  return { message: message || code || null, ...(isRefusal ? { refusal: { billed: false } } : {}) }
}

const picture = z.object({
  b64_json: z.string().nullish().catch(null),
  url: z.string().nullish().catch(null),
})
const made = z.object({
  data: z.array(picture).nullish(),
  image: picture.nullish(),
  credits: z.number().nonnegative().nullish().catch(null),
})

/** A thousand credits are one US dollar (its price page, 2026-11). */
const microsPerCredit = 1_000

export function progressFrom(reply: ProviderReply, http: HttpSession, seed: number | null): Progress {
  const { data, image, credits } = http.read(made, reply)
  const outputs = [...(data ?? []), ...(image ? [image] : [])].flatMap(({ b64_json: inline, url }): Output[] => {
    const bytes = Buffer.from(inline ?? '', 'base64')
    if (bytes.length > 0) return [{ kind: 'bytes', bytes, seed }]
    return url ? [{ kind: 'url', url, seed }] : []
  })
  const settled = typeof credits === 'number' ? { micros: Math.ceil(credits * microsPerCredit), currency: 'USD' } : null
  if (outputs.length > 0) return { state: 'done', outputs, settled }
  const sentence = 'Recraft sent an answer without a picture. It may have been charged; look at the saved answer.'
  throw new AppError('bad-response', sentence, { billed: true, cause: withReply(reply) })
}
