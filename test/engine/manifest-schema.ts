import { writeFileSync } from 'node:fs'
import { manifestJsonSchema } from '#engine/delivery/manifest/manifest-schema.ts'

/** `node test/engine/manifest-schema.ts` writes docs/manifest.schema.json again, after a change of the manifest. */
const file = new URL('../../docs/manifest.schema.json', import.meta.url)
writeFileSync(file, `${JSON.stringify(manifestJsonSchema(), null, 2)}\n`)
