import { useState } from 'react'
import { messageOf } from '#shared/errors.ts'
import { useSetBucketKey, useTestBucket } from '../api/changes.ts'
import { useBucketKey } from '../api/queries.ts'
import { Button } from '../ui/button.tsx'
import { TextField } from '../ui/text-field.tsx'
import styles from './bucket-fields.module.css'
import { type BucketWish, bucketOf } from './bucket-wish.ts'

/** A bucket as a person types it, its keys, and a button that tries it. */
export const BucketFields = ({ wish, onChange }: { wish: BucketWish; onChange: (wish: BucketWish) => void }) => {
  const test = useTestBucket()
  const place = bucketOf(wish)
  const change = (part: Partial<BucketWish>) => {
    test.reset()
    onChange({ ...wish, ...part })
  }
  return (
    <div className={styles.fields}>
      <TextField
        label="Bucket"
        mono
        spellCheck={false}
        autoComplete="off"
        placeholder="s3://bucket/prefix"
        value={wish.address}
        hint="The batch gets a folder of its own in it."
        error={
          wish.address.trim() !== '' && !place ? 'Write it as s3://bucket/prefix, the endpoint as https://…' : null
        }
        onChange={(event) => change({ address: event.target.value })}
      />
      <div className={styles.pair}>
        <TextField
          label="Endpoint"
          mono
          spellCheck={false}
          autoComplete="off"
          placeholder="AWS"
          value={wish.endpoint}
          hint="For R2, Google, MinIO and others."
          onChange={(event) => change({ endpoint: event.target.value })}
        />
        <TextField
          label="Region"
          mono
          spellCheck={false}
          autoComplete="off"
          placeholder="eu-central-1"
          value={wish.region}
          hint="AWS asks for it."
          onChange={(event) => change({ region: event.target.value })}
        />
      </div>
      <BucketKeys endpoint={place?.endpoint ?? null} onStored={() => test.reset()} />
      <div className={styles.test}>
        <Button disabled={!place || test.isPending} onClick={() => place && test.mutate(place)}>
          {test.isPending ? 'Trying' : 'Test destination'}
        </Button>
        <p className={test.data?.ok === false || test.isError ? styles.wrong : styles.said} aria-live="polite">
          {test.isError
            ? messageOf(test.error)
            : test.data
              ? [test.data.message, ...test.data.notes].join(' ')
              : 'Writes, reads and removes a small object.'}
        </p>
      </div>
    </div>
  )
}

/** Keys go in and never come back: only whether there are any is shown. */
const BucketKeys = ({ endpoint, onStored }: { endpoint: string | null; onStored: () => void }) => {
  const state = useBucketKey(endpoint).data
  const store = useSetBucketKey()
  const [id, setId] = useState('')
  const [secret, setSecret] = useState('')
  const isStored = state !== undefined && state.key !== 'missing'
  const save = (key: { accessKeyId: string; secretAccessKey: string } | null) =>
    store.mutate(
      { endpoint, key },
      {
        onSuccess: () => {
          setId('')
          setSecret('')
          onStored()
        },
      },
    )
  if (isStored)
    return (
      <div className={styles.test}>
        <Button disabled={store.isPending} onClick={() => save(null)}>
          Forget the keys
        </Button>
        <p className={styles.said}>
          {state.key === 'keyring' ? 'Keys for it are in the system’s keyring.' : (state.keyNote ?? 'Keys are stored.')}
        </p>
      </div>
    )
  return (
    <>
      <div className={styles.pair}>
        <TextField
          label="Access key id"
          mono
          spellCheck={false}
          autoComplete="off"
          value={id}
          hint="Empty: your AWS profile or environment."
          onChange={(event) => setId(event.target.value)}
        />
        <TextField
          label="Secret access key"
          mono
          type="password"
          autoComplete="off"
          value={secret}
          onChange={(event) => setSecret(event.target.value)}
        />
      </div>
      {(id.trim() !== '' || secret.trim() !== '') && (
        <div className={styles.test}>
          <Button
            disabled={id.trim() === '' || secret.trim() === '' || store.isPending}
            onClick={() => save({ accessKeyId: id.trim(), secretAccessKey: secret.trim() })}
          >
            Store the keys
          </Button>
          <p className={store.isError ? styles.wrong : styles.said}>
            {store.isError ? messageOf(store.error) : 'For this endpoint alone; they cannot be read back.'}
          </p>
        </div>
      )}
    </>
  )
}
