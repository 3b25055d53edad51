import { createHash } from 'node:crypto'

/** How long making a picture takes. Log-normal is what hosted services look like: mostly quick, now and then very slow. */
export type Latency =
  | { readonly kind: 'fixed'; readonly ms: number }
  | { readonly kind: 'log-normal'; readonly medianMs: number; readonly sigma: number }

/**
 * The service time of a request, in ms. It comes from the seed and the request's own text, not from the order of arrival:
 * so two clients that send the same requests in another order get the same service times.
 */
export function serviceMs(latency: Latency, seed: number, text: string): number {
  if (latency.kind === 'fixed') return latency.ms
  const hash = createHash('sha256').update(`${seed}/${text}`).digest()
  const [u, v] = [(hash.readUInt32BE(0) + 1) / 2 ** 32, hash.readUInt32BE(4) / 2 ** 32]
  const normal = Math.sqrt(-2 * Math.log(Math.min(u, 1 - 2 ** -33))) * Math.cos(2 * Math.PI * v)
  return latency.medianMs * Math.exp(latency.sigma * normal)
}
