import { MakeAgain } from '../again/make-again.tsx'
import { useExamples } from '../api/queries.ts'
import { SheetPicker } from '../load/sheet-drop.tsx'
import { type SheetLoader, useSheetLoader } from '../load/use-sheet-loader.ts'
import { classNames } from '../ui/class-names.ts'
import { Icon } from '../ui/icon.tsx'
import styles from './sheet-start.module.css'

/** Pick a sheet or open an example; dropping and pasting work anywhere on the page around it. Low once there are batches. */
export const SheetStart = ({ isFirst }: { isFirst: boolean }) => {
  const loader = useSheetLoader()
  return (
    <section aria-label="Open a sheet" className={classNames(styles.drop, !isFirst && styles.low)}>
      {isFirst && <Icon name="sheet" size={32} />}
      <h1 className={styles.title}>{isFirst ? 'Start with a sheet of prompts' : 'Open another sheet'}</h1>
      <p className={styles.text}>
        Drop an XLSX, CSV, TSV, JSON or text file anywhere here, or paste rows. You see every prompt, the price and the
        time before anything is made.
      </p>
      <div className={styles.actions}>
        <SheetPicker loader={loader} look="go">
          Choose a sheet
        </SheetPicker>
        <MakeAgain />
      </div>
      <Examples loader={loader} />
    </section>
  )
}

const Examples = ({ loader }: { loader: SheetLoader }) => {
  const examples = useExamples()
  if (!examples.data || examples.data.length === 0) return null
  return (
    <div className={styles.examples}>
      <h2 className="small-heading">Or open an example</h2>
      <ul className={styles.list}>
        {examples.data.map((example) => (
          <li key={example.name}>
            <button
              type="button"
              className={styles.example}
              disabled={loader.isLoading}
              onClick={() => loader.loadBytes(example.name, example.bytesBase64)}
            >
              <b>{example.title}</b>
              <span>{example.name}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  )
}
