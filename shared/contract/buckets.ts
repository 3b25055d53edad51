import { oc } from '@orpc/contract'
import { z } from 'zod'
import { parseBucketAddress } from '#shared/bucket-address.ts'
import { id } from './common.ts'

/** Where an S3 service listens, `https://minio.example.com:9000`; null for AWS. */
const endpoint = z
  .string()
  .regex(/^https?:\/\/[^/\s@]+\/?$/i, 'An endpoint is written like https://minio.example.com:9000.')
  .nullable()

/** A bucket of AWS, or of any service that speaks S3. */
export const bucketPlace = z.object({
  /** `s3://bucket/prefix`; a delivery makes a folder of its own in it. */
  address: z
    .string()
    .refine((text) => parseBucketAddress(text) !== null, 'A bucket is written like s3://bucket or s3://bucket/prefix.'),
  endpoint: endpoint.default(null),
  /** Null: what the environment or the profile says; `auto` and the like at other services than AWS. */
  region: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/i, 'A region is written like eu-central-1.')
    .nullable()
    .default(null),
  /** A profile of the AWS configuration files, for its credentials; null for stored keys, else the AWS SDK's own chain. */
  profile: z.string().min(1).max(200).nullable().default(null),
  /** Whether the bucket stands in the path, not in the host's name; null: only where an endpoint is given. */
  forcePathStyle: z.boolean().nullable().default(null),
})
export type BucketPlace = z.infer<typeof bucketPlace>

export const bucketKey = z.object({
  accessKeyId: z.string().trim().min(1).max(256),
  secretAccessKey: z.string().trim().min(1).max(1024),
})
export type BucketKey = z.infer<typeof bucketKey>

/** Whether keys are stored for an endpoint, and a sentence on where; they cannot be read back. */
const keyState = z.object({ key: z.enum(['missing', 'keyring', 'file']), keyNote: z.string().nullable() })
export type BucketKeyState = z.infer<typeof keyState>

export const buckets = {
  test: oc
    .route({
      method: 'POST',
      path: '/buckets/test',
      summary: 'Try a bucket: credentials, region, clock; writes, reads and deletes a small object under the prefix',
    })
    .input(bucketPlace)
    .output(
      z.object({
        ok: z.boolean(),
        message: z.string(),
        /** What the service cannot do, and what is done instead, one sentence each. */
        notes: z.array(z.string()),
      }),
    ),
  keyState: oc
    .route({ method: 'GET', path: '/buckets/key', summary: 'Whether keys are stored for an endpoint' })
    .input(z.object({ endpoint: endpoint.default(null) }))
    .output(keyState),
  setKey: oc
    .route({
      method: 'POST',
      path: '/buckets/key',
      summary: 'Store or forget the keys of an endpoint; they cannot be read back',
    })
    .input(z.object({ endpoint: endpoint.default(null), key: bucketKey.nullable() }))
    .output(keyState),
  links: oc
    .route({
      method: 'POST',
      path: '/buckets/links',
      summary: 'Addresses of the files of a delivery, each with a link that is good for some days without keys',
    })
    .input(z.object({ deliveryId: id, days: z.int().min(1).max(7) }))
    .output(z.object({ files: z.array(z.object({ path: z.string(), address: z.string(), link: z.string() })) })),
}
