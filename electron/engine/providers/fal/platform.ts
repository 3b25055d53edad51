import { z } from 'zod'
import { modelFrom } from '#engine/providers/catalogue.ts'
import { finalMicrosOf } from '#engine/providers/catalogue-price.ts'
import type { HttpSession } from '#engine/providers/http-session.ts'
import { type LiveInput, readLiveInput } from '#engine/providers/live-schema.ts'
import type { ProviderCall } from '#engine/providers/provider.ts'
import type { Model } from '#shared/contract/providers.ts'
import { AppError } from '#shared/errors.ts'
import { entries, type FalEntry } from './models.ts'

const get = { method: 'GET', repeatable: true } as const
const priceList = z.object({
  prices: z.array(
    z.object({ endpoint_id: z.string(), unit_price: z.number().nonnegative(), unit: z.string(), currency: z.string() }),
  ),
})
type Unit = z.infer<typeof priceList>['prices'][number]

/** Prices as fal names them now, at most 50 endpoints a question (its platform API, 2026-08). */
export async function livePrices(
  http: HttpSession,
  platform: string,
  ids: readonly string[],
  call: ProviderCall,
): Promise<readonly Unit[]> {
  const query = new URLSearchParams({ endpoint_id: ids.slice(0, 50).join(',') })
  const reply = await http.send(`${platform}/models/pricing?${query}`, get, call)
  return http.read(priceList, reply, false).prices
}

const deprecated = z.object({
  models: z.array(
    z.object({
      endpoint_id: z.string(),
      metadata: z
        .object({ updated_at: z.string().catch('') })
        .nullish()
        .catch(null),
    }),
  ),
})

/** Endpoints that fal is about to withdraw, each with the day when it last said something of them. */
async function deprecatedOf(
  http: HttpSession,
  platform: string,
  ids: readonly string[],
  call: ProviderCall,
): Promise<ReadonlyMap<string, string>> {
  const query = new URLSearchParams({ endpoint_id: ids.slice(0, 50).join(','), status: 'deprecated' })
  const reply = await http.send(`${platform}/models?${query}`, get, call)
  const { models } = http.read(deprecated, reply, false)
  return new Map(models.map(({ endpoint_id, metadata }) => [endpoint_id, metadata?.updated_at.slice(0, 10) ?? '']))
}

/**
 * The catalogue's endpoints with today's prices, and marked where fal withdraws them; one priced by the second of computing
 * has no price that is known beforehand.
 */
export async function liveModels(
  http: HttpSession,
  platform: string,
  nowMs: number,
  call: ProviderCall,
): Promise<readonly Model[]> {
  const ids = entries.map(({ id }) => id)
  const prices = await livePrices(http, platform, ids, call)
  const withdrawn = await deprecatedOf(http, platform, ids, call)
  const asOf = new Date(nowMs).toISOString().slice(0, 10)
  return entries.map((entry) => {
    const unit = prices.find(({ endpoint_id }) => endpoint_id === entry.id)
    const micros = unit ? microsOf(unit, entry) : finalMicrosOf(entry)
    const model = modelFrom(entry, micros)
    const on = withdrawn.get(entry.id)
    return {
      ...model,
      ...(unit
        ? {
            price: {
              perImageMicros: micros,
              currency: 'USD',
              asOf,
              source: `${wordsOf(unit)}, from fal’s price list`,
              ...(micros === null ? {} : { unit: unitOf(unit) ?? undefined }),
            },
          }
        : {}),
      ...(on === undefined ? {} : { retired: { on: on || asOf, successor: null } }),
    }
  })
}

const wordsOf = (unit: Unit): string => `${unit.unit_price} ${unit.currency} per ${unit.unit.replace(/s$/, '')}`

/** What one picture of the final size costs; null for units that are not known beforehand. */
function microsOf(unit: Unit, entry: FalEntry): number | null {
  const known = unitOf(unit)
  return known && finalMicrosOf({ ...entry, price: { usd: known.micros, per: known.per, asOf: '', source: '' } })
}

