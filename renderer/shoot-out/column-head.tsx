import type { BatchStatus } from '#shared/contract/batches.ts'
import type { Share } from '#shared/contract/tiles.ts'
import { profileName } from '#shared/generation-request.ts'
import { moneyText } from '#shared/money.ts'
import { useChangeSettings } from '../api/changes.ts'
import { goTo } from '../app/use-route.ts'
import { Button } from '../ui/button.tsx'
import { Meter } from '../ui/meter.tsx'
import { notify, notifyError } from '../ui/toast.tsx'
import { approvalRate, microsPerApproved } from './pivot.ts'
import styles from './shoot-out.module.css'

/** A column's name, how much of it was approved, and what an approved picture of it cost. */
export const ColumnHead = ({
  figures,
  isLeader,
  batch,
  isModel,
}: {
  figures: Share
  isLeader: boolean
  batch: BatchStatus | undefined
  isModel: boolean
}) => {
  const { mutate: changeSettings } = useChangeSettings()
  const rate = approvalRate(figures)
  const price = microsPerApproved(figures)
  const profile = isModel ? batch?.settings.profiles.find((each) => profileName(each) === figures.name) : undefined
  const sheetId = batch?.sheetId ?? null

  const choose = () => {
    if (!profile || sheetId === null) return
    changeSettings(
      { draftProfile: profile },
      {
        onSuccess: () => {
          goTo({ page: 'load', sheetId })
          notify({ title: `${figures.name} is chosen`, text: 'Rows it has already drawn come from the cache.' })
        },
        onError: (error) => notifyError('The model could not be chosen', error),
      },
    )
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: see the matrix
    // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus and names the active cell
    <div className={styles.head} role="columnheader">
      <b className={styles.name} title={figures.name}>
        {figures.name}
      </b>
      <span className={styles.rate}>
        {rate === null ? 'none decided' : `${Math.round(rate * 100)} % approved`}
        {isLeader && <em> · leads</em>}
      </span>
      <Meter
        label={`${figures.approved} approved, ${figures.rejected} rejected of ${figures.made}`}
        whole={figures.made}
        parts={[
          { value: figures.approved, look: 'ok' },
          { value: figures.rejected, look: 'no' },
        ]}
      />
      <span className={styles.price}>
        {figures.paidMicros === 0
          ? 'free'
          : price === null
            ? `${moneyText(figures.paidMicros, batch?.currency)} for ${figures.made}`
            : `${moneyText(price, batch?.currency)} per approved`}
      </span>
      {profile && sheetId !== null && (
        <Button className={styles.choose} onClick={choose}>
          Use for the rest
        </Button>
      )}
    </div>
  )
}
