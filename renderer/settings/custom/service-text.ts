import { briefService, readCustomService, type ServiceProblem } from '#shared/contract/custom-services.ts'
import type { CustomService } from '#shared/contract/service-fields.ts'
import { keyPlaces } from './service-json.ts'

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

/** `Up to 30 requests a call, to https://batch.example.com; the key goes to it in authorization` */
export function summaryOf(service: CustomService): string {
  const { mode, array, baseUrl, auth } = service
  const way =
    mode === 'array'
      ? `Up to ${array?.most ?? 1} requests a call`
      : mode === 'poll'
        ? 'Submits, then polls'
        : 'One request a picture'
  const key = auth ? `the key goes to ${keyPlaces(service).join(', ')} in ${auth.header}` : 'no key'
  return `${way}, to ${baseUrl}; ${key}`
}
