import { isLoopbackHost } from '#engine/network/network.ts'
import { listOf } from '#engine/providers/own-server.ts'
import type { Model } from '#shared/contract/providers.ts'
import { baseOf, type Settings, sizesOf, takesNegativePrompt, takesSeed } from './settings.ts'

const microsPerUsd = 1_000_000

/** What a person said, else free on this machine, else not known: then the engine holds the job until somebody says. */
function priceOf(of: Settings, id: string): Model['price'] {
  const said = of.perModel[id]?.pricePerImageUsd ?? of.pricePerImageUsd
  if (said !== null) {
    // Rounded up, so that a reservation is never below the price; the small step undoes binary fractions (0.0051 USD).
    return {
      perImageMicros: Math.ceil(said * microsPerUsd - 1e-6),
      currency: 'USD',
      asOf: null,
      source: 'your settings',
    }
  }
  const base = baseOf(of)
  if (base && isLoopbackHost(base)) {
    return {
      perImageMicros: 0,
      currency: 'USD',
      asOf: null,
      source: 'servers on loopback are free unless told otherwise',
    }
  }
  return { perImageMicros: null, currency: 'USD', asOf: null, source: null }
}

/** Any id that is typed; nobody can know whether the server has it before it is asked. */
export function modelOf(id: string, of: Settings): Model | null {
  if (id.trim() === '' || id !== id.trim()) return null
  return {
    id,
    label: id,
    operations: of.server === 'localai' ? ['generate'] : ['generate', 'edit'],
    ...sizesOf(of, id),
    takesSeed: takesSeed(of),
    takesNegativePrompt: takesNegativePrompt(of),
    qualities: listOf(of.qualities),
    // OpenAI's own form for edits takes sixteen; what another server takes, nobody says.
    maxReferences: 16,
    sameSeedLarger: false,
    maxPromptLength: null,
    price: priceOf(of, id),
  }
}

export const modelsOf = (of: Settings): Model[] =>
  [...new Set([...listOf(of.models), ...Object.keys(of.perModel)])]
    .map((id) => modelOf(id, of))
    .filter((model) => model !== null)
