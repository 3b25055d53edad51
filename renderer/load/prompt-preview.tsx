import { type UIEvent, useState } from 'react'
import type { Sheet } from '#shared/contract/sheets.ts'
import type { PromptPreview as Preview, PromptSettings } from '#shared/contract/templates.ts'
import { messageOf } from '#shared/errors.ts'
import { usePromptPreview } from '../api/queries.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { classNames } from '../ui/class-names.ts'
import { NumberField } from '../ui/number-field.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { useDebounced } from '../ui/use-debounced.ts'
import { type DraftWish, draftSettingsOf } from './draft-wish.ts'
import styles from './prompt-preview.module.css'

const pageRows = 50
/** The height of a prompt in CSS pixels; the style sheet says the same. */
const lineHeight = 28
const quietMs = 150
/** What the sample that is offered takes of each row. */
const sampleOffered = 20

/**
 * Every prompt of a row as it will be sent, with what came from cells, choices and styles picked out. The engine makes
 * them, a page at a time: nothing is expanded while the window is drawn.
 */
export const PromptPreview = ({
  sheet,
  wish,
  isWrong,
  onChange,
}: {
  sheet: Sheet
  wish: DraftWish
  /** A template has a mistake: the prompts of the last one without stay. */
  isWrong: boolean
  onChange: (parts: Partial<DraftWish>) => void
}) => {
  const [chosen, setChosen] = useState(1)
  const row = Math.min(chosen, Math.max(1, sheet.rowCount))
  const [good, setGood] = useState(wish)
  if (!isWrong && good !== wish) setGood(wish)
  const settled = useDebounced(good, quietMs)
  const { mapping, profiles: _, variants: __, ...rest } = draftSettingsOf(settled)
  const settings: PromptSettings = { mapping, ...rest }
  const first = usePromptPreview({ sheetId: sheet.id, settings, row, offset: 0, limit: pageRows })
  if (first.isError) return <p className={styles.wrong}>The prompts could not be made. {messageOf(first.error)}</p>
  if (!first.data) return <Skeleton lines={3} />
  const { perRow, inAll, needsSample, total, mistakes, problems } = first.data
  return (
    <section className={classNames(styles.preview, isWrong && styles.stale)} aria-label="The prompts">
      <div className={styles.head}>
        <h3>Prompts of row</h3>
        <IconButton icon="chevronLeft" label="Row before" disabled={row <= 1} onClick={() => setChosen(row - 1)} />
        <div className={styles.number}>
          <NumberField
            key={row}
            label="Row"
            value={row}
            min={1}
            max={Math.max(1, sheet.rowCount)}
            onChange={setChosen}
          />
        </div>
        <IconButton
          icon="chevronRight"
          label="Next row"
          disabled={row >= sheet.rowCount}
          onClick={() => setChosen(row + 1)}
        />
        <span className={styles.counts} aria-live="polite">
          {perRow === null ? (total > 0 ? `${total} of this row` : '') : `${perRow} of each row, ${inAll} in all`}
        </span>
        {wish.sample && (
          <Button look="quiet" onClick={() => onChange({ sample: undefined })}>
            Sample of {wish.sample.n}: make all instead
          </Button>
        )}
      </div>
      {needsSample && (
        <p className={styles.offer}>
          That is more than the 1,000 that can be made of a row.{' '}
          <Button look="go" onClick={() => onChange({ sample: { n: sampleOffered, seed: wish.baseSeed } })}>
            Take a sample of {sampleOffered} of each row
          </Button>
        </p>
      )}
      {[...problems, ...mistakes.filter(({ message }) => message.startsWith('In the wildcard'))].map(({ message }) => (
        <p key={message} className={styles.wrong}>
          {message}
        </p>
      ))}
      {total > 0 && <Prompts key={row} total={total} first={first.data} input={{ sheetId: sheet.id, settings, row }} />}
    </section>
  )
}

type Input = Omit<Parameters<typeof usePromptPreview>[0], 'offset' | 'limit'>

/** The list is as high as all prompts are; only the page in view and its neighbours are drawn. */
const Prompts = ({ total, first, input }: { total: number; first: Preview; input: Input }) => {
  const [page, setPage] = useState(0)
  const onScroll = (event: UIEvent<HTMLElement>) =>
    setPage(Math.floor(event.currentTarget.scrollTop / (pageRows * lineHeight)))
  const last = Math.ceil(total / pageRows) - 1
  const pages = [page - 1, page, page + 1].filter((each) => each >= 0 && each <= last)
  const above = (pages[0] ?? 0) * pageRows * lineHeight
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section className={styles.scroll} aria-label="All prompts of the row" tabIndex={0} onScroll={onScroll}>
      <div style={{ height: total * lineHeight }}>
        <ol className={styles.prompts} style={{ transform: `translateY(${above}px)` }}>
          {pages.map((each) => (
            <Page key={each} page={each} first={each === 0 ? first : null} input={input} total={total} />
          ))}
        </ol>
      </div>
    </section>
  )
}

const Page = ({ page, first, input, total }: { page: number; first: Preview | null; input: Input; total: number }) => {
  const offset = page * pageRows
  const found = usePromptPreview({ ...input, offset, limit: pageRows })
  const prompts = (found.isPlaceholderData ? first : (found.data ?? first))?.prompts
  if (!prompts) return <li style={{ height: Math.min(pageRows, total - offset) * lineHeight }} aria-hidden="true" />
  return prompts.map((prompt, index) => {
    const negative = prompt.negative?.map((part) => part.text).join('')
    const text = prompt.parts.map((part) => part.text).join('')
    return (
      // biome-ignore lint/suspicious/noArrayIndexKey: prompts may be equal, and have no identity but their place
      <li key={offset + index} className={styles.prompt} title={negative ? `${text}\nNegative: ${negative}` : text}>
        <span className={styles.index}>{offset + index + 1}</span>
        <span className={styles.text}>
          <Parts parts={prompt.parts} />
          {negative && <span className={styles.negative}> negative: {negative}</span>}
        </span>
      </li>
    )
  })
}

const Parts = ({ parts }: { parts: Preview['prompts'][number]['parts'] }) => {
  if (parts.every((part) => part.text.trim() === '')) return <span className={styles.wrong}>The prompt is empty.</span>
  // A row whose prompt is one cell as it stands has nothing to pick out.
  const isOneCell = parts.length === 1
  return parts.map((part, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: parts have no identity but their place
    <span key={index} className={classNames(!isOneCell && styles[part.kind])}>
      {part.text}
    </span>
  ))
}
