import { useEffect, useState } from 'react'
import { useChangeSettings } from '../api/changes.ts'
import { useSettings } from '../api/queries.ts'
import { useReview, useReviewState } from '../review/session-context.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { Slider } from '../ui/slider.tsx'
import styles from './filter-bar.module.css'

/** How the grid looks: rows or flat, and the size of tiles. */
export const ViewControls = ({ canGroup }: { canGroup: boolean }) => {
  const settings = useSettings().data
  const session = useReview()
  const isStacked = useReviewState((state) => state.stacks.size > 0)
  const { mutate: changeSettings } = useChangeSettings()
  const [size, setSize] = useState(settings?.tileSize ?? 160)
  const stored = settings?.tileSize
  useEffect(() => {
    if (stored !== undefined) setSize(stored)
  }, [stored])
  if (!settings) return null
  return (
    <>
      {canGroup && (
        <Segmented
          label="Grouping"
          value={settings.grouped ? (isStacked ? 'stacks' : 'rows') : 'flat'}
          choices={[
            { value: 'rows', label: 'By row', icon: 'rows' },
            { value: 'stacks', label: 'A stack per row', icon: 'stacks' },
            { value: 'flat', label: 'Flat', icon: 'flat' },
          ]}
          onChange={(value) => {
            session.closeAllStacks(value === 'stacks')
            changeSettings({ grouped: value !== 'flat' })
          }}
        />
      )}
      <span className={styles.size}>
        <Slider
          label="Tile size"
          value={size}
          min={96}
          max={512}
          step={8}
          format={(value) => `${value} pixels`}
          onChange={(value) => {
            setSize(value)
            changeSettings({ tileSize: value })
          }}
        />
        <span className={styles.pixels}>{size} px</span>
      </span>
    </>
  )
}
