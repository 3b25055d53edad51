import { z } from 'zod'
import type { HttpSession } from '#engine/providers/http-session.ts'
import { pictureIn } from '#engine/providers/picture-input.ts'
import type { Output, Progress, ProviderReply } from '#engine/providers/provider.ts'
import type { GeminiEntry } from './models.ts'
import { costOf, type Usage } from './price.ts'

const text = z.string().nullish().catch(null)
const count = z.int().nonnegative().nullish().catch(null)
const byModality = z
  .array(z.object({ modality: text, tokenCount: count }))
  .nullish()
  .catch(null)
const part = z.object({
  text,
  thought: z.boolean().nullish().catch(null),
  inlineData: z.object({ data: z.string() }).nullish().catch(null),
})
const candidate = z.object({
  content: z
    .object({ parts: z.array(part).nullish() })
    .nullish()
    .catch(null),
  finishReason: text,
  finishMessage: text,
})
const usage = z.object({
  promptTokenCount: count,
  candidatesTokenCount: count,
  thoughtsTokenCount: count,
  candidatesTokensDetails: byModality,
})
const content = z.object({
  candidates: z.array(candidate).nullish(),
  promptFeedback: z.object({ blockReason: text, blockReasonMessage: text }).nullish().catch(null),
  usageMetadata: usage.nullish().catch(null),
  error: z.object({ message: text }).nullish().catch(null),
})
const prediction = z.object({ bytesBase64Encoded: text, raiFilteredReason: text })
const predictions = z.object({ predictions: z.array(prediction).nullish() })

/** Ends that mean a refusal (discovery document of 2026-08-22). NO_IMAGE, IMAGE_OTHER and OTHER are not: it failed. */
const refusedEnds =
  /^(SAFETY|PROHIBITED_CONTENT|IMAGE_SAFETY|IMAGE_PROHIBITED_CONTENT|IMAGE_RECITATION|RECITATION|BLOCKLIST|SPII)$/

/** Reads a 2xx, in which Google refuses as well. Without a usable picture it throws `content-policy` or `bad-response`. */
export function progressFrom(reply: ProviderReply, http: HttpSession, entry: GeminiEntry): Progress {
  return entry.wire.shape === 'predict' ? fromPredictions(reply, http) : fromContent(reply, http, entry)
}

function fromContent(reply: ProviderReply, http: HttpSession, entry: GeminiEntry): Progress {
  const said = http.read(content, reply)
  const candidates = said.candidates ?? []
  // What a model draws while it thinks is marked as a thought; of the rest the last is the one that it means.
  const parts = candidates.flatMap((one) => one.content?.parts ?? []).filter((one) => !one.thought)
  const outputs = parts.flatMap(({ inlineData }): Output[] => {
    const bytes = pictureIn(reply, inlineData?.data ?? '')
    return bytes.length > 0 ? [{ kind: 'bytes', bytes, seed: null }] : []
  })
  const tokens = said.usageMetadata ? usageFrom(said.usageMetadata) : null
  if (outputs.length > 0) return { state: 'done', outputs: outputs.reverse(), settled: costOf(entry, tokens) }

  // Where nothing came out nothing but the words of the prompt counted, less than a hundredth of a cent.
  const billed = tokens && tokens.pictures + tokens.out === 0 ? false : null
  const { promptFeedback } = said
  if (promptFeedback?.blockReason) {
    throw http.refusal(promptFeedback.blockReasonMessage ?? promptFeedback.blockReason, reply, billed)
  }
  const refused = candidates.find(({ finishReason }) => refusedEnds.test(finishReason ?? ''))
  if (refused) throw http.refusal(refused.finishMessage ?? refused.finishReason ?? '', reply, billed)
  if (said.error) throw http.unusable('reported an error in its answer', said.error.message ?? '', reply)
  const words = parts.map((one) => one.text ?? '').join(' ')
  const [end] = candidates.map((one) => one.finishMessage ?? one.finishReason)
  throw http.unusable('sent an answer without a picture', words.trim() || (end ?? ''), reply)
}

/** Without details by kind, all that came out counts as pictures. */
function usageFrom(said: z.infer<typeof usage>): Usage {
  const out = said.candidatesTokenCount ?? 0
  const ofPictures = said.candidatesTokensDetails?.filter(({ modality }) => modality === 'IMAGE')
  const pictures = ofPictures ? ofPictures.reduce((sum, { tokenCount }) => sum + (tokenCount ?? 0), 0) : out
  const words = Math.max(0, out - pictures)
  return { into: said.promptTokenCount ?? 0, pictures, out: words + (said.thoughtsTokenCount ?? 0) }
}

function fromPredictions(reply: ProviderReply, http: HttpSession): Progress {
  const said = http.read(predictions, reply).predictions ?? []
  const outputs = said.flatMap(({ bytesBase64Encoded }): Output[] => {
    const bytes = pictureIn(reply, bytesBase64Encoded ?? '')
    return bytes.length > 0 ? [{ kind: 'bytes', bytes, seed: null }] : []
  })
  if (outputs.length > 0) return { state: 'done', outputs, settled: null }
  const reason = said.find(({ raiFilteredReason }) => raiFilteredReason)?.raiFilteredReason
  // Imagen's own way to refuse: an answer without predictions, or with the reason in the place of the picture.
  throw reason || said.length === 0
    ? http.refusal(reason ?? 'no picture was given', reply, null)
    : http.unusable('sent an answer without a picture', '', reply)
}
