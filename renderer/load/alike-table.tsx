import type { Plan } from '#shared/contract/plans.ts'
import { Table } from '../ui/table.tsx'
import { countText } from '../ui/time-text.ts'
import styles from './problem-table.module.css'

/** Prompts that differ from an earlier one only in case, spaces and punctuation. */
export const AlikeTable = ({ alike }: { alike: NonNullable<Plan['alike']> }) => (
  <div className={styles.problems}>
    <p className={styles.lead}>
      These differ from an earlier prompt only in case, spaces and punctuation. They are made all the same; take them
      out of the sheet if that is not meant.
    </p>
    {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
    <section className={styles.scroll} aria-label="Prompts that are alike" tabIndex={0}>
      <Table
        caption="Prompts that are alike"
        rows={alike.samples.map((sample, index) => ({ sample, index }))}
        keyOf={({ index }) => index}
        columns={[
          { title: 'Row', cell: ({ sample }) => sample.row },
          { title: 'Like row', cell: ({ sample }) => sample.likeRow },
          { title: 'Prompt', grow: true, cell: ({ sample }) => <span className={styles.text}>{sample.prompt}</span> },
        ]}
      />
    </section>
    {alike.count > alike.samples.length && (
      <p className={styles.lead}>
        The first {alike.samples.length} of {countText(alike.count, 'prompt')}.
      </p>
    )}
  </div>
)
