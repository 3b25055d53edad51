import pLimit from 'p-limit'
import type { Problem } from '#shared/contract/common.ts'
import type { DeliveryPlan } from '#shared/contract/delivery.ts'
import type { Destination } from '../destination.ts'
import type { Owned } from '../manifest/earlier.ts'
import { knownBytes } from '../pictures/file-content.ts'
import type { KnownBytes, MadeFiles } from '../pictures/made-files.ts'
import type { FilePlan } from './plan-files.ts'

const samplesShown = 50
const looksAtOnce = 16

/** A problem of the delivery as a whole; it is about no row of the sheet. */
const problemOf = (message: string): Problem => ({ row: null, line: null, column: null, message })

interface PreviewNeeds {
  readonly plan: FilePlan
  readonly made: MadeFiles
  readonly sentTo: Destination['sentTo'] | null
}

/**
 * What a delivery would write, for a person to look at while she types the name template. A file that is listed as
 * delivered is believed to be what it was while its size is right; the delivery itself reads every byte. `there` is
 * null where the target cannot be used: then nothing in it is looked at.
 */
export async function previewOf(
  { plan, made, sentTo }: PreviewNeeds,
  target: string,
  there: { readonly destination: Destination; readonly owned: Owned } | null,
  problems: readonly string[],
): Promise<DeliveryPlan> {
  const hasNames = plan.mistakes.length === 0
  const files = plan.files.map((file) => ({ path: file.path, known: knownBytes(file, made) }))
  const places = hasNames && there ? await placesOf(files, there.destination, there.owned) : []
  const taken = plan.files.filter((_file, at) => places[at] === 'taken').map(({ path }) => path)
  const takenProblem =
    taken.length === 0
      ? []
      : [
          `${taken[0]}${taken.length > 1 ? ` and ${taken.length - 1} more` : ''} would not be written: there is another ` +
            'file of that name, which no delivery wrote or which was changed since. Move it away or change the name template.',
        ]
  return {
    target,
    files: plan.files.length,
    bytes: files.reduce((sum, { known }) => sum + (known?.byteLength ?? 0), 0),
    unknownSizes: files.filter(({ known }) => known === null).length,
    present: places.filter((place) => place === 'present').length,
    samples: hasNames
      ? plan.files
          .slice(0, samplesShown)
          .map(({ path, image }) => ({ path, tileId: image.tileId, address: sentTo?.(path) ?? null }))
      : [],
    collisions: hasNames ? plan.collisions : 0,
    problems: [...plan.mistakes, ...problems, ...takenProblem].map(problemOf),
  }
}

type Place = 'free' | 'present' | 'taken'

interface LookedFor {
  readonly path: string
  readonly known: KnownBytes | null
}

/** A delivered file whose bytes are still to be made again counts as free: the delivery will see. */
function placesOf(files: readonly LookedFor[], destination: Destination, owned: Owned): Promise<Place[]> {
  const limit = pLimit(looksAtOnce)
  const placeOf = async ({ path, known }: LookedFor): Promise<Place> => {
    const there = await destination.look(path)
    if (!there) return 'free'
    const own = owned.get(path)
    if (known && there.byteLength === known.byteLength) {
      if (own?.has(known.sha256)) return 'present'
      if ((await there.sha256()) === known.sha256) return 'present'
    }
    return own !== undefined && there.byteLength !== null ? 'free' : 'taken'
  }
  return Promise.all(files.map((file) => limit(() => placeOf(file))))
}