function unitOf(unit: Unit): { per: 'image' | 'megapixel'; micros: number } | null {
  const per = /megapixel/i.test(unit.unit)
    ? 'megapixel'
    : /^(image|generation|request)s?$/i.test(unit.unit)
      ? 'image'
      : null
  if (per === null || unit.currency !== 'USD') return null
  // The small step undoes binary fractions (0.0051 USD).
  return { per, micros: Math.ceil(unit.unit_price * 1_000_000 - 1e-6) }
}

const requestList = z.object({
  items: z.array(
    z.object({ request_id: z.string().regex(/^[\w-]+$/), endpoint_id: z.string(), json_input: z.unknown().optional() }),
  ),
  next_cursor: z.string().nullable(),
})

/** Requests that this account sent to an endpoint since then, newest first (`sort_by=ended_at`), five pages at most. */
export async function* sentRequests(
  http: HttpSession,
  platform: string,
  endpoint: string,
  sinceMs: number,
  call: ProviderCall,
): AsyncGenerator<z.infer<typeof requestList>['items'][number]> {
  let cursor: string | null = null
  for (let page = 0; page < 5; page++) {
    const query = new URLSearchParams({
      endpoint_id: endpoint,
      start: new Date(sinceMs).toISOString(),
      expand: 'payloads',
      limit: '100',
      ...(cursor === null ? {} : { cursor }),
    })
    const reply = await http.send(`${platform}/models/requests/by-endpoint?${query}`, get, call)
    const said: z.infer<typeof requestList> = http.read(requestList, reply, null)
    yield* said.items
    cursor = said.next_cursor
    if (cursor === null) return
  }
}

const modelList = z.object({
  models: z.array(z.object({ endpoint_id: z.string(), openapi: z.unknown().optional() })),
})
const document = z.object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) })
const operation = z.object({
  requestBody: z.object({ content: z.object({ 'application/json': z.object({ schema: z.unknown() }) }) }),
})

/** What an endpoint takes, from the OpenAPI document that fal publishes for it. Throws `not-found` for one it does not know. */
export async function liveInput(
  http: HttpSession,
  platform: string,
  endpoint: string,
  call: ProviderCall,
): Promise<LiveInput> {
  const query = new URLSearchParams({ endpoint_id: endpoint, expand: 'openapi-3.0' })
  const reply = await http.send(`${platform}/models?${query}`, get, call)
  const found = http.read(modelList, reply, false).models.find(({ endpoint_id }) => endpoint_id === endpoint)
  const paths = document.safeParse(found?.openapi)
  for (const path of paths.success ? Object.values(paths.data.paths) : []) {
    const posted = operation.safeParse(path.post)
    const live = posted.success
      ? readLiveInput(found?.openapi, posted.data.requestBody.content['application/json'].schema)
      : null
    if (live) return live
  }
  const sentence = `fal.ai does not say what “${endpoint}” takes, so nothing was sent. Check the endpoint’s id.`
  throw new AppError('not-found', sentence, { billed: false })
}

const billing = z.object({
  username: z.string(),
  credits: z.object({ current_balance: z.number(), currency: z.string() }),
})

/** What is left to spend, and whose it is; null where the key may not see it (only admin keys may). */
export async function balance(http: HttpSession, platform: string, call: ProviderCall) {
  try {
    const reply = await http.send(`${platform}/account/billing?expand=credits`, get, call)
    const { credits, username } = http.read(billing, reply, false)
    const { current_balance: left, currency } = credits
    const micros = currency === 'USD' ? Math.floor(left * 1_000_000 + 1e-6) : null
    return { name: username, text: `${left.toFixed(2)} ${currency}`, micros }
  } catch (error) {
    if (call.signal.aborted) throw error
    return null // The balance is an extra: the key was already found good.
  }
}
