import type { Progress, Provider, ProviderFetch, ProviderFetchOptions } from '#engine/providers/provider.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'
import { inputs } from './hosted-session.ts'
import { noStream, sampleCall, sampleRequest } from './sample-request.ts'

export interface Canned {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: unknown
}

export interface SentByProvider {
  readonly url: string
  readonly options: ProviderFetchOptions
}

/** A provider without a network, for answers that no fake gives: every request gets this one. */
export function openCanned(provider: Provider, settings: Record<string, unknown>, reply: Canned, nowMs = 0) {
  const sent: SentByProvider[] = []
  const bytes = Buffer.from(typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body))
  const fetch: ProviderFetch = async (url, options) => {
    sent.push({ url, options })
    return { status: reply.status, headers: reply.headers ?? {}, bytes }
  }
  const session = provider.open(settings, {
    fetch,
    stream: noStream,
    now: () => nowMs,
    key: () => 'sk-canary-0123456789',
  })
  const submit = (parts: Partial<GenerationRequest>): Promise<Progress> =>
    session.submit(sampleRequest({ provider: provider.id, width: null, height: null, ...parts }), sampleCall(inputs))
  return { session, sent, submit }
}

/** The JSON that a request would send, without sending it; throws what refuses it. */
export async function fieldsFor(
  provider: Provider,
  settings: Record<string, unknown>,
  parts: Partial<GenerationRequest>,
): Promise<unknown> {
  const { submit, sent } = openCanned(provider, settings, { status: 503, body: {} })
  const error = await submit(parts).catch((reason: unknown) => reason)
  const body = sent[0]?.options.body
  if (typeof body !== 'string') throw error
  return JSON.parse(body)
}
