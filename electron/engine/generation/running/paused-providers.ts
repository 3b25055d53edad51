import type { Clock, Storage } from '#engine/storage/storage.ts'

/** Providers that a person paused: they stay paused over a restart. */
export function openPausedProviders(storage: Storage, clock: Clock) {
  const one = storage.prepare<[string], { provider: string }>('SELECT provider FROM paused_provider WHERE provider = ?')
  const insert = storage.prepare<[string, number]>('INSERT INTO paused_provider VALUES (?, ?) ON CONFLICT DO NOTHING')
  const remove = storage.prepare<[string]>('DELETE FROM paused_provider WHERE provider = ?')
  return {
    has: (provider: string): boolean => one.get(provider) !== undefined,
    set(provider: string, isPaused: boolean): void {
      storage.transaction(() => (isPaused ? insert.run(provider, clock.now()) : remove.run(provider)))
    },
  }
}
