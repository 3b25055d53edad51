import { readFile } from 'node:fs/promises'
import type { Network } from '#engine/network/network.ts'
import { sha256Of } from '#engine/storage/storage.ts'
import { AppError } from '#shared/errors.ts'
import type { BucketTiming } from '../bucket/buckets.ts'
import type { Content, Destination, Standing } from '../destination.ts'
import { fileProblem } from '../pictures/file-content.ts'
import { foldersOf } from '../plan/layout.ts'
import type { FilePlan } from '../plan/plan-files.ts'
import { sendFile } from './send-file.ts'
import type { SentFiles } from './sent-files.ts'
import { addressOf, placeOf, publicPart, typedOrigin } from './signed-address.ts'

/** As many as go to a bucket at once. */
const filesAtOnce = 8

export interface AddressesNeeds {
  readonly network: Pick<Network, 'forStore'>
  readonly sent: SentFiles
  readonly timing: BucketTiming
}

export interface AddressesOptions {
  readonly plan: FilePlan
  /** As it was typed: an origin in it may be private, as one in `origins` may; one that only a sheet names may not. */
  readonly template: string
  readonly origins: readonly string[]
  /** Takes the manifest and all else that is no picture, because nothing can be listed or read back at an address. */
  readonly folder: Destination
}

/**
 * Addresses that each take one file by PUT, as a destination; the manifest lies in a folder. What an address has taken is
 * remembered in the library, since nobody can ask it: the same bytes are never sent there again.
 */
export function addressesDestination(needs: AddressesNeeds, options: AddressesOptions): Destination {
  const { sent, timing } = needs
  const { plan, folder, template } = options
  const stopper = new AbortController()
  const typed = typedOrigin(template)
  const fetch = needs.network.forStore({
    origins: [...(typed === null ? [] : [typed]), ...options.origins, 'https://*'],
  })
  const urls = new Map(plan.files.map(({ path, address }) => [path, address === null ? null : addressOf(address)]))
  const isPicture = (path: string): boolean => urls.has(path)
  const besidePictures = plan.files.flatMap(({ sidecarPath }) => sidecarPath ?? [])

  function sentTo(path: string): string | null {
    const url = urls.get(path)
    return url ? publicPart(url) : null
  }

  async function bytesOf(content: Content): Promise<Uint8Array | string> {
    if (content.kind === 'bytes') return content.bytes
    try {
      const bytes = await readFile(content.file)
      return (await sha256Of(bytes)) === content.sha256 ? bytes : fileProblem(content.sha256, null)
    } catch (error) {
      return fileProblem(content.sha256, error)
    }
  }

  return {
    ...folder,
    filesAtOnce,
    addressOf: (path) => sentTo(path) ?? folder.addressOf(path),
    sentTo,

    *remembered() {
      for (const [path, url] of urls) {
        const known = url && sent.get(placeOf(url))
        if (known) yield [path, known.sha256]
      }
    },

    async look(path): Promise<Standing | null> {
      if (!isPicture(path)) return folder.look(path)
      const url = urls.get(path)
      const known = url && sent.get(placeOf(url))
      return known
        ? { byteLength: known.byteLength, identity: null, sha256: () => Promise.resolve(known.sha256) }
        : null
    },

    prepare: () => folder.prepare(foldersOf(besidePictures)),

    async put(path, content) {
      if (!isPicture(path)) return folder.put(path, content)
      const url = urls.get(path)
      if (!url)
        throw new AppError(
          'invalid-input',
          `${path} has no address to be sent to. Fill in its cell, then deliver again.`,
        )
      const bytes = await bytesOf(content)
      if (typeof bytes === 'string') return bytes
      await sendFile({ fetch, ...timing, signal: stopper.signal }, url, bytes, content.contentType)
      sent.add(placeOf(url), { sha256: content.sha256, byteLength: bytes.length })
      return null
    },

    // Nothing is ever taken back from an address.
    remove: (path) => (isPicture(path) ? Promise.resolve() : folder.remove(path)),
    canRemove: (path) => !isPicture(path),
    stop: () => stopper.abort(),
  }
}
