import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import type { ProviderCall } from '#engine/providers/provider.ts'
import { sketch } from '#engine/providers/sketch/sketch.ts'
import { model } from '#shared/contract/providers.ts'
import { type GenerationRequest, generationRequest } from '#shared/generation-request.ts'
import { noStream } from './sample-request.ts'

const noNetwork = {
  fetch: () => Promise.reject(new Error('sketch went to the network')),
  stream: noStream,
  now: () => 0,
  key: () => null,
}
const session = sketch.open({}, noNetwork)

const callWith = (pictures: readonly Uint8Array[] = [], signal = new AbortController().signal): ProviderCall => ({
  signal,
  input: async (sha256) => {
    const found = pictures.find((bytes) => sha256Of(bytes) === sha256)
    if (!found) throw new Error(`no picture ${sha256}`)
    return found
  },
})
const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

const asked = (wish: Partial<GenerationRequest>): GenerationRequest =>
  generationRequest.parse({
    operation: 'generate',
    provider: 'sketch',
    model: 'sketch',
    prompt: 'Trail runner, terracotta, on wet slate, low sun, 85 mm',
    negativePrompt: null,
    width: 256,
    height: 256,
    quality: null,
    outputFormat: null,
    seed: 41,
    variant: null,
    scale: null,
    source: null,
    references: [],
    options: {},
    answeredBy: null,
    ...wish,
  })

async function made(wish: Partial<GenerationRequest>, call = callWith()): Promise<Uint8Array> {
  const progress = await session.submit(asked(wish), call)
  if (progress.state !== 'done') throw new Error('sketch is done at once')
  expect(progress.settled).toEqual({ micros: 0, currency: 'USD' })
  const [output, ...more] = progress.outputs
  if (output?.kind !== 'bytes' || more.length > 0) throw new Error('sketch gives one picture as bytes')
  return output.bytes
}

/** RGB values after downsizing to `side` by `side`: what the eye compares. */
const pixels = (bytes: Uint8Array, side = 128): Promise<Buffer> =>
  sharp(bytes).resize(side, side, { fit: 'fill' }).removeAlpha().raw().toBuffer()

/** Mean absolute difference per channel, 0 to 255. */
function distance(left: Buffer, right: Buffer): number {
  expect(left.length).toBe(right.length)
  let sum = 0
  for (let at = 0; at < left.length; at += 1) sum += Math.abs((left[at] ?? 0) - (right[at] ?? 0))
  return sum / left.length
}
const difference = async (a: Uint8Array, b: Uint8Array): Promise<number> => distance(await pixels(a), await pixels(b))

const codeOf = (wish: Partial<GenerationRequest>, call = callWith()) =>
  session.submit(asked(wish), call).then(
    () => 'done',
    (error: { code?: string }) => error.code,
  )

describe('what it says of itself', () => {
  test('its models fit the contract and are free', () => {
    for (const one of sketch.models({})) {
      expect(model.parse(one)).toEqual(one)
      expect(one.price.perImageMicros).toBe(0)
    }
    expect(sketch.model('sketch', {})?.sameSeedLarger).toBe(true)
    expect(sketch.model('lanczos', {})?.operations).toEqual(['upscale'])
    expect(sketch.model('dream', {})).toBeNull()
  })

  test('it says that it is a placeholder, needs no key and goes nowhere', async () => {
    expect(sketch.about).toMatch(/placeholder/)
    expect(sketch.origin({})).toBeNull()
    expect(sketch.keyVariables).toEqual([])
    expect(sketch.limits({}).concurrency).toBeGreaterThanOrEqual(2)
    expect((await session.check?.(callWith()))?.models).toEqual(['sketch', 'lanczos'])
  })
})

describe('a draft', () => {
  test.each([
    ['png', null],
    ['png', 'png'],
    ['jpeg', 'jpeg'],
    ['webp', 'webp'],
    ['heif', 'avif'],
  ] as const)('is a %s of the size asked for when the format is %s', async (format, outputFormat) => {
    const found = await sharp(await made({ outputFormat, width: 320, height: 184 })).metadata()
    expect(found).toMatchObject({ format, width: 320, height: 184, channels: 3 })
  })

  test('is the same bytes for the same request', async () => {
    expect(sha256Of(await made({}))).toBe(sha256Of(await made({})))
  })

  test('does not change with capitals and spacing, but with words', async () => {
    const prompt = 'a red mug on linen'
    const first = await made({ prompt })
    expect(await difference(first, await made({ prompt: '  A RED  mug on linen' }))).toBe(0)
    expect(await difference(first, await made({ prompt: 'a blue mug on slate' }))).toBeGreaterThan(8)
  })

  test('has the colour its prompt names', async () => {
    // Red minus blue, on average over the middle, where the mug is.
    const redness = async (prompt: string) => {
      const middle = { left: 77, top: 102, width: 102, height: 90 }
      const cut = await sharp(await made({ prompt }))
        .extract(middle)
        .png()
        .toBuffer()
      const [red, , blue] = (await sharp(cut).stats()).channels
      return (red?.mean ?? 0) - (blue?.mean ?? 0)
    }
    expect((await redness('a red mug, studio')) - (await redness('a blue mug, studio'))).toBeGreaterThan(60)
  })

  test.each([
    ['an empty prompt', ''],
    ['spaces', '   '],
    ['another script', '東京'],
    ['an emoji', '🙂'],
    ['markup', '<svg onload="x">&"\''],
    ['names that every object has', 'constructor __proto__ toString'],
    ['words it does not know', 'hope'],
    ['a very long prompt', 'a red mug, '.repeat(2000)],
  ])('is drawn for %s', async (_name, prompt) => {
    const statistics = await sharp(await made({ prompt })).stats()
    expect(Math.max(...statistics.channels.map((channel) => channel.stdev))).toBeGreaterThan(4)
  })
})

