import pLimit from 'p-limit'
import type { Problem } from '#shared/contract/common.ts'
import type { DeliveryPlan } from '#shared/contract/delivery.ts'
import type { Destination } from './destination.ts'
import type { Owned } from './earlier.ts'
import type { FilePlan, PlannedFile } from './plan-files.ts'

const samplesShown = 50
const looksAtOnce = 16

/** A problem of the delivery as a whole; it is about no row of the sheet. */
const problemOf = (message: string): Problem => ({ row: null, line: null, column: null, message })

/**
 * What a delivery would write, for a person to look at while she types the name template. A file that is listed as
 * delivered is believed to be what it was while its size is right; the delivery itself reads every byte. `there` is
 * null where the target cannot be used: then nothing in it is looked at.
 */
export async function previewOf(
  plan: FilePlan,
  target: string,
  there: { readonly destination: Destination; readonly owned: Owned } | null,
  problems: readonly string[],
): Promise<DeliveryPlan> {
  const hasNames = plan.mistakes.length === 0
  const places = hasNames && there ? await placesOf(plan, there.destination, there.owned) : []
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
    bytes: plan.files.reduce((sum, { image }) => sum + image.byteLength, 0),
    present: places.filter((place) => place === 'present').length,
    samples: hasNames
      ? plan.files.slice(0, samplesShown).map(({ path, image }) => ({ path, tileId: image.tileId }))
      : [],
    collisions: hasNames ? plan.collisions : 0,
    problems: [...plan.mistakes, ...problems, ...takenProblem].map(problemOf),
  }
}

type Place = 'free' | 'present' | 'taken'

function placesOf(plan: FilePlan, destination: Destination, owned: Owned): Promise<Place[]> {
  const limit = pLimit(looksAtOnce)
  const placeOf = async ({ path, image }: PlannedFile): Promise<Place> => {
    const there = await destination.look(path)
    if (!there) return 'free'
    const own = owned.get(path)
    if (there.byteLength === image.byteLength) {
      if (own?.has(image.sha256)) return 'present'
      if ((await there.sha256()) === image.sha256) return 'present'
    }
    return own !== undefined && there.byteLength !== null ? 'free' : 'taken'
  }
  return Promise.all(plan.files.map((file) => limit(() => placeOf(file))))
}
