import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openBatches } from '#engine/batches/batches.ts'
import { openCache } from '#engine/cache/cache.ts'
import { openBuckets, openDelivery } from '#engine/delivery/delivery.ts'
import { openGeneration } from '#engine/generation/generation.ts'
import { openImages } from '#engine/images/images.ts'
import { openJobs } from '#engine/jobs/jobs.ts'
import { openNetwork } from '#engine/network/network.ts'
import type { Provider } from '#engine/providers/provider.ts'
import { builtInProviders, customProvider } from '#engine/providers/providers.ts'
import { openReferences } from '#engine/references/references.ts'
import { openReview } from '#engine/review/review.ts'
import { describedServices, type Keyring, openProviders, openSecrets, openSettings } from '#engine/settings/settings.ts'
import { openSpend } from '#engine/spend/spend.ts'
import { type Clock, openStorage, steadyClock } from '#engine/storage/storage.ts'
import {
  openBatchCounts,
  openDeliverables,
  openDelivered,
  openLooseEnds,
  openSheetTiles,
  openTiles,
} from '#engine/tiles/tiles.ts'
import { openUpkeep } from '#engine/upkeep/upkeep.ts'
import { openWildcards } from '#engine/wildcards/wildcards.ts'
import type { UpdatePlanInput } from '#shared/contract/batches.ts'
import type { LibraryEvent } from '#shared/contract/events.ts'
import type { ModelOverride } from '#shared/contract/providers.ts'
import type { SettingsChange } from '#shared/contract/settings.ts'
import type { TileFilter, TileOrder } from '#shared/contract/tiles.ts'
import { bringBack } from './bring-back.ts'
import { openCustomServices } from './custom-services.ts'
import { openPromptIndexing } from './index-prompts.ts'
import { openMadeAgain } from './made-again.ts'
import { raiseEstimates } from './raise-estimates.ts'
import { openHookReceiver } from './receive-hooks.ts'
import { openStoredSheets } from './stored-sheets.ts'
import { openTemplatePreview } from './template-preview.ts'
import { openWrittenSheets } from './written-sheets.ts'
import { keepHeapSmall } from './young-heap.ts'

export { type KeyringProcess, systemKeyring } from '#engine/settings/settings.ts'
export { writeFilesDurably } from '#engine/storage/storage.ts'

/** How long opening a library waits for keys in the system's keyring; later ones are taken in when they come. */
const keysWaitMs = 3_500

export interface EngineOptions {
  /** The library's folder; made where it is not there yet. */
  readonly library: string
  /** Beside a host that writes: nothing is changed and nothing runs. */
  readonly readOnly?: boolean
  /** Whether unfinished batches go on by themselves (the default); else only those that are run or gone on with here. */
  readonly goesOn?: boolean
  /** Who has the library open, for the message that a second writer gets. */
  readonly host: string
  /** Where keys are kept, outside every library. */
  readonly keyFile: string
  /** The system's keyring; without one, keys are kept in that file. */
  readonly keyring?: Keyring | null
  readonly env: Readonly<Record<string, string | undefined>>
  /** Where webhooks reach this host from outside; providers that have them are told to send them there. */
  readonly publicUrl?: string | null
  readonly emit: (event: LibraryEvent) => void
  /** The folder with the example sheets; null where there are none. */
  readonly examples?: string | null
  /** The registry, where a test brings its own. */
  readonly providers?: readonly Provider[]
  readonly clock?: Clock
  /** How far apart looks at a remote batch are at most, in ms; absent: 5 minutes. */
  readonly lookEveryMs?: number
}

export type Engine = Awaited<ReturnType<typeof openEngine>>

/**
 * Opens a library with everything that works on it, and goes on with what was unfinished. One property a room, named
 * as in the contract. Throws AppError `conflict` where another host has it.
 */
