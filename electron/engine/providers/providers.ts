import type { Provider } from './provider.ts'

/** Every provider, in the order people see them. A new one is a folder and a line here. */
export const builtInProviders: readonly Provider[] = []
