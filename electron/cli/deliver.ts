import { resolve } from 'node:path'
import type { Engine } from '#engine/engine.ts'
import { type DeliveryDestination, deliveryDestination } from '#shared/contract/delivery.ts'
import { AppError, errorCodes, exitStatus } from '#shared/errors.ts'
import { addDeliveryBucketOptions, type BucketOptions, bucketPlaceOf, type LinkOptions } from './bucket.ts'
import type { Call, CommandLine } from './call.ts'
import { addDeliveryOptions, type DeliveryOptions, wishOf } from './deliver-options.ts'
import { manyText } from './output.ts'
import { writing } from './session.ts'

interface DeliverOptions extends DeliveryOptions, BucketOptions, LinkOptions {
  readonly to?: string
  readonly put?: string
  readonly putOrigin?: readonly string[]
}

export function addDeliver(line: CommandLine): void {
  const command = line.add(
    'deliver <batch> [destination]',
    'Write the approved set to a folder, a bucket or addresses, with its manifest; run again it writes what is missing',
  )
  addDeliveryBucketOptions(command).option(
    '--to <dir>',
    'the same as the destination: a folder, or s3://bucket/prefix; the batch gets a folder in it',
  )
  command
    .option(
      '--put <address>',
      'send each picture by PUT: {upload url} for a column of presigned addresses, or https://host/{path}?…; the folder takes the manifest',
    )
    .option(
      '--put-origin <origin>',
      'a server of a private network that addresses in the sheet may reach, such as http://10.0.0.5:9000',
      (origin, all: readonly string[] = []) => [...all, origin],
    )
  addDeliveryOptions(command).action(line.withTwoNames(deliver))
}

const isBucket = (to: string): boolean => /^s3:/i.test(to)

function destinationOf(to: string, options: DeliverOptions): DeliveryDestination {
  const { put: address, putOrigin: origins = [], cacheControl = null } = options
  if (address === undefined && origins.length > 0)
    throw new AppError('invalid-input', '--put-origin is about the addresses of --put: give that, too.')
  if (address === undefined)
    return isBucket(to)
      ? { kind: 'bucket', ...bucketPlaceOf(to, options), cacheControl }
      : { kind: 'folder', folder: resolve(to) }
  if (isBucket(to))
    throw new AppError('invalid-input', 'With --put the destination is a folder of this machine, for the manifest.')
  const parsed = deliveryDestination.safeParse({ kind: 'addresses', address, folder: resolve(to), origins })
  if (parsed.success) return parsed.data
  throw new AppError('invalid-input', parsed.error.issues[0]?.message ?? 'Those are no addresses.')
}

const deliver = (call: Call, name: string, destination: string | undefined, options: DeliverOptions): Promise<number> =>
  writing(call, { host: 'the command line (proofsheet deliver)', goesOn: false }, async (engine, stop) => {
    const { batch, batchId } = engine.batches.find({ batch: name })
    const settings = engine.settings.get()
    const to = destination ?? options.to ?? settings.deliveryFolder
    if (!to) throw new AppError('invalid-input', 'Say where to deliver to: --to FOLDER, or s3://bucket/prefix.')
    if (options.links !== undefined && (!isBucket(to) || options.put !== undefined))
      throw new AppError(
        'invalid-input',
        'Only a bucket has links: deliver to s3://bucket/prefix, or leave out --links.',
      )
    const { deliveryId } = await engine.delivery.start({
      batchId,
      destination: destinationOf(to, options),
      ...wishOf(options, settings.nameTemplate),
    })
    const ended = engine.delivery.whenDone(deliveryId)
    await Promise.race([ended, stop.asked])
    // The files that are being written are finished; run again, it goes on.
    if (stop.isAsked()) await engine.delivery.stop()
    await ended
    const { state, files, written, skipped, failed, manifest, target, error, notes } = engine.delivery.get({
      deliveryId,
    })
    const counts = `${manyText(written, 'file')} written, ${skipped} there already, ${failed} failed`
    const { links } = options
    const linked = links !== undefined && state === 'done' ? await linksTo(engine, deliveryId, links) : null
    call.out.answer(
      {
        batch,
        batchId,
        written,
        skipped,
        failed,
        manifest,
        files,
        target,
        error,
        notes,
        ...(linked && { links: linked }),
      },
      [
        `${target}: ${counts}`,
        ...(manifest ? [`manifest: ${manifest}`] : []),
        ...notes,
        ...(error ? [error] : []),
        ...(linked ?? []).map(({ path, link }) => `${path}  ${link}`),
      ].join('\n'),
    )
    if (stop.isAsked()) return exitStatus.stopped
    if (state === 'failed') return error?.startsWith('A defect') ? exitStatus.defect : errorCodes.storage.exitStatus
    return failed > 0 ? exitStatus.someFailed : exitStatus.allDone
  })

const linksTo = async (engine: Engine, deliveryId: number, days: number) =>
  (await engine.buckets.links({ deliveryId, days })).files
