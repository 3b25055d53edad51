import type { Limits, Provider, ProviderSession } from '#engine/providers/provider.ts'
import type { Connection } from '#shared/contract/providers.ts'
import { AppError, messageOf } from '#shared/errors.ts'

interface Asked {
  readonly provider: Provider
  readonly session: ProviderSession
  readonly limits: Limits
}

export const noPictures = (): Promise<never> =>
  Promise.reject(new AppError('not-found', 'A question about the account takes no pictures.'))

/** Asks a service who the key belongs to, what is left to spend and what it allows. Never throws: what is wrong is said. */
export async function testConnection({ session, provider, limits }: Asked): Promise<Connection> {
  const none = { account: null, balance: null, models: [] }
  const kept = limitSentence(limits)
  if (!session.check) {
    const message = `${provider.label} works in this program; there is nothing to connect to.`
    return { ok: true, message, ...none, limits: [kept] }
  }
  const named = new Set<string>()
  try {
    const account = await session.check({
      signal: AbortSignal.timeout(30_000),
      input: noPictures,
      onHeaders: (_status, headers) => {
        for (const sentence of limitsIn(headers)) named.add(sentence)
      },
    })
    const { balance, name } = account
    return {
      ok: true,
      message: account.message,
      models: [...account.models],
      account: name ?? null,
      balance: balance ? { ...balance, currency: 'USD' } : null,
      limits: [...(account.limits ?? []), ...named, kept],
    }
  } catch (error) {
    return { ok: false, message: messageOf(error), ...none, limits: [] }
  }
}

/** `Kept to here: 4 at the same time, 5 a minute` */
function limitSentence({ concurrency, requestsPerMinute, imagesPerHour, imagesPerDay }: Limits): string {
  const parts = [
    `${concurrency} at the same time`,
    requestsPerMinute === null ? null : `${requestsPerMinute} a minute`,
    imagesPerHour === null ? null : `${imagesPerHour} an hour`,
    imagesPerDay === null ? null : `${imagesPerDay} a day`,
  ]
  return `Kept to here: ${parts.filter((part) => part !== null).join(', ')}`
}

/** The headers that a lane reads its limits from, too (OpenAI's names, used by others; read 2026-11). */
function limitsIn(headers: Readonly<Record<string, string>>): string[] {
  return ['requests', 'images'].flatMap((what) => {
    const limit = headers[`x-ratelimit-limit-${what}`]
    return limit && /^\d{1,9}$/.test(limit) ? [`The service allows ${limit} ${what} in its window`] : []
  })
}