describe('the same seed at full size is the same picture', () => {
  test.each([
    ['Trail runner, terracotta, on wet slate, low sun', 512, 512],
    ['an owl in a forest at night', 512, 512],
    ['commonsense', 512, 512],
    ['a red car in a city street', 512, 288],
    ['a vase of flowers, lilac, on marble, window light', 384, 480],
  ])('%s, %i x %i', async (prompt, width, height) => {
    const size = (times: number) => ({ width: width * times, height: height * times })
    const draft = await made({ prompt, seed: 7, ...size(1) })
    const final = await made({ prompt, seed: 7, ...size(4) })
    const other = await made({ prompt, seed: 8, ...size(1) })
    const stranger = await made({ prompt: 'a teapot, mint, studio', seed: 7, ...size(1) })
    const faithful = await difference(draft, final)
    expect(faithful).toBeLessThan(1.5)
    expect(await difference(draft, other)).toBeGreaterThan(Math.max(3, faithful * 2))
    expect(await difference(draft, stranger)).toBeGreaterThan(Math.max(8, faithful * 5))
  })

  test('and has more detail than the draft enlarged', async () => {
    const draft = await made({ width: 512, height: 512 })
    const final = await made({ width: 2048, height: 2048 })
    const enlarged = await sharp(draft).resize(2048, 2048).png().toBuffer()
    const edges = async (bytes: Uint8Array) => (await sharp(bytes).stats()).sharpness
    expect(await edges(final)).toBeGreaterThan((await edges(enlarged)) * 1.2)
  })
})

test('the example sheets give pictures that are all different', async () => {
  const text = await readFile(new URL('../../examples/sneakers.csv', import.meta.url), 'utf8')
  const prompts = text.split('\n').flatMap((line) => /"(.*)"$/.exec(line)?.[1] ?? [])
  expect(prompts).toHaveLength(24)
  const small: Buffer[] = []
  for (const prompt of prompts)
    for (const seed of [1, 2]) small.push(await pixels(await made({ prompt, seed, width: 128, height: 128 })))
  const distances = small.flatMap((one, at) => small.slice(at + 1).map((other) => distance(one, other)))
  expect(Math.min(...distances)).toBeGreaterThan(2)
})

describe('what it cannot do is refused, not ignored', () => {
  const picture = { sha256: 'a'.repeat(64), width: 64, height: 64 }
  test.each<[string, Partial<GenerationRequest>]>([
    ['a negative prompt', { negativePrompt: 'text' }],
    ['a quality', { quality: 'high' }],
    ['references', { references: [picture] }],
    ['options', { options: { steps: 4 } }],
    ['a source', { source: picture }],
    ['an edit', { operation: 'edit', source: picture }],
    ['a size off the step', { width: 250 }],
    ['a size too small', { width: 56 }],
    ['a size too large', { height: 4104 }],
  ])('%s', async (_name, wish) => {
    expect(await codeOf(wish)).toBe('unsupported')
  })

  test('a canceled call', async () => {
    expect(await codeOf({}, callWith([], AbortSignal.abort()))).toBe('canceled')
    const during = new AbortController()
    const running = codeOf({}, callWith([], during.signal))
    during.abort()
    expect(await running).toBe('canceled')
  })
})

describe('lanczos', () => {
  const upscale = (bytes: Uint8Array, width: number, height: number, wish: Partial<GenerationRequest>) => ({
    operation: 'upscale' as const,
    model: 'lanczos',
    seed: null,
    width: null,
    height: null,
    source: { sha256: sha256Of(bytes), width, height },
    ...wish,
  })

  test('enlarges a draft by its scale, or to its size, and keeps the picture', async () => {
    const draft = await made({ width: 160, height: 96 })
    const byScale = await made(upscale(draft, 160, 96, { scale: 2.5 }), callWith([draft]))
    expect(await sharp(byScale).metadata()).toMatchObject({ format: 'png', width: 400, height: 240 })
    expect(await difference(draft, byScale)).toBeLessThan(1.5)
    const bySize = await made(upscale(draft, 160, 96, { width: 400, height: 240 }), callWith([draft]))
    expect(sha256Of(bySize)).toBe(sha256Of(byScale))
  })

  test.each<[string, Partial<GenerationRequest>, string]>([
    ['smaller', { scale: 0.5 }, 'unsupported'],
    ['too many times', { scale: 9 }, 'unsupported'],
    ['another shape', { width: 320, height: 320 }, 'unsupported'],
    ['with a seed', { scale: 2, seed: 1 }, 'unsupported'],
    ['without a picture', { scale: 2, source: null }, 'invalid-input'],
    ['past its largest side', { scale: 8, source: { sha256: 'b'.repeat(64), width: 1100, height: 64 } }, 'unsupported'],
  ])('refuses %s', async (_name, wish, code) => {
    const draft = await made({ width: 160, height: 96 })
    const call = { ...callWith([draft]), input: async () => draft }
    expect(await codeOf(upscale(draft, 160, 96, wish), call)).toBe(code)
  })

  test('takes no SVG and no broken picture', async () => {
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"/>')
    expect(await codeOf(upscale(svg, 64, 64, { scale: 2 }), callWith([svg]))).toBe('invalid-input')
    const cut = (await made({ width: 160, height: 96 })).subarray(0, 3000)
    expect(await codeOf(upscale(cut, 160, 96, { scale: 2 }), callWith([cut]))).toBe('invalid-input')
  })
})
