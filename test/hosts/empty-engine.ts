import type { EngineRooms, MediaFile } from '#api/engine-rooms.ts'
import type { SheetFolders } from '#api/open-sheet.ts'
import { AppError } from '#shared/errors.ts'

/** Every procedure refuses with a sentence that says so. */
function closedRoom<Names extends string>(...names: Names[]) {
  const refuse = () => {
    throw new AppError('unsupported', 'This engine has no such room.')
  }
  return Object.fromEntries(names.map((name) => [name, refuse])) as Record<Names, () => never>
}

/**
 * An engine that knows its library and one set of media and nothing else: for tests of what stands before the engine
 * (guard, sessions, files, media, the desktop's window). The calls themselves are tested with the real one.
 */
export function emptyEngine(
  media: Readonly<Record<number, MediaFile>> = {},
): EngineRooms & SheetFolders & { calls: string[] } {
  const calls: string[] = []
  return {
    calls,
    library: {
      info: () => {
        calls.push('library.info')
        return {
          folder: 'here',
          schemaVersion: 1,
          batches: 0,
          images: 0,
          pictureBytes: 0,
          readOnly: false,
          newestBackupMs: null,
          madeAgain: null,
        }
      },
      verify: () => {
        throw new RangeError('a secret place: line 7')
      },
      ...closedRoom('backup', 'gc'),
    },
    customServices: closedRoom('list', 'test', 'save', 'remove'),
    settings: {
      get: () => {
        throw new AppError('rate-limited', 'Wait a little.', { retryAfterMs: 1500, billed: false })
      },
      set: () => {
        calls.push('settings.set')
        throw new AppError('unsupported', 'This engine keeps no settings.')
      },
    },
    sheets: closedRoom('add', 'get', 'rows', 'readAgain', 'map', 'example'),
    templates: closedRoom('preview'),
    wildcards: closedRoom('list', 'add', 'remove'),
    references: closedRoom('list', 'add', 'fetch', 'remove', 'thumb', 'addFromFolder'),
    batches: closedRoom('list', 'get', 'find', 'rename', 'compareSheet', 'differences', 'update', 'writeSheet'),
    remoteBatches: closedRoom('list', 'cancel', 'lookNow', 'writeOut', 'readIn'),
    generation: closedRoom(
      'planDrafts',
      'planFinals',
      'planRerolls',
      'planAgain',
      'madeAgain',
      'planRows',
      'run',
      'release',
      'control',
      'retry',
      'resolveUnknown',
      'editPrompt',
      'undoEdit',
      'dismiss',
      'onScreen',
      'queue',
      'failures',
    ),
    tiles: closedRoom('ids', 'list', 'many', 'matrix', 'shares', 'earlier', 'nextUndecided'),
    review: closedRoom('apply', 'undo', 'redo', 'stepBack', 'history', 'importDecisions'),
    delivery: closedRoom('plan', 'start', 'get', 'files', 'last', 'list'),
    buckets: closedRoom('test', 'keyState', 'setKey', 'links'),
    providers: closedRoom('list', 'configure', 'setKey', 'setPrice', 'check', 'refresh', 'setModel'),
    media: async (imageId) => {
      const found = media[imageId]
      if (!found) throw new AppError('not-found', `There is no image ${imageId}.`)
      return found
    },
  }
}
