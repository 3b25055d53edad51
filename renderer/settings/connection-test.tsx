import type { Connection, ProviderInfo } from '#shared/contract/providers.ts'
import { messageOf } from '#shared/errors.ts'
import { moneyText } from '#shared/money.ts'
import { useCheckProvider } from '../api/changes.ts'
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { Facts } from '../ui/table.tsx'
import styles from './providers.module.css'

/** Asks the service whether the key is good, and shows whose it is, what is left to spend and what it allows. */
export const ConnectionTest = ({ provider }: { provider: ProviderInfo }) => {
  const check = useCheckProvider()
  const found = provider.ready ? check.data : undefined
  return (
    <div className={styles.test}>
      <div className={styles.line}>
        <Button disabled={!provider.ready || check.isPending} onClick={() => check.mutate({ provider: provider.id })}>
          {check.isPending ? 'Trying' : 'Test the connection'}
        </Button>
        <span aria-live="polite" className={styles.outcome}>
          {!provider.ready && (
            <span className={styles.dim}>
              {provider.key === 'missing' ? 'Store its key first.' : 'Enter its address first.'}
            </span>
          )}
          {check.isError && (
            <span className={styles.error}>
              <Icon name="cross" size={14} />
              {messageOf(check.error)}
            </span>
          )}
          {found && (
            <span className={found.ok ? styles.ok : styles.error}>
              <Icon name={found.ok ? 'check' : 'cross'} size={14} />
              {found.message}
            </span>
          )}
        </span>
      </div>
      {found?.ok && (
        <Facts
          facts={[
            ['Account', found.account],
            ['Left to spend', balanceText(found)],
            ['Limits', found.limits.length > 0 ? found.limits.join('. ') : null],
            ['Its models', found.models.slice(0, 12).join(', ')],
          ]}
        />
      )}
    </div>
  )
}

/** `1,234 credits ($12.34)` */
function balanceText({ balance }: Connection): string | null {
  if (!balance) return null
  const { text, micros, currency } = balance
  return micros === null || text.includes(currency) ? text : `${text} (${moneyText(micros, currency)})`
}
