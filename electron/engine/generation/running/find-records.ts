import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Images } from '#engine/images/images.ts'
import { type PictureRecord, pictureRecord } from './picture-record.ts'

/** The pictures of one reply, in its order. */
export type RecordedReply = readonly [PictureRecord, ...PictureRecord[]]

export interface FoundRecords {
  /** In the order in which they were made. */
  readonly replies: readonly RecordedReply[]
  /** Whole pictures in the folder, by their SHA-256, whether a record is there or not. */
  readonly pictures: ReadonlyMap<string, string>
}

/**
 * The records in the `pictures` folder that a database does not know, together with whether their pictures are whole.
 * Known ones are told by their names alone, so that a large library is listed and not read.
 */
export async function findRecords(
  folder: string,
  images: Images,
  known: { sha256: ReadonlySet<string>; hashBeginning: ReadonlySet<string> },
): Promise<FoundRecords> {
  const place = join(folder, 'pictures')
  const pictures = new Map<string, string>()
  const records: PictureRecord[] = []
  for (const inner of await readdir(place).catch(() => [])) {
    const names = await readdir(join(place, inner)).catch(() => [])
    for (const name of names) {
      const [, sha256] = /^([0-9a-f]{64})\.(?:png|jpg|webp|avif)$/.exec(name) ?? []
      if (sha256 !== undefined) pictures.set(sha256, join(place, inner, name))
    }
    const unknown = names.filter((name) => {
      const [, sha256 = '', beginning = ''] = /^([0-9a-f]{64})\.([0-9a-f]{16})\.json$/.exec(name) ?? []
      return sha256 !== '' && !(known.sha256.has(sha256) && known.hashBeginning.has(beginning))
    })
    const found = await Promise.all(unknown.map((name) => readRecord(join(place, inner, name), images)))
    records.push(...found.filter((record) => record !== null))
  }
  return { replies: repliesOf(records), pictures }
}

/** Null where the record says nothing usable, or its picture is not there in its full length. */
async function readRecord(file: string, images: Images): Promise<PictureRecord | null> {
  try {
    const record = pictureRecord.parse(JSON.parse(await readFile(file, 'utf8')))
    const picture = await stat(images.pictureFile(record.sha256, record.picture.format))
    return picture.size === record.picture.byteLength ? record : null
  } catch {
    // A record cut off, or one without its picture, tells nothing that could be kept; its picture is looked at by itself.
    return null
  }
}

function repliesOf(records: readonly PictureRecord[]): RecordedReply[] {
  const replies = Map.groupBy(records, (of) => `${of.promptHash} ${of.batch.createdMs} ${of.job.id} ${of.madeMs}`)
  return [...replies.values()]
    .flatMap((list): RecordedReply[] => {
      const [first, ...others] = list.sort((one, other) => one.outputIndex - other.outputIndex)
      return first ? [[first, ...others]] : []
    })
    .sort(([one], [other]) => one.madeMs - other.madeMs)
}
