import { setTimeout as sleep } from 'node:timers/promises'
import type { Fault } from './faults.ts'
import { faultInPrompt } from './faults.ts'
import type { Hooks } from './hooks.ts'
import { type Latency, serviceMs } from './latency.ts'
import type { LedgerBook, LedgerEntry } from './ledger.ts'
import type { Gate } from './limits.ts'
import { blankPng, bombPng, type Pictures, padded, pngEnd } from './pictures.ts'
import type { Results } from './results.ts'

/** What a request asks for, in whatever wire format it came. */
export interface FakeRequest {
  readonly prompt: string
  readonly seed: number | null
  readonly width: number
  readonly height: number
  readonly count: number
  readonly format: 'png' | 'jpeg' | 'webp'
  readonly model: string
  /** SHA-256 of the pictures that came with it. */
  readonly inputs: readonly string[]
}

export type FaultScript = (request: FakeRequest, attempt: number) => Fault | null

/** What every wire format works with. */
export interface World {
  readonly book: LedgerBook
  readonly gate: Gate
  readonly results: Results
  readonly hooks: Hooks
  readonly pictures: Pictures
  readonly latency: Latency
  readonly seed: number
  /** Every picture has this size, whatever was asked for; null: as asked. */
  readonly pictureSize: { readonly width: number; readonly height: number } | null
  readonly priceMicros: number
  readonly tellCost: boolean
  readonly key: string | null
  readonly url: () => string
  readonly attempts: Map<string, number>
  readonly scripted: Map<string, readonly Fault[]>
  readonly fault: FaultScript | null
}

const nameOf = ({ prompt, seed, width, height, model }: FakeRequest): string =>
  JSON.stringify([prompt, seed, width, height, model])

/** Counts the attempts of one and the same request, and says what goes wrong with this one. */
export function nextAttempt(world: World, request: FakeRequest): { attempt: number; fault: Fault | null } {
  const name = nameOf(request)
  const attempt = (world.attempts.get(name) ?? 0) + 1
  world.attempts.set(name, attempt)
  const scripted = world.scripted.get(request.prompt)
  const fault = scripted ? (scripted[attempt - 1] ?? null) : null
  return { attempt, fault: fault ?? world.fault?.(request, attempt) ?? faultInPrompt(request.prompt, attempt) }
}

/** Works for as long as this request takes; the ledger knows the true time. */
export async function work(world: World, request: FakeRequest, entry: LedgerEntry, fault: Fault | null): Promise<void> {
  const startedMs = performance.now()
  const extraMs = fault?.kind === 'delay' ? fault.ms : 0
  await sleep(extraMs + serviceMs(world.latency, world.seed, `${nameOf(request)}/${entry.attempt}`))
  entry.serviceMs = performance.now() - startedMs
}

export interface Made {
  readonly bytes: Buffer
  readonly type: string
}

export const pictureCount = (request: FakeRequest, fault: Fault | null): number =>
  fault?.kind === 'count' ? fault.pictures : fault?.kind === 'no-data' ? 0 : request.count

/** The pictures of a request as they leave the provider, broken where the fault says so. */
export async function makePictures(
  world: World,
  request: FakeRequest,
  entry: LedgerEntry,
  fault: Fault | null,
): Promise<Made[]> {
  const { width, height } = fault?.kind === 'size' ? fault : (world.pictureSize ?? request)
  const count = pictureCount(request, fault)
  // Without a seed every request gives another picture, as with the real services.
  const noise = request.seed === null ? `#${entry.n}` : `seed ${request.seed}`
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const text = `${world.seed}/${request.model}/${request.prompt}/${request.inputs.join()}/${noise}/${index}`
      const bytes = await world.pictures.inFormat(text, width, height, request.format)
      if (fault?.kind === 'padded') return { bytes: padded(bytes, fault.bytes), type: `image/${request.format}` }
      return fault?.kind === 'picture'
        ? broken(bytes, fault.as, width, height)
        : { bytes, type: `image/${request.format}` }
    }),
  )
}

function broken(bytes: Buffer, as: Extract<Fault, { kind: 'picture' }>['as'], width: number, height: number): Made {
  const type = 'image/png'
  if (as === 'html') return { bytes: Buffer.from('<!doctype html><title>Sign in</title><h1>Sign in</h1>'), type }
  if (as === 'empty') return { bytes: Buffer.alloc(0), type }
  if (as === 'without-end') return { bytes: bytes.subarray(0, bytes.length - pngEnd.length), type }
  if (as === 'half') return { bytes: bytes.subarray(0, bytes.length / 2), type }
  if (as === 'blank') return { bytes: blankPng(width, height), type }
  if (as === 'svg')
    return { bytes: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'), type }
  return { bytes: bombPng(), type }
}
