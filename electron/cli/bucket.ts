import { type Command, Option } from 'commander'
import { type BucketPlace, bucketKey, bucketPlace } from '#shared/contract/buckets.ts'
import { AppError, errorCodes, exitStatus } from '#shared/errors.ts'
import { type Call, type CommandLine, wholeNumber } from './call.ts'
import { readSecret } from './secret-input.ts'
import { reading } from './session.ts'

/** What is said of a bucket on the command line; beside another destination it means nothing. */
export interface BucketOptions {
  readonly endpoint?: string
  readonly region?: string
  readonly awsProfile?: string
  readonly hostStyle?: boolean
}

const addBucketOptions = (command: Command): Command =>
  command
    .option('--endpoint <url>', 'an S3 service other than AWS, such as https://minio.example.com:9000')
    .option('--region <region>', 'the bucket’s region (default: the environment’s or the profile’s)')
    .option('--aws-profile <name>', 'a profile of the AWS configuration files')
    .option('--host-style', 'at an endpoint, the bucket stands in the host’s name, not in the path')

/** Throws AppError `invalid-input` with the option that is wrong. */
export function bucketPlaceOf(address: string, options: BucketOptions): BucketPlace {
  const { endpoint = null, region = null, awsProfile: profile = null, hostStyle } = options
  const parsed = bucketPlace.safeParse({ address, endpoint, region, profile, forcePathStyle: hostStyle ? false : null })
  if (parsed.success) return parsed.data
  throw new AppError('invalid-input', parsed.error.issues[0]?.message ?? 'That is no bucket.')
}

interface KeyOptions {
  readonly endpoint?: string
  readonly id?: string
  readonly forget?: boolean
}

export function addBucket(line: CommandLine): void {
  const bucket = line.add('bucket', 'Buckets to deliver to: try one, store the keys of a service')
  addBucketOptions(
    line.addBelow(
      bucket,
      'test <address>',
      'Try s3://bucket/prefix: keys, region, clock; writes and removes a small object',
    ),
  ).action(line.withName(test))
  line
    .addBelow(bucket, 'key', 'Store the keys of a service: the secret one typed without being shown, or from a pipe')
    .option('--endpoint <url>', 'a service other than AWS; the keys are good for it alone')
    .option('--id <access-key-id>', 'the access key’s id')
    .addOption(new Option('--forget', 'remove the keys from the keyring and the file').conflicts('id'))
    .action(line.plain(key))
}

const test = (call: Call, address: string, options: BucketOptions): Promise<number> =>
  reading(call, async (engine) => {
    const end = await engine.buckets.test(bucketPlaceOf(address, options))
    call.out.answer(end, [end.message, ...end.notes].join('\n'))
    return end.ok ? exitStatus.allDone : errorCodes.storage.exitStatus
  })

/** Keys are no part of a library, so this works beside a host that has it open. */
const key = (call: Call, { endpoint, id, forget = false }: KeyOptions): Promise<number> =>
  reading(call, async (engine) => {
    if (!forget && id === undefined)
      throw new AppError('invalid-input', 'Say which keys: --id ACCESS-KEY-ID, or --forget.')
    const place = bucketPlaceOf('s3://any', endpoint === undefined ? {} : { endpoint })
    const pair = forget
      ? null
      : bucketKey.parse({ accessKeyId: id, secretAccessKey: await readSecret('Secret access key (not shown): ') })
    const state = await engine.buckets.setKey({ endpoint: place.endpoint, key: pair })
    if (state.key === 'file' && state.keyNote) call.out.note(`Warning: ${state.keyNote}`)
    const whose = place.endpoint ?? 'AWS S3'
    const where = state.key === 'keyring' ? 'in the system’s keyring' : 'in a file that only you can read'
    call.out.answer(
      { endpoint: place.endpoint, ...state },
      forget ? `The keys of ${whose} are forgotten.` : `The keys of ${whose} are stored ${where}.`,
    )
    return exitStatus.allDone
  })

export interface LinkOptions {
  readonly links?: number
  readonly cacheControl?: string
}

export const addDeliveryBucketOptions = (command: Command): Command =>
  addBucketOptions(command)
    .option('--cache-control <text>', 'for the pictures in a bucket, such as "public, max-age=31536000"')
    .option(
      '--links <days>',
      'of a bucket: print a link to each file that is good for so many days, 7 at most',
      wholeNumber(1, 7),
    )
