import { batches } from './batches.ts'
import { buckets } from './buckets.ts'
import { customServices } from './custom-services.ts'
import { delivery } from './delivery.ts'
import { events } from './events.ts'
import { generation } from './generation.ts'
import { library } from './library.ts'
import { providers } from './providers.ts'
import { references } from './references.ts'
import { remoteBatches } from './remote-batches.ts'
import { review } from './review.ts'
import { settings } from './settings.ts'
import { sheets } from './sheets.ts'
import { templates } from './templates.ts'
import { tiles } from './tiles.ts'
import { wildcards } from './wildcards.ts'

/** Every procedure and every event, with their schemas. Types are inferred from here and written nowhere else. */
export const contract = {
  library,
  sheets,
  templates,
  wildcards,
  references,
  batches,
  generation,
  remoteBatches,
  tiles,
  review,
  delivery,
  buckets,
  providers,
  customServices,
  settings,
  events,
}
export type Contract = typeof contract
