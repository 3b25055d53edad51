import type { z } from 'zod'
import type { CustomService } from '#shared/contract/service-fields.ts'
import { limitsOf as hostedLimits, hostedSettings } from '../hosted-settings.ts'
import type { Limits } from '../provider.ts'

/** Settings whose defaults are the description's own: what a person changes there outlasts no change of it. */
export const settingsOf = ({ baseUrl, limits }: CustomService) => {
  const { concurrency, requestsPerMinute, imagesPerHour, imagesPerDay, timeoutSeconds } = limits
  const { shape } = hostedSettings({ baseUrl, concurrency, requestsPerMinute })
  return hostedSettings({ baseUrl, concurrency, requestsPerMinute }).extend({
    baseUrl: shape.baseUrl.unwrap().default(baseUrl).describe('Address of the service, as its description has it.'),
    timeoutSeconds: shape.timeoutSeconds
      .unwrap()
      .default(timeoutSeconds)
      .describe('How long one answer may take, in seconds.'),
    imagesPerHour: shape.imagesPerHour
      .unwrap()
      .default(imagesPerHour)
      .describe('Most pictures in an hour. Empty: no limit.'),
    imagesPerDay: shape.imagesPerDay
      .unwrap()
      .default(imagesPerDay)
      .describe('Most pictures in a day. Empty: no limit.'),
  })
}
export type Settings = z.infer<ReturnType<typeof settingsOf>>

/**
 * A slot is a picture, also in array mode: `concurrency` calls at once are so many times a whole array. So every limit
 * counts pictures, and none is passed by sending many in one call.
 */
export function limitsOf(service: CustomService, of: Settings): Limits {
  const limits = hostedLimits(of)
  return { ...limits, concurrency: limits.concurrency * (service.array?.most ?? 1) }
}
