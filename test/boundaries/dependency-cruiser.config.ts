import type { IConfiguration, IForbiddenRuleType } from 'dependency-cruiser'

/**
 * The engine's rooms by floor, the ground floor first. A new room gets its place here before its first file:
 * the test beside this file refuses a folder in electron/engine that stands on no floor.
 */
export const floors = [
  ['storage', 'network', 'providers'],
  ['settings', 'sheets', 'wildcards', 'batches', 'jobs', 'images', 'cache', 'spend'],
  ['tiles', 'references'],
  ['generation', 'review', 'delivery', 'insight', 'upkeep'],
  ['recipes'],
] as const

const inRooms = (rooms: readonly string[]): string => `^electron/engine/(${rooms.join('|')})/`

/**
 * A floor sees the floors below it; never its own, never one above. `$1` is the importing file's own room. A single
 * room on the top floor has nothing it may not see, so it has no rule.
 */
const ruleOfFloor = (rooms: readonly string[], floor: number): IForbiddenRuleType => ({
  name: `floor-${floor}`,
  comment: `${rooms.join(', ')} may import only the floors below them: what they need from beside or above is an argument.`,
  severity: 'error',
  from: { path: inRooms(rooms.filter((room) => room !== 'providers')) },
  to: { path: inRooms(floors.slice(floor).flat()), pathNot: '^electron/engine/$1/' },
})
const floorRules = floors.map(ruleOfFloor).filter((_rule, floor) => floors.slice(floor).flat().length > 1)

// `$1` is the first group of `from.path`; where that group took no part, a pattern with `$1` matches nothing.
// Package rules match the resolved file, or the bare name where it could not be resolved. This repository has a folder
// called `electron`, too: only `electron` itself and its documented subpaths are the package.
const electronPackage = '(^|/)node_modules/electron/|^electron(/(main|renderer|common|utility))?$'

