export { type Keyring, type KeyringProcess, systemKeyring } from './keyring.ts'
export { type OpenProvider, type OpenProviders, openProviders, type Price } from './open-providers.ts'
export { openSecrets } from './secrets.ts'
export { openSettings, type SettingsStore } from './settings-store.ts'
