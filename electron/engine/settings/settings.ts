export { type OpenProvider, type OpenProviders, openProviders, type Price } from './open-providers.ts'
export { openSecrets, type Secrets } from './secrets.ts'
export { openSettings, type SettingsStore } from './settings-store.ts'
