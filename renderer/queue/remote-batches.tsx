import { useState } from 'react'
import { messageOf } from '#shared/errors.ts'
import { useRemoteBatches } from '../api/queries.ts'
import { Button } from '../ui/button.tsx'
import { classNames } from '../ui/class-names.ts'
import { countText } from '../ui/time-text.ts'
import { useNow } from '../ui/use-now.ts'
import styles from './queue-page.module.css'
import { RemoteCard } from './remote-card.tsx'
import { listedRemotes } from './remote-text.ts'

/** What is made in batches at providers, open ones and what went wrong lately; draws nothing where there never was one. */
export const RemoteBatches = () => {
  const query = useRemoteBatches({ open: false })
  const [all, setAll] = useState(false)
  const nowMs = useNow(true, 15_000)
  if (query.isError) {
    return (
      <p className={styles.warn}>
        Batches at providers could not be read. {messageOf(query.error)}{' '}
        <Button onClick={() => query.refetch()}>Try again</Button>
      </p>
    )
  }
  if (!query.data || query.data.length === 0) return null
  const { shown, rest } = listedRemotes(query.data, nowMs)
  return (
    <section aria-labelledby="remote-title">
      <h2 id="remote-title" className={classNames('small-heading', styles.title)}>
        Batches at providers
      </h2>
      <ul className={styles.remotes}>
        {(all ? [...shown, ...rest] : shown).map((remote) => (
          <li key={remote.remoteBatchId}>
            <RemoteCard remote={remote} nowMs={nowMs} />
          </li>
        ))}
      </ul>
      {rest.length > 0 && (
        <Button
          look="quiet"
          className={styles.disclose}
          icon={all ? 'chevronDown' : 'chevronRight'}
          aria-expanded={all}
          onClick={() => setAll(!all)}
        >
          {all ? 'Hide' : 'Show'} {countText(rest.length, 'batch', 'batches')} that {rest.length === 1 ? 'is' : 'are'}{' '}
          over
        </Button>
      )}
    </section>
  )
}
