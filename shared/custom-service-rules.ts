import type { CustomService } from './contract/service-fields.ts'
import { asksFor, type PlaceholderName, placeholderNames, placeholdersIn, textsIn } from './custom-template.ts'

interface Problem {
  readonly path: readonly (string | number)[]
  readonly message: string
}

/** Headers that the network layer writes itself, or that would change where a request ends. */
const ownHeaders =
  /^(host|content-length|transfer-encoding|connection|te|trailer|upgrade|expect|proxy-.*|accept-encoding)$/i
const secretHeaders = /auth|key|token|cookie|secret/i
const sizeNames = ['width', 'height', 'size', 'ratio'] as const
const pictureNames = [
  'source',
  'sourceBase64',
  'references',
  'referencesBase64',
  'pictures',
  'picturesBase64',
] as const satisfies readonly PlaceholderName[]

/** The template of one request's own fields: the whole body, or an item of the array. */
export const templateOf = (service: Pick<CustomService, 'mode' | 'request' | 'array'>): unknown =>
  service.mode === 'array' ? service.array?.item : service.request.body

/** What no schema of single fields can say: what belongs together, and that nothing asked for is dropped silently. */
export function checkService(service: CustomService): Problem[] {
  return [...parts(service), ...headers(service), ...templates(service), ...models(service)]
}

function* parts({ mode, array, poll, answer }: CustomService): Generator<Problem> {
  if (mode === 'array' && !array) yield { path: ['array'], message: 'is needed in array mode' }
  if (mode !== 'array' && array) yield { path: ['array'], message: 'is only for array mode' }
  if (mode === 'poll' && !poll) yield { path: ['poll'], message: 'is needed in poll mode' }
  if (mode !== 'poll' && poll) yield { path: ['poll'], message: 'is only for poll mode' }
  if (poll && (poll.url === undefined) === (poll.path === undefined))
    yield { path: ['poll'], message: 'has either "url" or "path"' }
  if (poll?.path !== undefined && (poll.id === undefined || !/\{\{\s*id\s*\}\}/.test(poll.path)))
    yield { path: ['poll', 'path'], message: 'needs "id", and {{id}} in it' }
  for (const name of placeholdersIn(poll?.path ?? ''))
    if (name !== 'id') yield { path: ['poll', 'path'], message: `knows {{id}} only, not {{${name}}}` }
  if (mode === 'poll' && !answer.status) yield { path: ['answer', 'status'], message: 'is needed in poll mode' }
  if (answer.as === 'bytes' && mode !== 'single')
    yield { path: ['answer', 'as'], message: 'can be "bytes" in single mode only' }
  if (answer.as !== 'bytes' && answer.pictures === undefined)
    yield { path: ['answer', 'pictures'], message: 'is needed: where in the answer the pictures are' }
}

function* headers({ auth, headers: given }: CustomService): Generator<Problem> {
  for (const name of Object.keys(given)) {
    if (ownHeaders.test(name)) yield { path: ['headers', name], message: 'cannot be set' }
    else if (secretHeaders.test(name))
      yield { path: ['headers', name], message: 'is no place for a secret: name it in "auth" and store the key' }
  }
  if (auth && ownHeaders.test(auth.header)) yield { path: ['auth', 'header'], message: 'cannot be set' }
}

function* templates({ mode, request, array }: CustomService): Generator<Problem> {
  const fields = mode === 'array' ? array?.item : request.body
  const at = mode === 'array' ? ['array', 'item'] : ['request', 'body']
  const known: ReadonlySet<string> = new Set(placeholderNames)
  for (const { path, text, isSpread } of textsIn(fields).texts) {
    if (isSpread && text !== '{{options}}') yield { path: [...at, ...path], message: 'is {{options}} and nothing else' }
    for (const name of placeholdersIn(text)) {
      const list = placeholderNames.join(', ')
      if (!known.has(name)) yield { path: [...at, ...path], message: `there is no {{${name}}}. There are: ${list}` }
      else if (name === 'options' && !isSpread)
        yield { path: [...at, ...path], message: '{{options}} stands under the field "..."' }
    }
  }
  if (!asksFor([fields], 'prompt', ...pictureNames))
    yield { path: at, message: 'has no {{prompt}} and no picture in it' }
  for (const name of placeholdersIn(request.path))
    if (name !== 'model') yield { path: ['request', 'path'], message: `knows {{model}} only, not {{${name}}}` }
  if (mode !== 'array') return
  const whole = textsIn(request.body).texts.filter(({ text }) => placeholdersIn(text).length > 0)
  if (whole.length !== 1 || whole[0]?.text !== '{{requests}}')
    yield { path: ['request', 'body'], message: 'has {{requests}} once, where the list goes, and no other place' }
  if (placeholdersIn(request.path).length > 0)
    yield { path: ['request', 'path'], message: 'is the same for all requests of an array' }
  if (array && array.id !== null && !asksFor([array.item], 'id'))
    yield { path: ['array', 'item'], message: 'needs {{id}}, by which results are told apart' }
}

/** A wish that no part of the template takes would be dropped without a word. */
function* models(service: CustomService): Generator<Problem> {
  const asked = [templateOf(service), service.request.path]
  const takesSize = asksFor(asked, ...sizeNames)
  const takesPictures = asksFor(asked, ...pictureNames)
  const ids = new Set<string>()
  for (const [index, model] of service.models.entries()) {
    const at = (field: string): (string | number)[] => ['models', index, field]
    if (ids.has(model.id)) yield { path: at('id'), message: `“${model.id}” stands here twice` }
    ids.add(model.id)
    const count = Array.isArray(model.sizes) ? model.sizes.length : 'multipleOf' in model.sizes ? 2 : 3
    if (!takesSize && count !== 1)
      yield { path: at('sizes'), message: 'is the one size that it gives, for no size is sent' }
    if (!Array.isArray(model.sizes) && Object.keys(model.sizes).length === 0)
      yield { path: at('sizes'), message: 'is empty' }
    if (model.qualities.length > 0 && !asksFor(asked, 'quality'))
      yield { path: at('qualities'), message: 'is for a body with {{quality}} in it' }
    if (model.formats.length > 0 && !asksFor(asked, 'format'))
      yield { path: at('formats'), message: 'is for a body with {{format}} in it' }
    if (model.options.length > 0 && !asksFor(asked, 'options'))
      yield { path: at('options'), message: 'is for a body with "...": "{{options}}" in it' }
    if (model.scales && !asksFor(asked, 'scale'))
      yield { path: at('scales'), message: 'is for a body with {{scale}} in it' }
    if (model.maxReferences && !asksFor(asked, 'references', 'referencesBase64', 'pictures', 'picturesBase64'))
      yield { path: at('maxReferences'), message: 'is for a body with {{references}} or {{pictures}} in it' }
    if (model.operations.some((operation) => operation !== 'generate') && !takesPictures)
      yield { path: at('operations'), message: 'starts from a picture, and the body has no {{source}} in it' }
    if (service.models.length > 1 && !asksFor(asked, 'model'))
      yield { path: at('id'), message: 'is one of several, and {{model}} is not sent' }
  }
}
