/**
 * What can go wrong, one word each. Unbilled: the provider refused or failed before it made a picture. Billed: the picture
 * was made, and the trouble lies in the answer.
 */
export type Fault =
  /** A whole reply with a status, unbilled. `body` as it stands (JSON unless it is a string). */
  | { kind: 'status'; status: number; headers?: Readonly<Record<string, string>>; body?: unknown }
  /** The connection is dropped before a picture is made: unbilled, but the client cannot know. */
  | { kind: 'drop' }
  /** Never answers. The picture is made and billed. */
  | { kind: 'hang' }
  /** Billed, then the connection is destroyed without an answer. */
  | { kind: 'lost' }
  /** The whole answer in small pieces. */
  | { kind: 'slow'; pieces: number; everyMs: number }
  | { kind: 'cut'; how: 'length' | 'chunked' | 'close' | 'gzip' }
  /** Waits longer before it answers. */
  | { kind: 'delay'; ms: number }
  /** A 200 whose body is not what it should be. */
  | { kind: 'garbage' }
  | { kind: 'no-data' }
  | { kind: 'error-in-200' }
  | { kind: 'refused'; status: 200 | 400 }
  /** Other bytes in the place of the picture. */
  | { kind: 'picture'; as: 'html' | 'empty' | 'without-end' | 'half' | 'blank' | 'bomb' | 'svg' }
  | { kind: 'count'; pictures: number }
  | { kind: 'size'; width: number; height: number }
  /** The picture's file has about so many bytes, of which most say nothing. */
  | { kind: 'padded'; bytes: number }
  /** The picture comes as an address, and this is wrong with it. */
  | { kind: 'url'; wrong: 'nothing' | 'expired' | 'private' | 'redirect-private' | 'endless' | 'too-big' | 'bomb' }

/** What can go wrong with a batch as a whole; what happens to its single requests stands in their prompts, as live. */
export type BatchFault =
  /** 429, and it does not exist. */
  | { kind: 'busy'; seconds: number }
  /** It is made, then the connection is destroyed without an answer. */
  | { kind: 'lost-start' }
  /** Taken in, then refused as a whole: nothing of it is made. */
  | { kind: 'refuse-whole'; code: string; message: string }
  /** It is started, and nobody there knows it afterwards. */
  | { kind: 'vanish' }
  /** So many requests are made and billed, then its time is over. */
  | { kind: 'expire'; made: number }
  /** So many are made and billed; it does not go on until it is canceled. */
  | { kind: 'stand-still'; made: number }
  /** Its results cannot be had so many times. */
  | { kind: 'no-download'; times: number; status: number }
  /** They break off after so many bytes, so many times. */
  | { kind: 'torn-download'; times: number; bytes: number }

export const isUnbilled = (fault: Fault | null): boolean =>
  fault?.kind === 'status' || fault?.kind === 'drop' || (fault?.kind === 'refused' && fault.status === 400)

const openAiError = (message: string, type: string, code: string | null): unknown => ({
  error: { message, type, param: null, code },
})

/** A 429 that says when to come back, in each of the forms that providers use. */
export function tooMany(form: 'seconds' | 'ms' | 'date' | 'body' | 'none' | (string & {}), seconds = 1): Fault {
  const said: Record<string, { headers: Record<string, string>; extra?: object }> = {
    seconds: { headers: { 'retry-after': String(seconds) } },
    ms: { headers: { 'retry-after-ms': String(seconds * 1000) } },
    date: { headers: { 'retry-after': new Date(Date.now() + seconds * 1000).toUTCString() } },
    body: { headers: {}, extra: { retry_after: seconds } },
    none: { headers: {} },
  }
  // Any other word is sent as it stands: nonsense for the client to survive.
  const { headers, extra = {} } = said[form] ?? { headers: { 'retry-after': form } }
  const body = {
    error: { message: 'Rate limit reached', type: 'requests', param: null, code: 'rate_limit_exceeded' },
    ...extra,
  }
  return { kind: 'status', status: 429, headers, body }
}

export const wrongKey = (): Fault => ({
  kind: 'status',
  status: 401,
  body: openAiError('Incorrect API key provided', 'invalid_request_error', 'invalid_api_key'),
})
export const noCredit = (): Fault => ({
  kind: 'status',
  status: 429,
  body: openAiError('You exceeded your current quota', 'insufficient_quota', 'insufficient_quota'),
})
export const serverError = (status = 503): Fault => ({
  kind: 'status',
  status,
  body: openAiError('The server had an error', 'server_error', null),
})

type Arguments = Readonly<Record<string, string>>

/** The marks that a prompt can carry. `[[NAME key=value times=N]]`: the first N attempts, without `times` every attempt. */
const marks: Readonly<Record<string, (given: Arguments) => Fault>> = {
  '429': (given) => tooMany(given['retry-after'] ?? given.form ?? 'seconds', Number(given.seconds ?? 1)),
  '401': wrongKey,
  '402': () => ({ kind: 'status', status: 402, body: openAiError('Payment required', 'billing', null) }),
  quota: noCredit,
  drop: () => ({ kind: 'drop' }),
  hang: () => ({ kind: 'hang' }),
  lost: () => ({ kind: 'lost' }),
  slow: (given) => ({ kind: 'slow', pieces: Number(given.pieces ?? 10), everyMs: Number(given.every ?? 100) }),
  delay: (given) => ({ kind: 'delay', ms: Number(given.ms ?? 1000) }),
  cut: (given) => ({ kind: 'cut', how: oneOf(['length', 'chunked', 'close', 'gzip'], given.how) }),
  garbage: () => ({ kind: 'garbage' }),
  'no-data': () => ({ kind: 'no-data' }),
  'error-in-200': () => ({ kind: 'error-in-200' }),
  refused: (given) => ({ kind: 'refused', status: given.status === '200' ? 200 : 400 }),
  picture: (given) => ({
    kind: 'picture',
    as: oneOf(['html', 'empty', 'without-end', 'half', 'blank', 'bomb', 'svg'], given.as),
  }),
  count: (given) => ({ kind: 'count', pictures: Number(given.pictures ?? 2) }),
  size: (given) => ({ kind: 'size', width: Number(given.width ?? 320), height: Number(given.height ?? 200) }),
  padded: (given) => ({ kind: 'padded', bytes: Number(given.mb ?? 22) * 1_000_000 }),
  url: (given) => ({
    kind: 'url',
    wrong: oneOf(['nothing', 'expired', 'private', 'redirect-private', 'endless', 'too-big', 'bomb'], given.wrong),
  }),
}

function oneOf<const T extends string>(words: readonly [T, ...T[]], given: string | undefined): T {
  return words.find((word) => word === given) ?? words[0]
}

/** The fault that a prompt's own marks ask for at this attempt (1 is the first); a mark used up gives way to the next. */
export function faultInPrompt(prompt: string, attempt: number): Fault | null {
  let left = attempt
  for (const [, words = ''] of prompt.matchAll(/\[\[([^\]]+)\]\]/g)) {
    const [name = '', ...pairs] = words.trim().split(/\s+/)
    const given = Object.fromEntries(pairs.map((pair) => pair.split('=', 2)))
    const make = marks[name] ?? (/^[345]\d\d$/.test(name) ? () => serverError(Number(name)) : null)
    if (!make) throw new Error(`[[${words}]] is not a fault that the fake provider knows`)
    const times = given.times === undefined ? Number.POSITIVE_INFINITY : Number(given.times)
    if (left <= times) return make(given)
    left -= times
  }
  return null
}
