import { OpenAPIGenerator } from '@orpc/openapi'
import { ZodToJsonSchemaConverter } from '@orpc/zod/zod4'
import { contract } from '#shared/contract/index.ts'

/** The contract as an OpenAPI 3.1 document. `version` is the program's; `server` the address REST is served under. */
export function openApiDocument(version: string, server: string) {
  const generator = new OpenAPIGenerator({ schemaConverters: [new ZodToJsonSchemaConverter()] })
  return generator.generate(contract, {
    info: {
      title: 'Proofsheet',
      version,
      description:
        'From a sheet of prompts to an approved, delivered set of pictures. Times are ms since 1970, money is micros ' +
        '(millionths) of a currency. Pictures are read at `/media/{imageId}/{small|thumb|preview|full}`, beside `/api`.',
    },
    servers: [{ url: server }],
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    security: [{ token: [] }],
  })
}
