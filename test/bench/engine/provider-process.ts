/** The fake provider as a process of its own: its processor time is nobody's but its own. Ends when its parent lets go. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { startFakeProvider } from '#test/fake-provider/fake-provider.ts'
import { type Fault, serverError } from '#test/fake-provider/faults.ts'
import type { FakeRequest } from '#test/fake-provider/world.ts'

const input = z.object({
  /** Service times, faults and pictures come from it. */
  seed: z.int(),
  /** Median of the log-normal service times; 0 answers at once. */
  medianMs: z.number(),
  sigma: z.number(),
  /** So many of a hundred requests end in a 503 without Retry-After. */
  unavailablePercent: z.number(),
  requestsPerMinute: z.int().nullable(),
  /** Sides of every picture in pixels, and bytes that each is filled up to; absent: as asked. */
  pictureSide: z.int().optional(),
  pictureBytes: z.int().optional(),
})
export type ProviderInput = z.infer<typeof input>

/** By the request and its attempt, not by the order of arrival: every contender meets the same ones. */
function unavailable({ seed, unavailablePercent }: ProviderInput) {
  return ({ prompt }: FakeRequest, attempt: number): Fault | null => {
    const draw = createHash('sha256').update(`503/${seed}/${prompt}/${attempt}`).digest().readUInt32BE(0) / 2 ** 32
    return draw * 100 < unavailablePercent ? serverError(503) : null
  }
}

const given = input.parse(JSON.parse(process.argv[2] ?? 'null'))
const { seed, medianMs, sigma, requestsPerMinute, pictureSide: side, pictureBytes } = given
const fake = await startFakeProvider({
  seed,
  latency: medianMs === 0 ? { kind: 'fixed', ms: 0 } : { kind: 'log-normal', medianMs, sigma },
  ...(side === undefined ? {} : { pictureSize: { width: side, height: side } }),
  fault: pictureBytes === undefined ? unavailable(given) : () => ({ kind: 'padded', bytes: pictureBytes }),
  limits: { windows: requestsPerMinute === null ? [] : [{ requests: requestsPerMinute, ms: 60_000 }] },
})
process.once('disconnect', () => fake.close())
process.send?.({ url: fake.url })
