import { z } from 'zod'
import type { HttpSession } from '#engine/providers/http-session.ts'
import { type LiveInput, readLiveInput } from '#engine/providers/live-schema.ts'
import type { ProviderCall } from '#engine/providers/provider.ts'
import { AppError } from '#shared/errors.ts'
import type { ModelName } from './models.ts'

const version = z.object({
  id: z.string(),
  // Loose, because the fields refer to other schemas in the same document.
  openapi_schema: z.looseObject({
    components: z.looseObject({ schemas: z.looseObject({ Input: z.unknown().optional() }) }),
  }),
})
const model = z.object({
  is_official: z.boolean().nullish().catch(null),
  latest_version: version.nullish().catch(null),
})

export interface LiveModel {
  readonly input: LiveInput
  /** What `/predictions` wants for it; null where the model is asked by its name. */
  readonly version: string | null
}

/** A model's input schema as Replicate publishes it, and the version to ask for. */
export async function liveModel(
  http: HttpSession,
  base: string,
  { owner, name, version: wanted }: ModelName,
  isOfficial: boolean,
  call: ProviderCall,
): Promise<LiveModel> {
  const get = { method: 'GET', repeatable: true } as const
  const path = `${base}/models/${owner}/${name}`
  const found =
    wanted === null
      ? http.read(model, await http.send(path, get, call), false)
      : {
          is_official: false,
          latest_version: http.read(version, await http.send(`${path}/versions/${wanted}`, get, call), false),
        }
  const newest = found.latest_version
  const input = newest ? readLiveInput(newest.openapi_schema, newest.openapi_schema.components.schemas.Input) : null
  if (newest && input) {
    const byName = isOfficial || found.is_official === true
    return { input, version: byName ? null : wanted === null ? newest.id : `${owner}/${name}:${wanted}` }
  }
  const sentence = `Replicate does not say what “${owner}/${name}” takes, so nothing was sent. Choose another model.`
  throw new AppError('not-found', sentence, { billed: false })
}
