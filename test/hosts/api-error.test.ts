import { ORPCError } from '@orpc/client'
import { createRouterClient } from '@orpc/server'
import { describe, expect, test } from 'vitest'
import { createRouter } from '#api/api.ts'
import { defectText, toWireError } from '#api/errors.ts'
import { createEventLog } from '#api/event-log.ts'
import { errorFromApi } from '#shared/api-error.ts'
import { AppError, errorCodeList } from '#shared/errors.ts'
import { emptyEngine } from './empty-engine.ts'

const never = () => {
  throw new Error('told of a defect that is none')
}

/** As a client gets it: through JSON, as a new object. */
const overTheWire = (error: ORPCError<string, unknown>) => {
  const { code, ...rest } = JSON.parse(JSON.stringify(error.toJSON()))
  return errorFromApi(new ORPCError(code, rest))
}

describe('an error of the engine, seen by a client', () => {
  test.each(errorCodeList)('%s keeps its code, sentence and details', (code) => {
    const thrown = new AppError(code, `It is ${code}. Do this.`, { retryAfterMs: 250, billed: true })
    const wire = toWireError(thrown, 'review.apply', never)
    expect([400, 402, 404, 409, 422, 424, 429, 499, 502, 503, 504, 507]).toContain(wire.status)
    const { message, retryAfterMs, billed } = thrown
    const seen = overTheWire(wire)
    expect(seen).toBeInstanceOf(AppError)
    expect(seen).toMatchObject({ code, message, retryAfterMs, billed })
    expect(overTheWire(toWireError(new AppError(code, 'x'), 'a', never))).toMatchObject({
      retryAfterMs: null,
      billed: null,
    })
  })

  test('a defect tells the client where and nothing else, and the log everything', () => {
    const told: string[] = []
    const wire = toWireError(new TypeError('x is undefined'), 'tiles.ids', (error, where) =>
      told.push(defectText(error, where)),
    )
    const seen = overTheWire(wire)
    expect(seen).not.toBeInstanceOf(AppError)
    expect(seen.message).toContain('tiles.ids')
    expect(`${seen.message}${JSON.stringify(wire.toJSON())}`).not.toMatch(/undefined|TypeError|\.ts/)
    expect(told[0]).toMatch(/tiles\.ids: TypeError: x is undefined\n.*api-error\.test\.ts/)
  })

  test('a call that was given up is canceled, on either side', () => {
    const abort = () => AbortSignal.abort().reason
    expect(overTheWire(toWireError(abort(), 'library.verify', never))).toMatchObject({ code: 'canceled' })
    expect(errorFromApi(abort())).toMatchObject({ code: 'canceled' })
  })

  test('what no host ever threw comes back as an error with words in it', () => {
    expect(errorFromApi('gone').message).toBe('gone')
    expect(errorFromApi(new TypeError('fetch failed')).message).toBe('fetch failed')
    expect(errorFromApi({ message: 'odd' }).message).toBe('odd')
  })
})

test('an answer that breaks the contract is a defect, and the log says what broke it', async () => {
  const engine = emptyEngine()
  const told: string[] = []
  Object.assign(engine.library, { info: () => ({ folder: 7 }) })
  const router = createRouter(engine, createEventLog(), (error, where) => told.push(defectText(error, where)))
  const seen = await createRouterClient(router)
    .library.info()
    .catch((error: unknown) => error)
  expect(seen).toMatchObject({ code: 'defect', status: 500 })
  expect(told[0]).toMatch(/library\.info(.|\n)*folder: /)
})
