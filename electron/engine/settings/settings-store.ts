import { z } from 'zod'
import type { Storage } from '#engine/storage/storage.ts'
import {
  defaultSettings,
  type Settings,
  type SettingsChange,
  settingsChange,
  settingsSchema,
} from '#shared/contract/settings.ts'

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
  const read = (key: string): JsonObject => jsonObject.parse(JSON.parse(one.get(key)?.value ?? '{}'))
  let current: Settings | null = null

  function get(): Settings {
    current ??= merged(defaultSettings, settingsChange.parse(read('settings')))
    return current
  }

  return {
    get,
    set(changes: SettingsChange): Settings {
      const next = merged(get(), changes)
      storage.transaction(() => put.run('settings', JSON.stringify(next)))
      current = next
      return next
    },
    /** A provider's stored settings, as they were given. */
    ofProvider: (provider: string): JsonObject => read(`provider:${provider}`),
    /** Descriptions of services as they were saved; whoever reads them checks them. */
    described: (): Described => described.parse(read('custom-services')).services,
    setDescribed(services: Described): void {
      storage.transaction(() => put.run('custom-services', JSON.stringify({ services })))
    },
    setOfProvider(provider: string, values: JsonObject): void {
      storage.transaction(() => put.run(`provider:${provider}`, JSON.stringify(values)))
    },
  }
}

function merged(before: Settings, changes: SettingsChange): Settings {
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined))
  return settingsSchema.parse({ ...before, ...given, focus: { ...before.focus, ...changes.focus } })
}
