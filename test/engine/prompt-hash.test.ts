import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { canonicalJson, promptHash } from '#engine/cache/cache.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'
import { sampleRequest } from './sample-request.ts'

test('the hash is that of the canonical JSON of everything in the request, whatever the order of its members', () => {
  const request = sampleRequest({
    seed: 7,
    options: { steps: 4, guidance: 2.5, nested: { b: 1, a: [2, { d: 1, c: 2 }] } },
  })
  const canonical = canonicalJson({ hashVersion: 1, ...request })
  expect(promptHash(request)).toBe(createHash('sha256').update(canonical).digest('hex'))
  const turned = Object.fromEntries(Object.entries(request).reverse()) as GenerationRequest
  expect(promptHash(turned)).toBe(promptHash(request))
})

test('every field of a request changes its hash', () => {
  const request = sampleRequest()
  const others: Partial<GenerationRequest>[] = [
    { operation: 'upscale' },
    { provider: 'x' },
    { model: 'x' },
    { prompt: 'x' },
    { negativePrompt: 'x' },
    { width: 1 },
    { height: 1 },
    { quality: 'x' },
    { outputFormat: 'webp' },
    { seed: 1 },
    { variant: 1 },
    { scale: 2 },
    { source: { sha256: 'x', width: 1, height: 1 } },
    { references: [{ sha256: 'x', width: 1, height: 1 }] },
    { options: { x: 1 } },
    { answeredBy: 'x' },
  ]
  expect(others.map((other) => Object.keys(other)[0]).toSorted()).toEqual(Object.keys(request).toSorted())
  const hashes = others.map((other) => promptHash({ ...request, ...other }))
  expect(new Set([promptHash(request), ...hashes]).size).toBe(others.length + 1)
})
