import { readFile } from 'node:fs/promises'
import pLimit from 'p-limit'
import type { Batches } from '#engine/batches/batches.ts'
import type { Images } from '#engine/images/images.ts'
import type { Network } from '#engine/network/network.ts'
import { type ReadSheet, referencesIn } from '#engine/sheets/sheets.ts'
import type { Clock, Storage } from '#engine/storage/storage.ts'
import type { LibraryEvent } from '#shared/contract/events.ts'
import type { FetchedReferences, ReferenceList, WantedReference } from '#shared/contract/references.ts'
import type { ColumnMapping } from '#shared/contract/sheets.ts'
import { AppError, messageOf } from '#shared/errors.ts'
import { isAddress, nameFinder } from './find-name.ts'
import { maxReferenceBytes, readReferenceFile } from './read-reference-file.ts'
import { openReferenceStore, type ReferencePicture } from './reference-store.ts'

export interface ReferencesNeeds {
  readonly storage: Storage
  readonly clock: Clock
  readonly images: Images
  readonly batches: Batches
  readonly network: Pick<Network, 'download'>
  readonly readStoredSheet: (sheetId: number) => Promise<{ sheet: ReadSheet }>
  readonly emit: (event: LibraryEvent) => void
}

export type References = ReturnType<typeof openReferences>
export type { ReferencePicture } from './reference-store.ts'

const namesListed = 1000
const fetchedAtOnce = 4
const mostAddresses = 2000
const fetchTimeoutMs = 60_000

/**
 * Pictures that go in with prompts: by path beside the sheet, by address, or by a name that a person gave. They are read
 * and stored once, decoded whole; a wish then names them by their content.
 */
export function openReferences(needs: ReferencesNeeds) {
  const { images } = needs
  const store = openReferenceStore(needs)
  const fetching = pLimit(fetchedAtOnce)

  async function wantedOf(
    sheetId: number,
    mapping: ColumnMapping,
  ): Promise<Map<string, { rows: number; firstRow: number }>> {
    const { sheet } = await needs.readStoredSheet(sheetId)
    const wanted = new Map<string, { rows: number; firstRow: number }>()
    const read = referencesIn(sheet.columns, mapping)
    for (const row of sheet.rows)
      for (const name of read(row.cells)) {
        const known = wanted.get(name)
        if (known) known.rows++
        else wanted.set(name, { rows: 1, firstRow: row.row })
      }
    return wanted
  }

  /** What a sheet's cells name, among the pictures that are here. */
  async function finder(sheetId: number, mapping: ColumnMapping) {
    const wanted = await wantedOf(sheetId, mapping)
    const stored = new Map(store.ofSheet(sheetId).map((picture) => [picture.name, picture]))
    return { wanted, find: nameFinder<ReferencePicture>(stored, wanted.keys()) }
  }

  const changed = (): void => needs.emit({ kind: 'references-changed' })

  async function fetchOne(sheetId: number, address: string): Promise<void> {
    const signal = AbortSignal.timeout(fetchTimeoutMs)
    const from = `The reference ${address.slice(0, 200)}`
    const options = { signal, maxBytes: maxReferenceBytes, allowedOrigin: null, from }
    const { bytes } = await needs.network.download(address, options).catch((cause: unknown) => {
      const why = messageOf(cause).replace(/ If that server is yours.*$/, ' Put the picture beside the sheet instead.')
      throw new AppError('invalid-input', why, { cause })
    })
    await store.add(sheetId, address, bytes)
  }

  /** Each of them, as many as can be; what went wrong is told by name. */
  async function addEach(
    names: readonly string[],
    add: (name: string) => Promise<unknown>,
  ): Promise<FetchedReferences> {
    const failed: FetchedReferences['failed'] = []
    let fetched = 0
    await Promise.all(
      names.map((name) =>
        fetching(async () => {
          try {
            await add(name)
            fetched++
          } catch (error) {
            failed.push({ name, message: messageOf(error) })
          }
        }),
      ),
    )
    if (fetched > 0) changed()
    return { fetched, failed: failed.slice(0, namesListed) }
  }

  async function missing(sheetId: number, mapping: ColumnMapping): Promise<string[]> {
    const { wanted, find } = await finder(sheetId, mapping)
    return [...wanted.keys()].filter((name) => find(name) === null)
  }

  return {
    finder,
    /** A newer version of a sheet knows the pictures of the one before it. */
    carry: store.carry,
    fit: store.fit,
    fitting: store.fitting,
    bringBack: store.bringBack,

    async list({ sheetId, mapping }: { sheetId: number; mapping: ColumnMapping }): Promise<ReferenceList> {
      const { wanted, find } = await finder(sheetId, mapping)
      const all = [...wanted].map(
        ([name, { rows, firstRow }]): WantedReference => ({
          name,
          kind: isAddress(name) ? 'address' : 'file',
          rows,
          firstRow,
          sha256: find(name)?.sha256 ?? null,
        }),
      )
      const absent = all.filter((one) => one.sha256 === null)
      return {
        pictures: store.ofSheet(sheetId).map(({ name, sha256, width, height, byteLength }) => ({
          name,
          sha256,
          width,
          height,
          byteLength,
        })),
        // What is missing first: that is what a person has to do something about.
        wanted: [...absent, ...all.filter((one) => one.sha256 !== null)].slice(0, namesListed),
        wantedCount: all.length,
        missingCount: absent.length,
        missingRows: absent.reduce((sum, one) => sum + one.rows, 0),
      }
    },

    async add({ sheetId, name, bytesBase64 }: { sheetId: number; name: string; bytesBase64: string }) {
      const bytes = new Uint8Array(Buffer.from(bytesBase64, 'base64'))
      if (bytes.length > maxReferenceBytes)
        throw new AppError(
          'invalid-input',
          `"${name}" has more than ${maxReferenceBytes / 1_000_000} MB. Make it smaller.`,
        )
      const { sha256, width, height, byteLength } = await store.add(sheetId, name, bytes)
      changed()
      return { name, sha256, width, height, byteLength }
    },

    remove({ sheetId, name }: { sheetId: number; name: string }): { removed: true } {
      store.remove(sheetId, name)
      changed()
      return { removed: true }
    },

    /** Fetches the addresses of a sheet that are not here yet: public ones only, each checked at every redirect. */
    async fetch({ sheetId, mapping }: { sheetId: number; mapping: ColumnMapping }): Promise<FetchedReferences> {
      const addresses = (await missing(sheetId, mapping)).filter(isAddress)
      if (addresses.length > mostAddresses)
        throw new AppError(
          'invalid-input',
          `The sheet names ${addresses.length.toLocaleString('en')} addresses; ${mostAddresses.toLocaleString('en')} are fetched at most. Put the pictures beside the sheet.`,
        )
      return addEach(addresses, (address) => fetchOne(sheetId, address))
    },

    /** For a host that has the sheet's own folder: reads the files that it names and that are not here yet, or not as they are now. */
    async addFromFolder(sheetId: number, mapping: ColumnMapping, folder: string): Promise<FetchedReferences> {
      const { wanted } = await finder(sheetId, mapping)
      const names = [...wanted.keys()].filter((name) => !isAddress(name))
      return addEach(names, async (name) => store.add(sheetId, name, await readReferenceFile(folder, name)))
    },

    /** A small copy of any picture of this library, WebP of 256 pixels. */
    async thumb({ sha256 }: { sha256: string }): Promise<{ bytesBase64: string }> {
      const { file } = await images.smallOf(sha256)
      return { bytesBase64: (await readFile(file)).toString('base64') }
    },
  }
}