export async function openEngine(options: EngineOptions) {
  let isSending = (): boolean => false
  const letHeapBe = keepHeapSmall(() => isSending())
  const { library: folder, readOnly = false, host } = options
  const onEvent = new Set<(event: LibraryEvent) => void>([options.emit])
  const emit = (event: LibraryEvent): void => {
    for (const listener of onEvent) listener(event)
  }
  const storage = openStorage({ folder, readOnly, host })
  const newestMs = openSpend(storage, steadyClock(0)).newestMs()
  const clock = options.clock ?? steadyClock(newestMs)
  const network = openNetwork()
  const spend = openSpend(storage, clock)
  const settings = openSettings(storage)
  const secrets = openSecrets({
    file: options.keyFile,
    env: options.env,
    keyring: options.keyring ?? null,
    onLoaded: (ids) => keysCame(ids),
  })
  /** Until the engine is there, nobody waits for a key. */
  let keysCame: (ids: readonly string[]) => void = () => undefined
  const described = describedServices({ settings, providerOf: customProvider })
  const providers = openProviders({
    providers: options.providers ?? builtInProviders,
    described,
    settings,
    secrets,
    network,
    clock,
    env: options.env,
    publicUrl: options.publicUrl ?? null,
    priceOf: spend.price,
  })
  const batches = openBatches(storage, clock)
  const jobs = openJobs(storage, clock)
  const images = openImages(storage, clock)
  const cache = openCache(storage, clock)
  const tiles = openTiles(storage)
  const wildcards = openWildcards(storage, clock)
  const sheets = openStoredSheets(batches)
  const references = openReferences({ storage, clock, images, batches, network, readStoredSheet: sheets.read, emit })
  const rooms = { storage, clock, batches, jobs, images, cache, tiles, providers, references, spend, emit }
  const madeAgain = await bringBack(rooms, settings)
  // What is only read sends nothing, so it needs no keys.
  if (!readOnly) await Promise.race([secrets.load(), sleep(keysWaitMs, undefined, { ref: false })])
  const generation = openGeneration({
    ...rooms,
    network,
    counts: openBatchCounts(storage),
    sheetTiles: openSheetTiles(storage),
    settings: settings.get,
    wildcards,
    goesOn: options.goesOn ?? true,
    lookEveryMs: options.lookEveryMs ?? null,
    readStoredSheet: sheets.read,
  })
  isSending = generation.isSending
  onEvent.add((event) => {
    if ('batchId' in event) generation.batchChanged(event.batchId)
  })
  const review = openReview(rooms)
  const buckets = openBuckets({ network, secrets, env: options.env, now: Date.now })
  const { links, ...delivery } = openDelivery({ ...rooms, network, buckets, deliverables: openDeliverables(storage) })

  const upkeep = openUpkeep({ ...rooms, looseEnds: openLooseEnds(storage), running: generation.running })

  let closing: Promise<void> | null = null
  const raising = new Set<Promise<void>>()
  const indexing = readOnly ? null : openPromptIndexing(batches)
  onEvent.add((event) => {
    if (event.kind === 'batches-changed') indexing?.wake()
  })

  async function close(waitMs: number): Promise<void> {
    letHeapBe()
    await indexing?.stop()
    if (!readOnly) {
      await review.settled()
      await delivery.stop()
      await generation.stop(waitMs)
      await upkeep.stop()
    }
    await network.close()
    secrets.close()
    await Promise.allSettled(raising)
    storage.close()
  }

  function providerChanged<Result>(provider: string, result: Result): Result {
    if (!readOnly) generation.providerChanged(provider)
    emit({ kind: 'providers-changed' })
    return result
  }
  keysCame = (ids) => {
    for (const id of ids) if (!closing && providers.ids().includes(id)) providerChanged(id, null)
  }

  function setModel(wanted: { provider: string; model: string; override: ModelOverride | null }) {
    const { provider, model, override } = wanted
    const changed = storage.transaction(() => {
      const info = providers.setModel(provider, model, override)
      spend.forgetPrice(provider, model)
      return info
    })
    void raise(provider, model)
    return providerChanged(provider, changed)
  }

  /** One after another: each ends with what waits at the prices of now. */
  function raise(provider: string, model: string | null = null): Promise<void> {
    const needs = { storage, jobs, providers, isClosing: () => closing !== null }
    const raised = raiseEstimates(needs, provider, model).then(() => {
      raising.delete(raised)
      if (!closing) providerChanged(provider, null)
    })
    raising.add(raised)
    return raised
  }

  return {
    library: {
      info: () => ({
        folder,
        schemaVersion: storage.schemaVersion,
        batches: batches.list().length,
        images: images.totals().images,
        pictureBytes: images.totals().bytes,
        readOnly,
        newestBackupMs: upkeep.newestBackupMs(),
        madeAgain,
      }),
      verify: upkeep.verify,
      backup: upkeep.backup,
      gc: upkeep.gc,
    },
    sheets: {
      add: sheets.add,
      get: sheets.get,
      rows: sheets.rows,
      readAgain: sheets.readAgain,
      readLike: sheets.readLike,
      map: sheets.map,
      async example() {
        const names = options.examples ? (await readdir(options.examples)).sort() : []
        return Promise.all(
          names.map(async (name) => ({
            name,
            title: name.replace(/\.[^.]*$/, '').replaceAll('-', ' '),
            bytesBase64: (await readFile(join(options.examples ?? '', name))).toString('base64'),
          })),
        )
      },
    },
    templates: { preview: openTemplatePreview(sheets, wildcards) },
    wildcards: {
      list: wildcards.list,
      async add(input: Parameters<typeof wildcards.add>[0]) {
        const kept = await wildcards.add(input)
        emit({ kind: 'wildcards-changed' })
        return kept
      },
      remove(input: { paths: readonly string[] }) {
        const gone = wildcards.remove(input)
        emit({ kind: 'wildcards-changed' })
        return gone
      },
    },
    references,
    batches: {
      list: generation.statuses,
      get: ({ batchId }: { batchId: number }) => generation.status(batchId),
      find({ batch }: { batch: string }) {
        const found = batches.find(batch)
        return { batchId: found.id, batch: found.name }
      },
      async compareSheet(input: UpdatePlanInput) {
        const { sheetId: olderId, settings } = batches.get(input.batchId)
        const sheetId = await sheets.readLike(input.sheetId, olderId)
        references.carry(input.sheetId, sheetId)
        references.carry(olderId, sheetId)
        await references.fetch({ sheetId, mapping: settings.mapping })
        return generation.compareSheet({ ...input, sheetId })
      },
      differences: generation.differences,
      update: generation.update,
      writeSheet: openWrittenSheets({ batches, tiles, sheets, delivered: openDelivered(storage) }),
      rename({ batchId, name }: { batchId: number; name: string }) {
        const renamed = batches.rename(batchId, name)
        emit({ kind: 'batches-changed' })
        return { batchId, batch: renamed.name }
      },
    },
    generation: {
      ...generation,
      ...openMadeAgain({ batches, images, tiles, sheets, planDrafts: generation.planDrafts }),
    },
    remoteBatches: generation.remoteBatches,
    tiles: {
      ids: ({ batchId, filter, order }: { batchId: number; filter: TileFilter; order: TileOrder }) =>
        tiles.ids(batchId, filter, order),
      list: tiles.list,
      many: ({ tileIds }: { tileIds: readonly number[] }) => tiles.many(tileIds),
      matrix: tiles.matrix,
      shares: tiles.shares,
      earlier: ({ tileId }: { tileId: number }) => tiles.earlier(tileId),
      nextUndecided: ({ tileId, backwards }: { tileId: number; backwards: boolean }) => ({
        tileId: tiles.nextUndecided(tileId, backwards),
      }),
    },
    review,
    delivery,
    buckets: { test: buckets.test, keyState: buckets.keyState, setKey: buckets.setKey, links },
    providers: {
      list: providers.list,
      configure: ({
        provider,
        settings: changes,
      }: {
        provider: string
        settings: Parameters<typeof providers.configure>[1]
      }) => providerChanged(provider, providers.configure(provider, changes)),
      setKey: async ({ provider, key }: { provider: string; key: string | null }) =>
        providerChanged(provider, await providers.setKey(provider, key)),
      setPrice: ({ provider, model, perImageMicros }: { provider: string; model: string; perImageMicros: number }) =>
        setModel({
          provider,
          model,
          override: {
            ...settings.overridesOf(provider)[model],
            price: { per: 'image', micros: perImageMicros },
          },
        }),
      setModel,
      check: ({ provider }: { provider: string }) => providers.check(provider),
      async refresh({ provider }: { provider: string }) {
        const found = await providers.refresh(provider)
        await raise(provider)
        return found
      },
    },
    customServices: openCustomServices({ described, providers, jobs, changed: providerChanged }),
    settings: {
      get: settings.get,
      set(changes: SettingsChange) {
        const wereShut = settings.get().capsShut
        const next = settings.set(changes)
        if (wereShut && !next.capsShut)
          for (const batch of batches.list()) generation.release({ batchId: batch.id, reason: 'budget' })
        emit({ kind: 'settings-changed' })
        return next
      },
    },
    media: images.media,
    /** A webhook as it came, from anybody: verified, and then good for one poll and nothing else. */
    receiveHook: openHookReceiver({
      read: (provider, delivery) => providers.readHook(provider, delivery),
      nudge: generation.nudge,
    }),
    /**
     * Nothing new is sent; what is out is waited for, at most `waitMs`. Then the library is closed. Asked twice, it closes
     * once; `abandonNow` ends the wait, and what is out becomes `unknown`.
     */
    close(waitMs = 120_000): Promise<void> {
      closing ??= close(waitMs)
      return closing
    },
    abandonNow: generation.abandonNow,
  }
}
