import { briefService, readCustomService, type ServiceProblem } from '#shared/contract/custom-services.ts'
import type { CustomService } from '#shared/contract/service-fields.ts'

/** What stands in the box: a service, or what is wrong with the text. */
export function readServiceText(
  text: string,
): { readonly service: CustomService } | { readonly problems: readonly ServiceProblem[] } {
  try {
    return readCustomService(JSON.parse(text))
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return { problems: [{ field: '', message: `This is not JSON yet: ${why}` }] }
  }
}

export const textOfService = (service: CustomService): string => JSON.stringify(briefService(service), null, 2)

/** `array: up to 30 requests a call, to https://batch.example.com` */
export function summaryOf({ mode, array, baseUrl, auth }: CustomService): string {
  const way =
    mode === 'array'
      ? `up to ${array?.most ?? 1} requests a call`
      : mode === 'poll'
        ? 'submits, then polls'
        : 'one request a picture'
  const key = auth ? `the key goes there in ${auth.header}` : 'no key'
  return `${way}, to ${baseUrl}; ${key}`
}
