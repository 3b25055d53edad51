import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { Provider, ProviderFetch, ProviderFetchOptions } from '#engine/providers/provider.ts'
import { errorCodeOf } from '#shared/errors.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'
import { noStream, sampleCall, sampleRequest } from './sample-request.ts'

type Json = Record<string, unknown>

const asObject = (value: unknown): Json => (typeof value === 'object' && value !== null ? { ...value } : {})
const asList = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

export interface SentRequest {
  readonly method: string
  /** Path and query as they follow the address of the document's server. */
  readonly path: string
  readonly body: unknown
}

export interface Spec {
  /** What is wrong with a request by this document; empty where it is right. */
  problems(sent: SentRequest): readonly string[]
}

/** OpenAPI 3.0 writes an open lower end as `minimum` with `exclusiveMinimum: true`; JSON Schema as one number. */
function asJsonSchema(_name: string, value: unknown): unknown {
  const { exclusiveMinimum, minimum, ...rest } = asObject(value)
  return exclusiveMinimum === true ? { ...rest, exclusiveMinimum: minimum } : value
}

/**
 * A service's own API document beside the project, where somebody keeps it; null where not. It checks the operation, the
 * query's and the body's fields: one that the document does not name is a problem, too.
 */
export function openSpec(file: string): Spec | null {
  const place = fileURLToPath(new URL(`../../../shared/specs/${file}`, import.meta.url))
  if (!existsSync(place)) return null
  const document: Json = JSON.parse(readFileSync(place, 'utf8'), asJsonSchema)
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true, coerceTypes: false })
  const ofForms = new Ajv2020({ strict: false, validateFormats: false, allErrors: true, coerceTypes: true })
  for (const one of [ajv, ofForms]) one.addSchema(document, 'document')

  const follow = (pointer: string): unknown =>
    pointer
      .replace(/^#\//, '')
      .split('/')
      .reduce<unknown>((at, part) => asObject(at)[part.replaceAll('~1', '/').replaceAll('~0', '~')], document)
  const resolve = (value: unknown): Json => {
    const { $ref } = asObject(value)
    return typeof $ref === 'string' ? resolve(follow($ref)) : asObject(value)
  }
  const fieldsOf = (value: unknown): [string, unknown][] => {
    const schema = resolve(value)
    const inner = [schema.allOf, schema.anyOf, schema.oneOf].flatMap(asList)
    return [...Object.entries(asObject(schema.properties)), ...inner.flatMap(fieldsOf)]
  }
  /** Fields that the document does not name, also inside objects; an object without named fields may hold anything. */
  const strangersIn = (value: unknown, schema: unknown): string[] => {
    const known = fieldsOf(schema)
    if (known.length === 0 || typeof value !== 'object' || Array.isArray(value)) return []
    return Object.entries(asObject(value)).flatMap(([name, inner]) => {
      const own = known.find(([field]) => field === name)
      return own ? strangersIn(inner, own[1]) : [`${name} is no field of it`]
    })
  }
  const templates = Object.keys(asObject(document.paths))
  const pathOf = (path: string): string | undefined =>
    templates.find((template) => template === path) ??
    templates.find((template) => new RegExp(`^${template.replace(/\{[^}]+\}/g, '[^/:]+')}$`).test(path))

  return {
    problems({ method, path, body }) {
      const asked = new URL(path, 'http://document.invalid')
      const template = pathOf(asked.pathname)
      const operation = asObject(asObject(asObject(document.paths)[template ?? ''])[method.toLowerCase()])
      if (!template || !operation.responses) return [`${method} ${asked.pathname} is no operation`]
      const parameters = asList(operation.parameters).map(resolve)
      const queryNames = parameters.filter((one) => one.in === 'query').map((one) => String(one.name))
      const needed = parameters
        .filter((one) => one.in === 'query' && one.required === true)
        .map((one) => String(one.name))
      const query = [
        ...[...asked.searchParams.keys()].filter((name) => !queryNames.includes(name)).map((name) => `query: ${name}?`),
        ...needed.filter((name) => !asked.searchParams.has(name)).map((name) => `query: ${name} is missing`),
      ]
      if (!operation.requestBody) return body === undefined ? query : [...query, 'it takes no body']
      const type = body instanceof FormData ? 'multipart/form-data' : 'application/json'
      const content = asObject(resolve(operation.requestBody).content)
      if (!content[type]) return [`it takes no ${type}`]
      const { schema } = asObject(content[type])
      const value = body instanceof FormData ? fromForm(body) : body
      const inPointer = (part: string): string => part.replaceAll('~', '~0').replaceAll('/', '~1')
      const holder = asObject(operation.requestBody)
      const at =
        typeof holder.$ref === 'string'
          ? holder.$ref
          : `#/paths/${inPointer(template)}/${method.toLowerCase()}/requestBody`
      const pointer = `document${at}/content/${inPointer(type)}/schema`
      const validate = (body instanceof FormData ? ofForms : ajv).compile({ $ref: encodeURI(pointer) })
      const isValid = validate(value)
      const wrong = isValid ? [] : (validate.errors ?? []).map((one) => `${one.instancePath} ${one.message}`)
      return [...query, ...wrong, ...strangersIn(value, schema)]
    },
  }
}

