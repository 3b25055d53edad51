import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import type { S3Double } from './s3-double.ts'

/** Presigned PUT addresses of a double's bucket, as a client would hand them over: each for one key and type. */
export async function presigned(
  double: S3Double,
  keys: readonly string[],
  contentType = 'image/png',
): Promise<string[]> {
  const { accessKeyId, secretAccessKey, region, url: endpoint } = double
  const client = new S3Client({
    endpoint,
    region,
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
    requestChecksumCalculation: 'WHEN_REQUIRED',
  })
  try {
    return await Promise.all(
      keys.map((Key) =>
        getSignedUrl(client, new PutObjectCommand({ Bucket: 'pictures', Key, ContentType: contentType }), {
          expiresIn: 600,
          signableHeaders: new Set(['content-type']),
        }),
      ),
    )
  } finally {
    client.destroy()
  }
}
