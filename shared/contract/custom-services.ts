import { oc } from '@orpc/contract'
import { z } from 'zod'
import { checkService } from '#shared/custom-service-rules.ts'
import { textsIn } from '#shared/custom-template.ts'
import { AppError } from '#shared/errors.ts'
import { connection, providerInfo } from './providers.ts'
import { type CustomService, serviceFields } from './service-fields.ts'

/** A described service whose fields fit together, and whose template drops nothing that its models offer. */
export const customService = serviceFields.superRefine((service, context) => {
  for (const { path, message } of checkService(service)) context.addIssue({ code: 'custom', path: [...path], message })
})

/** What is wrong with a description: the field (`models[0].price`; empty for the whole) and the reason. */
export interface ServiceProblem {
  readonly field: string
  readonly message: string
}

/** Reads a description, whatever it is; at most ten problems are named. */
export function readCustomService(
  json: unknown,
): { readonly service: CustomService } | { readonly problems: readonly ServiceProblem[] } {
  const { problem } = textsIn(json)
  if (problem) return { problems: [{ field: '', message: problem }] }
  const parsed = customService.safeParse(json)
  if (parsed.success) return { service: parsed.data }
  const problems = parsed.error.issues.slice(0, 10).map((issue) => {
    const field = issue.path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('')
    const [ofKey] = issue.code === 'invalid_key' ? issue.issues : []
    return { field: field.replace(/^\./, '').replace(/\p{Cc}+/gu, ' '), message: ofKey?.message ?? issue.message }
  })
  return { problems }
}

/** The same, throwing AppError `invalid-input` with every problem and its field. */
export function parseCustomService(json: unknown): CustomService {
  const read = readCustomService(json)
  if ('service' in read) return read.service
  const said = read.problems.map(({ field, message }) => (field === '' ? message : `${field}: ${message}`)).join('; ')
  throw new AppError('invalid-input', `The description of the service cannot be used: ${said}.`)
}

const isFields = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The same description without what would be so anyway: what a person reads and changes. */
export function briefService(service: CustomService): unknown {
  const whole = JSON.stringify(service)
  const isSame = (json: unknown): boolean => {
    const read = readCustomService(json)
    return 'service' in read && JSON.stringify(read.service) === whole
  }
  const shorten = (value: unknown, within: (part: unknown) => unknown): unknown => {
    if (Array.isArray(value))
      return value.map((part, index) => shorten(part, (next) => within(value.with(index, next))))
    if (!isFields(value)) return value
    let fields = value
    for (const name of Object.keys(value)) {
      const { [name]: part, ...others } = fields
      fields = isSame(within(others))
        ? others
        : { ...fields, [name]: shorten(part, (next) => within({ ...fields, [name]: next })) }
    }
    return fields
  }
  return shorten(service, (json) => json)
}

/** The id of a described service among the providers. */
export const customProviderId = (name: string): string => `custom:${name}`

export const customServices = {
  list: oc
    .route({ method: 'GET', path: '/custom-services', summary: 'The services described by you, and examples' })
    .output(
      z.object({
        services: z.array(z.object({ provider: z.string(), service: customService })),
        presets: z.array(z.object({ preset: z.string(), about: z.string(), service: customService })),
      }),
    ),
  test: oc
    .route({
      method: 'POST',
      path: '/custom-services/test',
      summary: 'Try a description and a key without storing them',
    })
    .input(
      z.object({
        service: customService,
        /** `null`: the key that is stored for this name and address, or in its environment variable. */
        key: z.string().min(1).max(4096).nullable().default(null),
      }),
    )
    .output(connection),
  save: oc
    .route({ method: 'POST', path: '/custom-services', summary: 'Add a described service, or change one' })
    .input(z.object({ service: customService, replace: z.boolean().default(false) }))
    .output(providerInfo),
  remove: oc
    .route({
      method: 'DELETE',
      path: '/custom-services/{name}',
      summary: 'Remove a described service; its pictures stay, and it can be added again',
    })
    .input(z.object({ name: z.string() }))
    .output(z.object({ removed: z.boolean() })),
}
