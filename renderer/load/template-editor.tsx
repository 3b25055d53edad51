import { type ReactNode, useId, useLayoutEffect, useMemo, useRef } from 'react'
import type { Mistake } from '#shared/template/template.ts'
import { classNames } from '../ui/class-names.ts'
import styles from './template-editor.module.css'
import { templatePieces } from './template-pieces.ts'

const wildcardsShown = 12

/** The prompt template with its columns and choices picked out as it is typed, and every mistake at its character. */
export const TemplateEditor = ({
  title = 'Template',
  value,
  columns,
  wildcards = [],
  mistakes,
  help,
  onChange,
}: {
  title?: string
  value: string
  /** Names to insert: columns and axes. */
  columns: readonly string[]
  /** Names of wildcards to insert. */
  wildcards?: readonly string[]
  mistakes: readonly Mistake[]
  /** What to say where nothing is wrong. */
  help?: ReactNode
  onChange: (value: string) => void
}) => {
  const id = useId()
  const area = useRef<HTMLTextAreaElement>(null)
  const caret = useRef<number | null>(null)
  const pieces = useMemo(() => templatePieces(value, columns, mistakes), [value, columns, mistakes])

  useLayoutEffect(() => {
    if (caret.current === null || !area.current) return
    area.current.setSelectionRange(caret.current, caret.current)
    caret.current = null
  })

  const show = (at: number, length: number) => {
    area.current?.focus()
    area.current?.setSelectionRange(at, at + length)
  }
  const insert = (text: string) => {
    const start = area.current?.selectionStart ?? value.length
    const end = area.current?.selectionEnd ?? value.length
    caret.current = start + text.length
    onChange(value.slice(0, start) + text + value.slice(end))
    area.current?.focus()
  }

  return (
    <section className={styles.editor} aria-labelledby={`${id}-title`}>
      <div className={styles.head}>
        <h3 id={`${id}-title`}>{title}</h3>
        <div className={styles.inserts} role="toolbar" aria-label={`Insert into the ${title.toLowerCase()}`}>
          {columns.map((column) => (
            <button key={column} type="button" className={styles.insert} onClick={() => insert(`{{${column}}}`)}>
              {column}
            </button>
          ))}
          {wildcards.slice(0, wildcardsShown).map((name) => (
            <button key={name} type="button" className={styles.insert} onClick={() => insert(`__${name}__`)}>
              __{name}__
            </button>
          ))}
          <button type="button" className={styles.insert} onClick={() => insert('{one|another}')}>
            {'{one|another}'}
          </button>
        </div>
      </div>
      <div className={classNames(styles.box, mistakes.length > 0 && styles.wrong)}>
        <div className={styles.shown} aria-hidden="true">
          {pieces.map((piece, index) => (
            <span
              // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no identity but their place
              key={index}
              className={classNames(styles[piece.kind], piece.isMistaken && styles.mistaken)}
            >
              {piece.text}
            </span>
          ))}
          {'\u200b'}
        </div>
        <textarea
          ref={area}
          className={styles.area}
          aria-label={title}
          aria-describedby={`${id}-below`}
          aria-invalid={mistakes.length > 0}
          spellCheck={false}
          rows={1}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      </div>
      <div id={`${id}-below`} className={styles.below} aria-live="polite">
        {mistakes.length === 0 ? (
          (help ?? (
            <p>
              <code>{'{{column}}'}</code> takes a cell, <code>{'{{column|default: white}}'}</code> what to say where it
              is empty, <code>{'{front|side}'}</code> makes a prompt of each.
            </p>
          ))
        ) : (
          <ul>
            {mistakes.slice(0, 5).map((mistake) => (
              <li key={`${mistake.at} ${mistake.message}`}>
                <button
                  type="button"
                  className={styles.mistake}
                  onClick={() => show(mistake.at, Math.max(1, mistake.length))}
                >
                  Character {mistake.at + 1}
                </button>{' '}
                {mistake.message}
              </li>
            ))}
          </ul>
        )}
      </div>
    </section>
  )
}