const forbidden: IForbiddenRuleType[] = [
  ...floorRules,
  {
    name: 'floor-0-providers',
    comment: 'Providers stand on shared, and may use network besides.',
    severity: 'error',
    from: { path: '^electron/engine/providers/' },
    to: { path: inRooms(floors.flat()), pathNot: '^electron/engine/(providers|network)/' },
  },
  {
    name: 'rooms-below-the-engine',
    comment: 'engine.ts builds the rooms; no room imports it.',
    severity: 'error',
    from: { path: '^electron/engine/[^/]+/' },
    to: { path: '^electron/engine/[^/]+$' },
  },
  {
    name: 'door',
    comment:
      'A room is entered through its door, the file named like the folder (providers/provider.ts is the interface).',
    severity: 'error',
    from: { path: '^electron/engine/([^/]+)/|^', pathNot: '^test/' },
    to: {
      path: '^electron/engine/[^/]+/',
      pathNot: [
        '^electron/engine/$1/',
        '^electron/engine/([^/]+)/\\1\\.ts$',
        '^electron/engine/providers/provider\\.ts$',
      ],
    },
  },
  {
    name: 'provider-door',
    comment: 'Only the registry, providers.ts, opens the door of a provider folder.',
    severity: 'error',
    from: {
      path: '^electron/engine/providers/([^/]+)/|^electron/engine/providers/',
      pathNot: '^electron/engine/providers/providers\\.ts$',
    },
    to: { path: '^electron/engine/providers/[^/]+/', pathNot: '^electron/engine/providers/$1/' },
  },
  {
    name: 'provider-private',
    comment: 'The registry sees the door of a provider folder, not what is behind it.',
    severity: 'error',
    from: { path: '^electron/engine/providers/providers\\.ts$' },
    to: { path: '^electron/engine/providers/[^/]+/', pathNot: '^electron/engine/providers/([^/]+)/\\1\\.ts$' },
  },
  {
    name: 'engine-knows-no-host',
    comment: 'The engine is plain Node: it imports neither api nor a host nor the renderer.',
    severity: 'error',
    from: { path: '^electron/engine/' },
    to: { path: '^(electron/(api|desktop|web|cli)|renderer)/' },
  },
  {
    name: 'api-below-the-hosts',
    comment: 'api stands on engine/engine.ts and shared.',
    severity: 'error',
    from: { path: '^electron/api/' },
    to: { path: '^(electron|renderer)/', pathNot: '^electron/(api/|engine/)' },
  },
  {
    name: 'engine-door',
    comment: 'api and the hosts reach the engine through engine/engine.ts only.',
    severity: 'error',
    from: { path: '^electron/(api|desktop|web|cli)/' },
    to: { path: '^electron/engine/', pathNot: '^electron/engine/engine\\.ts$' },
  },
  {
    name: 'hosts-are-entries',
    comment:
      'desktop and cli are where programs begin: nothing else imports them (the command line may start the web host).',
    severity: 'error',
    from: { path: '^electron/(desktop|cli)/|^', pathNot: '^test/' },
    to: { path: '^electron/(desktop|cli)/', pathNot: '^electron/$1/' },
  },
  {
    name: 'electron-in-desktop-only',
    comment: 'Only electron/desktop imports the electron package, types included.',
    severity: 'error',
    from: { pathNot: '^electron/desktop/' },
    to: { path: electronPackage },
  },
  {
    name: 'sqlite-in-storage-only',
    comment: 'The database is opened in storage; other rooms get it as an argument.',
    severity: 'error',
    from: { path: '^(electron|renderer|shared)/', pathNot: '^electron/engine/storage/' },
    to: { path: '(^|/)node_modules/(@types/)?better-sqlite3/|^better-sqlite3$' },
  },
  {
    name: 'renderer-sees-shared-only',
    comment: 'The renderer knows the contract, not who keeps it.',
    severity: 'error',
    from: { path: '^renderer/' },
    to: { path: '^electron/' },
  },
  {
    name: 'renderer-runs-in-a-browser',
    comment: 'No Node in the renderer (its tool configuration is not the renderer).',
    severity: 'error',
    from: { path: '^renderer/', pathNot: '\\.config\\.ts$' },
    to: { dependencyTypes: ['core'] },
  },
  {
    name: 'client-in-renderer-api-only',
    comment: 'The renderer reaches the API through renderer/api only.',
    severity: 'error',
    from: { path: '^renderer/', pathNot: '^renderer/api/' },
    to: { path: '(^|/)node_modules/@orpc/' },
  },
  {
    name: 'shared-stands-alone',
    comment: 'shared runs anywhere: it imports itself, zod and @orpc/contract.',
    severity: 'error',
    from: { path: '^shared/' },
    to: { pathNot: ['^shared/', '(^|/)node_modules/(zod|@orpc/contract)/'] },
  },
  {
    name: 'nothing-imports-test',
    severity: 'error',
    from: { pathNot: '^test/' },
    to: { path: '^test/' },
  },
  {
    name: 'packed-packages-only',
    comment: 'A packed program has no development packages (electron is the program itself).',
    severity: 'error',
    from: { path: '^(electron|shared)/', pathNot: '\\.config\\.ts$' },
    to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: electronPackage },
  },
  {
    name: 'no-cycle',
    comment: 'Import rings, type-only ones included.',
    severity: 'error',
    from: {},
    to: { circular: true },
  },
  {
    name: 'resolves',
    comment: 'An import that cannot be resolved would slip past every other rule.',
    severity: 'error',
    from: {},
    // `electron` has no file before its binary is fetched; its own rule goes by name.
    to: { couldNotResolve: true, pathNot: electronPackage },
  },
]

/** What is cruised, from the project's root: `depcruise --config test/boundaries/dependency-cruiser.config.ts electron renderer shared test`. */
export const cruised = ['electron', 'renderer', 'shared', 'test'] as const

const config: IConfiguration = {
  forbidden,
  options: {
    parser: 'tsc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    // Anchored: most packages live in a folder called dist, and an excluded package breaks no rule.
    exclude: { path: '^(out|dist|test-results|coverage|test/fixtures)/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'require'],
    },
  },
}

export default config
