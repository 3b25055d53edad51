import { z } from 'zod'
import type { Storage } from '#engine/storage/storage.ts'
import { type ModelOverride, modelOverride } from '#shared/contract/providers.ts'
import {
  defaultSettings,
  type Settings,
  type SettingsChange,
  settingsChange,
  settingsSchema,
} from '#shared/contract/settings.ts'
import { liveModel } from './merge-model.ts'

const overrides = z.record(z.string(), modelOverride)
const live = z.object({ readMs: z.int(), models: z.array(liveModel) })
export type LiveCatalogue = z.infer<typeof live>

const jsonObject = z.record(z.string(), z.json())
const described = z.object({ services: z.array(z.object({ json: z.unknown(), isRemoved: z.boolean() })).default([]) })
type Described = z.infer<typeof described>['services']
type JsonObject = z.infer<typeof jsonObject>

export type SettingsStore = ReturnType<typeof openSettings>

/** What a person chose for this library, and each provider's settings. No secrets. */
export function openSettings(storage: Storage) {
  const one = storage.prepare<[string], { value: string }>('SELECT value_json AS value FROM setting WHERE key = ?')
  const put = storage.prepare<[string, string]>(
    'INSERT INTO setting VALUES (?, ?) ON CONFLICT DO UPDATE SET value_json = excluded.value_json',
  )
  const readOr = (key: string, none: string): unknown => JSON.parse(one.get(key)?.value ?? none)
  const read = (key: string): JsonObject => jsonObject.parse(readOr(key, '{}'))
  let version = 0
  const write = (key: string, value: unknown): void => {
    version++
    storage.transaction(() => void put.run(key, JSON.stringify(value)))
  }
  let current: Settings | null = null

  function get(): Settings {
    current ??= merged(defaultSettings, settingsChange.parse(read('settings')))
    return current
  }

  return {
    get,
    /** What was read from here is good while this stays the same; beside a host that writes, it never does. */
    version: (): number => (storage.readOnly ? ++version : version),
    set(changes: SettingsChange): Settings {
      const next = merged(get(), changes)
      write('settings', next)
      current = next
      return next
    },
    /** A provider's stored settings, as they were given. */
    ofProvider: (provider: string): JsonObject => read(`provider:${provider}`),
    /** Descriptions of services as they were saved; whoever reads them checks them. */
    described: (): Described => described.parse(read('custom-services')).services,
    setDescribed: (services: Described): void => write('custom-services', { services }),
    setOfProvider: (provider: string, values: JsonObject): void => write(`provider:${provider}`, values),
    /** What a person says of a provider's models, by their ids. */
    overridesOf: (provider: string): Record<string, ModelOverride> => overrides.parse(read(`models:${provider}`)),
    setOverrides: (provider: string, values: Readonly<Record<string, ModelOverride>>): void =>
      write(`models:${provider}`, values),
    /** What the service said when it was last asked; null where it never was. */
    liveOf: (provider: string): LiveCatalogue | null => live.nullable().parse(readOr(`live:${provider}`, 'null')),
    setLive: (provider: string, values: LiveCatalogue): void => write(`live:${provider}`, values),
  }
}

function merged(before: Settings, changes: SettingsChange): Settings {
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined))
  return settingsSchema.parse({ ...before, ...given, focus: { ...before.focus, ...changes.focus } })
}
