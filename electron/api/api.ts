import { implement } from '@orpc/server'
import { contract } from '#shared/contract/index.ts'
import type { EngineRooms } from './engine-rooms.ts'
import { type OnDefect, toWireError } from './errors.ts'
import type { EventLog } from './event-log.ts'

/**
 * The contract answered by the engine, one line per procedure; every host carries this one router. Whatever is thrown
 * below it leaves as a code and a sentence (see errors.ts); defects are also told to `onDefect`.
 */
export function createRouter(engine: EngineRooms, eventLog: EventLog, onDefect: OnDefect) {
  const os = implement(contract).use(async ({ next, path }) => {
    try {
      return await next()
    } catch (error) {
      throw toWireError(error, path.join('.'), onDefect)
    }
  })
  return os.router({
    library: {
      info: os.library.info.handler(() => engine.library.info()),
      verify: os.library.verify.handler(() => engine.library.verify()),
      backup: os.library.backup.handler(({ input }) => engine.library.backup(input)),
      gc: os.library.gc.handler(({ input }) => engine.library.gc(input)),
    },
    sheets: {
      add: os.sheets.add.handler(({ input }) => engine.sheets.add(input)),
      get: os.sheets.get.handler(({ input }) => engine.sheets.get(input)),
      rows: os.sheets.rows.handler(({ input }) => engine.sheets.rows(input)),
      readAgain: os.sheets.readAgain.handler(({ input }) => engine.sheets.readAgain(input)),
      map: os.sheets.map.handler(({ input }) => engine.sheets.map(input)),
      example: os.sheets.example.handler(() => engine.sheets.example()),
    },
    templates: { preview: os.templates.preview.handler(({ input }) => engine.templates.preview(input)) },
    wildcards: {
      list: os.wildcards.list.handler(() => engine.wildcards.list()),
      add: os.wildcards.add.handler(({ input }) => engine.wildcards.add(input)),
      remove: os.wildcards.remove.handler(({ input }) => engine.wildcards.remove(input)),
    },
    references: {
      list: os.references.list.handler(({ input }) => engine.references.list(input)),
      add: os.references.add.handler(({ input }) => engine.references.add(input)),
      fetch: os.references.fetch.handler(({ input }) => engine.references.fetch(input)),
      remove: os.references.remove.handler(({ input }) => engine.references.remove(input)),
      thumb: os.references.thumb.handler(({ input }) => engine.references.thumb(input)),
    },
    batches: {
      list: os.batches.list.handler(() => engine.batches.list()),
      get: os.batches.get.handler(({ input }) => engine.batches.get(input)),
      find: os.batches.find.handler(({ input }) => engine.batches.find(input)),
      compareSheet: os.batches.compareSheet.handler(({ input }) => engine.batches.compareSheet(input)),
      differences: os.batches.differences.handler(({ input }) => engine.batches.differences(input)),
      update: os.batches.update.handler(({ input }) => engine.batches.update(input)),
      writeSheet: os.batches.writeSheet.handler(({ input }) => engine.batches.writeSheet(input)),
      rename: os.batches.rename.handler(({ input }) => engine.batches.rename(input)),
    },
    generation: {
      planDrafts: os.generation.planDrafts.handler(({ input }) => engine.generation.planDrafts(input)),
      planFinals: os.generation.planFinals.handler(({ input }) => engine.generation.planFinals(input)),
      planRerolls: os.generation.planRerolls.handler(({ input }) => engine.generation.planRerolls(input)),
      planAgain: os.generation.planAgain.handler(({ input }) => engine.generation.planAgain(input)),
      madeAgain: os.generation.madeAgain.handler(({ input }) => engine.generation.madeAgain(input)),
      planRows: os.generation.planRows.handler(({ input }) => engine.generation.planRows(input)),
      run: os.generation.run.handler(({ input }) => engine.generation.run(input)),
      release: os.generation.release.handler(({ input }) => engine.generation.release(input)),
      control: os.generation.control.handler(({ input }) => engine.generation.control(input)),
      retry: os.generation.retry.handler(({ input }) => engine.generation.retry(input)),
      resolveUnknown: os.generation.resolveUnknown.handler(({ input }) => engine.generation.resolveUnknown(input)),
      editPrompt: os.generation.editPrompt.handler(({ input }) => engine.generation.editPrompt(input)),
      undoEdit: os.generation.undoEdit.handler(({ input }) => engine.generation.undoEdit(input)),
      dismiss: os.generation.dismiss.handler(({ input }) => engine.generation.dismiss(input)),
      onScreen: os.generation.onScreen.handler(({ input }) => engine.generation.onScreen(input)),
      queue: os.generation.queue.handler(() => engine.generation.queue()),
      failures: os.generation.failures.handler(({ input }) => engine.generation.failures(input)),
    },
    remoteBatches: {
      list: os.remoteBatches.list.handler(({ input }) => engine.remoteBatches.list(input)),
      cancel: os.remoteBatches.cancel.handler(({ input }) => engine.remoteBatches.cancel(input)),
      lookNow: os.remoteBatches.lookNow.handler(({ input }) => engine.remoteBatches.lookNow(input)),
      writeOut: os.remoteBatches.writeOut.handler(({ input }) => engine.remoteBatches.writeOut(input)),
      readIn: os.remoteBatches.readIn.handler(({ input }) => engine.remoteBatches.readIn(input)),
    },
    tiles: {
      ids: os.tiles.ids.handler(({ input }) => engine.tiles.ids(input)),
      list: os.tiles.list.handler(({ input }) => engine.tiles.list(input)),
      many: os.tiles.many.handler(({ input }) => engine.tiles.many(input)),
      matrix: os.tiles.matrix.handler(({ input }) => engine.tiles.matrix(input)),
      shares: os.tiles.shares.handler(({ input }) => engine.tiles.shares(input)),
      earlier: os.tiles.earlier.handler(({ input }) => engine.tiles.earlier(input)),
      nextUndecided: os.tiles.nextUndecided.handler(({ input }) => engine.tiles.nextUndecided(input)),
    },
    review: {
      apply: os.review.apply.handler(({ input }) => engine.review.apply(input)),
      undo: os.review.undo.handler(({ input }) => engine.review.undo(input)),
      redo: os.review.redo.handler(({ input }) => engine.review.redo(input)),
      stepBack: os.review.stepBack.handler(({ input }) => engine.review.stepBack(input)),
      history: os.review.history.handler(({ input }) => engine.review.history(input)),
      importDecisions: os.review.importDecisions.handler(({ input }) => engine.review.importDecisions(input)),
    },
    delivery: {
      plan: os.delivery.plan.handler(({ input }) => engine.delivery.plan(input)),
      start: os.delivery.start.handler(({ input }) => engine.delivery.start(input)),
      get: os.delivery.get.handler(({ input }) => engine.delivery.get(input)),
      files: os.delivery.files.handler(({ input }) => engine.delivery.files(input)),
      last: os.delivery.last.handler(({ input }) => engine.delivery.last(input)),
      list: os.delivery.list.handler(({ input }) => engine.delivery.list(input)),
    },
    buckets: {
      test: os.buckets.test.handler(({ input }) => engine.buckets.test(input)),
      keyState: os.buckets.keyState.handler(({ input }) => engine.buckets.keyState(input)),
      setKey: os.buckets.setKey.handler(({ input }) => engine.buckets.setKey(input)),
      links: os.buckets.links.handler(({ input }) => engine.buckets.links(input)),
    },
    providers: {
      list: os.providers.list.handler(() => engine.providers.list()),
      configure: os.providers.configure.handler(({ input }) => engine.providers.configure(input)),
      setKey: os.providers.setKey.handler(({ input }) => engine.providers.setKey(input)),
      setPrice: os.providers.setPrice.handler(({ input }) => engine.providers.setPrice(input)),
      check: os.providers.check.handler(({ input }) => engine.providers.check(input)),
      refresh: os.providers.refresh.handler(({ input }) => engine.providers.refresh(input)),
      setModel: os.providers.setModel.handler(({ input }) => engine.providers.setModel(input)),
    },
    customServices: {
      list: os.customServices.list.handler(() => engine.customServices.list()),
      test: os.customServices.test.handler(({ input }) => engine.customServices.test(input)),
      save: os.customServices.save.handler(({ input }) => engine.customServices.save(input)),
      remove: os.customServices.remove.handler(({ input }) => engine.customServices.remove(input)),
    },
    settings: {
      get: os.settings.get.handler(() => engine.settings.get()),
      set: os.settings.set.handler(({ input }) => engine.settings.set(input)),
    },
    events: {
      follow: os.events.follow.handler(({ input, signal, lastEventId }) =>
        eventLog.follow(input.after ?? numberIn(lastEventId), signal),
      ),
    },
  })
}

export type Router = ReturnType<typeof createRouter>

/** The number a browser's own event source sends when it comes back; null where there is none. */
const numberIn = (text: string | undefined): number | null => (text && /^\d{1,16}$/.test(text) ? Number(text) : null)
