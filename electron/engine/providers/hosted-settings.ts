import { z } from 'zod'
import { AppError } from '#shared/errors.ts'
import type { Limits } from './provider.ts'

/** The settings that every hosted service has; every field has a default. */
export const hostedSettings = (own: {
  readonly baseUrl: string
  readonly concurrency: number
  readonly requestsPerMinute: number | null
}) =>
  z.object({
    baseUrl: z.string().default(own.baseUrl).describe(`Address of the service. ${own.baseUrl} unless you use a proxy.`),
    timeoutSeconds: z.int().min(10).max(3600).default(300).describe('How long one answer may take, in seconds.'),
    concurrency: z.int().min(1).max(256).default(own.concurrency).describe('Requests at the same time.'),
    requestsPerMinute: z
      .int()
      .positive()
      .nullable()
      .default(own.requestsPerMinute)
      .describe('Most requests in a minute. Empty: no limit.'),
    imagesPerHour: z.int().positive().nullable().default(null).describe('Most pictures in an hour. Empty: no limit.'),
    imagesPerDay: z.int().positive().nullable().default(null).describe('Most pictures in a day. Empty: no limit.'),
  })
export type HostedSettings = z.infer<ReturnType<typeof hostedSettings>>

export const limitsOf = (of: HostedSettings): Limits => ({
  concurrency: of.concurrency,
  requestsPerMinute: of.requestsPerMinute,
  imagesPerHour: of.imagesPerHour,
  imagesPerDay: of.imagesPerDay,
})

/** For services that do not say, or not in one place, how large a picture may be that goes in. */
export const pictureMegabytes = (usual: number) =>
  z
    .number()
    .min(0.1)
    .max(200)
    .default(usual)
    .meta({ title: 'Largest picture, in MB' })
    .describe('Of those that go in with a prompt. Larger ones are made smaller, or refused before anything is sent.')

/** For services that are asked whether a picture is ready. `about`: where there is more to say of it. */
export const pollSeconds = (usual = 1, about = '') =>
  z
    .number()
    .min(0.01)
    .max(60)
    .default(usual)
    .meta({ title: 'Look again after, in seconds' })
    .describe(`How often it is asked whether a picture is ready.${about}`)

/** The address that paths are added to, without a slash at its end; null where it is none. */
export function baseFrom(text: string): URL | null {
  const trimmed = text.trim()
  const url = URL.canParse(trimmed) ? new URL(trimmed) : null
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) return null
  url.pathname = url.pathname.replace(/\/+$/, '')
  url.search = ''
  url.hash = ''
  return url
}

/** `href` without a slash at its end, so that `${hrefOf(base)}/path` is right for a bare origin as well. */
export const hrefOf = (base: URL): string => base.href.replace(/\/+$/, '')

export interface Place {
  /** Who is asked, as a person knows it: an origin. */
  readonly where: string
  /** The address of a path below the base. Throws `invalid-input` where a person left no usable base. */
  urlOf(path: string): string
}

export function placeOf(of: Pick<HostedSettings, 'baseUrl'>, label: string): Place {
  const base = baseFrom(of.baseUrl)
  return {
    where: base?.origin ?? label,
    urlOf(path) {
      if (base) return hrefOf(base) + path
      const sentence = `There is no address for ${label}. Enter it under Settings, Providers, ${label}.`
      throw new AppError('invalid-input', sentence, { billed: false })
    },
  }
}
