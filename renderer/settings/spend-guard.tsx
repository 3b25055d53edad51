import { type ReactNode, useState } from 'react'
import { messageOf } from '#shared/errors.ts'
import { moneyText } from '#shared/money.ts'
import { useChangeSettings } from '../api/changes.ts'
import { useSettings } from '../api/queries.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { MoneyField } from '../ui/money-field.tsx'
import styles from './spend-guard.module.css'

/**
 * Before the first request that costs money, shows the day's cap and asks for it to be agreed to or changed; after
 * that, and for what is free, runs at once. Draw `dialog` where it is used.
 */
export function useSpendGuard(): {
  guard: (highestMicros: number | null, run: () => void) => void
  dialog: ReactNode
} {
  const settings = useSettings().data
  const [waiting, setWaiting] = useState<{ highestMicros: number | null; run: () => void } | null>(null)
  return {
    guard: (highestMicros, run) => {
      if (highestMicros === 0 || settings?.dailyCapSeen) run()
      // The cap itself must be known before anybody can agree to it.
      else if (settings) setWaiting({ highestMicros, run })
    },
    dialog: waiting && (
      <CapDialog
        highestMicros={waiting.highestMicros}
        capMicros={settings?.dailyCapMicros ?? null}
        onClose={() => setWaiting(null)}
        onAgree={() => {
          setWaiting(null)
          waiting.run()
        }}
      />
    ),
  }
}

const CapDialog = ({
  highestMicros,
  capMicros,
  onClose,
  onAgree,
}: {
  highestMicros: number | null
  capMicros: number | null
  onClose: () => void
  onAgree: () => void
}) => {
  const [cap, setCap] = useState(capMicros)
  const change = useChangeSettings()
  const isOver = cap !== null && highestMicros !== null && highestMicros > cap
  const agree = () => change.mutate({ dailyCapMicros: cap, dailyCapSeen: true }, { onSuccess: onAgree })
  return (
    <Dialog
      title="Your first paid run"
      description="Proofsheet stops by itself before paid requests of one day (UTC) cost more than this cap."
      open
      onClose={onClose}
      width="small"
      foot={
        <>
          <Button onClick={onClose}>Not now</Button>
          <Button look="go" disabled={change.isPending} onClick={agree}>
            {cap === null ? 'Run without a cap' : `Run, at most ${moneyText(cap)} a day`}
          </Button>
        </>
      }
    >
      <div className={styles.cap}>
        <MoneyField
          label="Most a day, in US dollars"
          value={cap}
          hint="Over all providers. Empty: no cap. It can be changed in the settings at any time."
          onChange={setCap}
        />
        {highestMicros !== null && (
          <p>
            This run costs up to <b>{moneyText(highestMicros)}</b>.
            {isOver && ' That is more than the cap: what is over it waits until you raise it.'}
          </p>
        )}
        {change.isError && <p className={styles.error}>The cap could not be stored. {messageOf(change.error)}</p>}
      </div>
    </Dialog>
  )
}
