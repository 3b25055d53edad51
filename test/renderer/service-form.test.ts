import { expect, test } from 'vitest'
import { customPresets } from '#engine/providers/providers.ts'
import { readCustomService } from '#shared/contract/custom-services.ts'
import { inOtherMode, keyPlaces, nameFrom, valueAt, withValue } from '../../renderer/settings/custom/service-json.ts'
import { readServiceText, textOfService } from '../../renderer/settings/custom/service-text.ts'

test('a field is changed at its place, made where it is missing, and taken away', () => {
  const json = { name: 'a', models: [{ id: 'm', price: '1' }], limits: { concurrency: 2 } }
  expect(withValue(json, ['models', 0, 'price'], '0.04')).toEqual({ ...json, models: [{ id: 'm', price: '0.04' }] })
  expect(Object.keys(Object(withValue(json, ['name'], 'b')))).toEqual(['name', 'models', 'limits'])
  expect(withValue({}, ['models', 0, 'id'], 'm')).toEqual({ models: [{ id: 'm' }] })
  expect(withValue(json, ['limits', 'concurrency'], undefined)).toEqual({ ...json, limits: {} })
  expect(valueAt(json, ['models', 0, 'id'])).toBe('m')
  expect(valueAt(json, ['toString'])).toBeUndefined()
  expect(json.models[0]?.price).toBe('1')
})

test('a label gives a name that may be one', () => {
  expect(['My Service 2!', ' Café ', '---'].map(nameFrom)).toEqual(['my-service-2', 'cafe', ''])
})

test('another mode is sound at once, and keeps who it is, where it is, its key and its price', () => {
  const [first] = customPresets
  for (const { service: from } of customPresets)
    for (const { service: to } of customPresets) {
      const mine = {
        ...from,
        name: 'mine',
        baseUrl: 'https://mine.example/v1',
        models: [{ ...from.models[0], price: '0.05' }],
      }
      const made = readCustomService(inOtherMode(mine, to))
      if (!('service' in made)) throw new Error(`${from.name} to ${to.name}: ${JSON.stringify(made.problems)}`)
      expect(made.service).toMatchObject({
        name: 'mine',
        baseUrl: 'https://mine.example/v1',
        mode: to.mode,
        auth: from.auth,
      })
      expect(made.service.models[0]?.price).toBe('0.05')
    }
  expect(first && 'service' in readServiceText(textOfService(first.service))).toBe(true)
})

test('every place that the key goes to is named', () => {
  const poll = customPresets.find(({ service }) => service.mode === 'poll')?.service
  if (!poll?.poll) throw new Error('there is no such preset')
  const far = { ...poll, baseUrl: 'https://a.example/v1', poll: { ...poll.poll, origins: ['https://b.example'] } }
  expect(keyPlaces(far)).toEqual(['https://a.example', 'https://b.example'])
  expect(keyPlaces({ ...far, auth: null })).toEqual([])
})
