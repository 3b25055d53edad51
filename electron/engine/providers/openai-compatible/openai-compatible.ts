import { z } from 'zod'
import { complaintOf, errorForStatus, isLoopbackHost, parseJson, withReply } from '#engine/network/network.ts'
import type {
  Account,
  Provider,
  ProviderCall,
  ProviderIo,
  ProviderReply,
  ProviderSession,
} from '#engine/providers/provider.ts'
import { noSuchModel, sentenceOf } from '#engine/providers/refuse-unsupported.ts'
import { AppError } from '#shared/errors.ts'
import { modelOf, modelsOf } from './models.ts'
import { progressFrom, refusalOf } from './reply.ts'
import { refuseUnsupported, wireRequest } from './request.ts'
import { baseOf, limitsOf, type Settings, settings } from './settings.ts'

const listed = z.object({
  id: z.string(),
  /** Some gateways say what a model gives (OpenRouter's API reference, read 2026-12). */
  architecture: z
    .object({ output_modalities: z.array(z.string()).optional().catch(undefined) })
    .optional()
    .catch(undefined),
})
type Listed = z.infer<typeof listed>
const modelList = z.object({ data: z.array(listed) })

/**
 * Any server with OpenAI's `/images/generations` and `/images/edits` at a base URL: stable-diffusion.cpp, LocalAI, gateways.
 * One picture a request. Such servers have no idempotency key and no list of requests, so a lost reply is a person's matter
 * (`ask`); where the price is 0 the engine may simply send again.
 */
export const openaiCompatible: Provider = {
  id: 'openai-compatible',
  label: 'OpenAI-compatible server',
  about: 'Any server that speaks OpenAI’s image API, such as stable-diffusion.cpp or LocalAI on this machine.',
  settings,
  keyVariables: ['OPENAI_API_KEY'],
  settingVariables: { baseUrl: 'OPENAI_BASE_URL' },
  isOwnServer: true,
  keyOptional: true,
  anyModel: true,
  lostReply: 'ask',
  models: (given) => modelsOf(settings.parse(given)),
  model: (id, given) => modelOf(id, settings.parse(given)),
  checker(id, given) {
    const of = settings.parse(given)
    const model = modelOf(id, of)
    return model
      ? sentenceOf((request) => refuseUnsupported(request, model, of))
      : noSuchModel(`“${id}” is not a model id.`)
  },
  origin: (given) => baseOf(settings.parse(given))?.origin ?? null,
  isConfigured: (given) => baseOf(settings.parse(given)) !== null,
  limits: (given) => limitsOf(settings.parse(given)),
  open: (given, io) => openSession(settings.parse(given), io),
}

function openSession(of: Settings, io: ProviderIo): ProviderSession {
  const call = async (
    path: string,
    sent: { method: 'GET' | 'POST'; body?: string | FormData; headers?: Readonly<Record<string, string>> },
    { signal, onHeaders }: Pick<ProviderCall, 'signal' | 'onHeaders'>,
  ): Promise<{ reply: ProviderReply; base: URL; key: string | null }> => {
    const base = baseOf(of)
    if (!base) {
      const sentence =
        'There is no server to ask. Enter its base URL under Settings, Providers, OpenAI-compatible server.'
      throw new AppError('invalid-input', sentence, { billed: false })
    }
    const key = io.key()
    const repeatable = sent.method === 'GET'
    const reply = await io.fetch(base.href + path, {
      ...sent,
      headers: { ...sent.headers, ...(key ? { authorization: `Bearer ${key}` } : {}) },
      headersTimeoutMs: of.timeoutSeconds * 1000,
      signal,
      repeatable,
    })
    onHeaders?.(reply.status, reply.headers)
    if (reply.status >= 200 && reply.status < 300) return { reply, base, key }
    const refusal = reply.status < 500 ? refusalOf(reply, complaintOf(reply), { where: base.origin, key }) : null
    throw refusal ?? errorForStatus(reply, { where: base.origin, repeatable, nowMs: io.now(), key })
  }

  const modelsThere = async (context: ProviderCall): Promise<{ base: URL; there: Listed[] }> => {
    const { reply, base } = await call('/models', { method: 'GET' }, context)
    const list = modelList.safeParse(parseJson(reply.bytes))
    if (list.success) return { base, there: list.data.data }
    const sentence = `${base.origin} answered, but not with a list of models: it may be another kind of server. Check the base URL.`
    throw new AppError('bad-response', sentence, { cause: withReply(reply) })
  }

  return {
    async submit(request, context) {
      const model = modelOf(request.model, of)
      if (!model) throw new AppError('unsupported', `“${request.model}” is not a model id.`, { billed: false })
      refuseUnsupported(request, model, of)
      const { path, body, headers } = await wireRequest(request, of, context)
      const { reply, base, key } = await call(path, { method: 'POST', body, headers }, context)
      return progressFrom(reply, { where: base.origin, base, key, seed: request.seed })
    },

    async check(context): Promise<Account> {
      const { base, there } = await modelsThere(context)
      const models = there.map(({ id }) => id)
      const count = `${models.length} ${models.length === 1 ? 'model' : 'models'}`
      return { message: `Connected to ${base.origin}, ${count}`, models }
    },

    /**
     * What the server has now: of one's own all but those that say they give no pictures. A gateway lists hundreds, so of
     * one only those that say they do, and those that a person named.
     */
    async catalogue(context) {
      const { base, there } = await modelsThere(context)
      const isOwn = of.server !== 'openai' || isLoopbackHost(base)
      const named = new Set(modelsOf(of).map(({ id }) => id))
      const offered = there.filter(
        ({ id, architecture }) => named.has(id) || (architecture?.output_modalities?.includes('image') ?? isOwn),
      )
      return offered.map(({ id }) => modelOf(id, of)).filter((model) => model !== null)
    },
  }
}
