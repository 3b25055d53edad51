import { resolve } from 'node:path'
import type { Engine } from '#engine/engine.ts'
import type { DeliverySettings } from '#shared/contract/delivery.ts'
import { AppError, errorCodes, exitStatus } from '#shared/errors.ts'
import { addDeliveryBucketOptions, type BucketOptions, bucketPlaceOf, type LinkOptions } from './bucket.ts'
import type { Call, CommandLine } from './call.ts'
import { addDeliveryOptions, type DeliveryOptions, wishOf } from './deliver-options.ts'
import { manyText } from './output.ts'
import { writing } from './session.ts'

interface DeliverOptions extends DeliveryOptions, BucketOptions, LinkOptions {
  readonly to?: string
}

export function addDeliver(line: CommandLine): void {
  const command = line.add(
    'deliver <batch> [destination]',
    'Write the approved set to a folder or a bucket, with its manifest; run again it writes what is missing',
  )
  addDeliveryBucketOptions(command).option(
    '--to <dir>',
    'the same as the destination: a folder, or s3://bucket/prefix; the batch gets a folder in it',
  )
  addDeliveryOptions(command).action(line.withTwoNames(deliver))
}

const isBucket = (to: string): boolean => /^s3:/i.test(to)

const destinationOf = (to: string, options: DeliverOptions): DeliverySettings['destination'] =>
  isBucket(to)
    ? { kind: 'bucket', ...bucketPlaceOf(to, options), cacheControl: options.cacheControl ?? null }
    : { kind: 'folder', folder: resolve(to) }

const deliver = (call: Call, name: string, destination: string | undefined, options: DeliverOptions): Promise<number> =>
  writing(call, { host: 'the command line (proofsheet deliver)', goesOn: false }, async (engine, stop) => {
    const { batch, batchId } = engine.batches.find({ batch: name })
    const settings = engine.settings.get()
    const to = destination ?? options.to ?? settings.deliveryFolder
    if (!to) throw new AppError('invalid-input', 'Say where to deliver to: --to FOLDER, or s3://bucket/prefix.')
    if (options.links !== undefined && !isBucket(to))
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
