import { traverseContractProcedures } from '@orpc/server'
import { expect, test } from 'vitest'
import { openApiDocument } from '#api/openapi.ts'
import { contract } from '#shared/contract/index.ts'

const procedures: { name: string; method: string; path: string }[] = []
traverseContractProcedures({ router: contract, path: [] }, ({ contract: procedure, path }) => {
  const { method = 'POST', path: address = '' } = procedure['~orpc'].route
  procedures.push({ name: path.join('.'), method: method.toLowerCase(), path: address })
})

test('the contract is told as OpenAPI 3.1, every procedure of it with a summary, none twice', async () => {
  const document = await openApiDocument('1.2.3', '/api')
  expect(document.openapi).toMatch(/^3\.1\./)
  expect(document.info).toMatchObject({ title: 'Proofsheet', version: '1.2.3' })
  expect(document.servers).toEqual([{ url: '/api' }])
  expect(procedures.length).toBeGreaterThan(40)
  const told = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    Object.entries(item ?? {}).map(([method, operation]) => ({ path, method, operation })),
  )
  expect(told.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(
    procedures.map(({ method, path }) => `${method} ${path}`).sort(),
  )
  for (const { operation } of told) expect(operation).toMatchObject({ summary: expect.stringMatching(/\S/) })
  expect(told.map(({ operation }) => JSON.parse(JSON.stringify(operation)).operationId).sort()).toEqual(
    procedures.map(({ name }) => name).sort(),
  )
})

test('a procedure’s input is described: types, limits, what may be left out', async () => {
  const document = await openApiDocument('1.2.3', '/api')
  const operation = document.paths?.['/tiles/many']?.post
  expect(JSON.stringify(operation?.requestBody)).toContain('"tileIds"')
  expect(JSON.stringify(operation?.requestBody)).toContain('"maxItems":1000')
  expect(JSON.stringify(document.paths?.['/events']?.get?.responses)).toContain('text/event-stream')
  expect(document.paths?.['/batches/{batchId}']?.get?.parameters).toMatchObject([
    { name: 'batchId', in: 'path', required: true },
  ])
})

test('the document holds nothing that JSON cannot', async () => {
  const document = await openApiDocument('1.2.3', '/api')
  expect(JSON.parse(JSON.stringify(document))).toEqual(document)
})