function fromForm(form: FormData): Json {
  return Object.fromEntries([...form.entries()].map(([name, value]) => [name, typeof value === 'string' ? value : '']))
}

interface Recorded {
  readonly sent: readonly SentRequest[]
  /** The code of the error it ended with. */
  readonly code: string | null
}

/** What a provider would send for a request, without sending it: every reply is a whole 503. */
export async function recordRequest(
  provider: Provider,
  settings: Readonly<Record<string, unknown>>,
  parts: Partial<GenerationRequest>,
  inputs: Readonly<Record<string, Uint8Array>> = {},
): Promise<Recorded> {
  const sent: SentRequest[] = []
  const fetch: ProviderFetch = async (url, options: ProviderFetchOptions) => {
    const { pathname, search } = new URL(url)
    const body = typeof options.body === 'string' ? JSON.parse(options.body) : options.body
    sent.push({ method: options.method ?? 'GET', path: pathname + search, body })
    return { status: 503, headers: {}, bytes: new Uint8Array() }
  }
  const session = provider.open(settings, { fetch, stream: noStream, now: () => 0, key: () => 'k' })
  const request = sampleRequest({ provider: provider.id, ...parts })
  const code = await session.submit(request, sampleCall(inputs)).then(
    () => null,
    (error: unknown) => errorCodeOf(error),
  )
  return { sent, code }
}

/** A request for a model that uses all that its catalogue says it can: the largest test of its wire format. */
export function fullestRequests(provider: Provider, settings: unknown): Partial<GenerationRequest>[] {
  const picture = { sha256: 'picture', width: 1024, height: 1024 }
  return provider
    .models(settings)
    .filter((model) => !model.retired)
    .flatMap((model) =>
      model.operations.map((operation): Partial<GenerationRequest> => {
        const isMade = operation === 'generate' || operation === 'edit'
        const references = isMade && model.maxReferences ? [picture] : []
        return {
          operation,
          model: model.id,
          prompt: isMade ? 'a red shoe' : '',
          width: isMade ? model.finalSize.width : null,
          height: isMade ? model.finalSize.height : null,
          seed: model.takesSeed ? 7 : null,
          negativePrompt: model.takesNegativePrompt ? 'blur' : null,
          quality: model.qualities.at(-1) ?? null,
          source: operation === 'generate' ? null : picture,
          references: operation === 'generate' ? [] : references,
        }
      }),
    )
}

/** Every size of the models that have a list of them, each as a picture from a prompt or an edit of one. */
export function everySize(provider: Provider, settings: unknown): Partial<GenerationRequest>[] {
  return fullestRequests(provider, settings).flatMap((request) => {
    const sizes = provider.model(request.model ?? '', settings)?.sizes
    return request.width !== null && sizes?.kind === 'list' ? sizes.list.map((size) => ({ ...request, ...size })) : []
  })
}
