import { useMemo } from 'react'
import type { Settings } from '#shared/contract/settings.ts'
import type { Sheet } from '#shared/contract/sheets.ts'
import { Checkbox } from '../ui/checkbox.tsx'
import { AxesEditor } from './axes-editor.tsx'
import { type DraftWish, knownNames } from './draft-wish.ts'
import { PromptPreview } from './prompt-preview.tsx'
import styles from './prompt-section.module.css'
import { type ReadTemplates, useWildcardNames } from './read-templates.ts'
import { StylesEditor } from './styles-editor.tsx'
import { TemplateEditor } from './template-editor.tsx'
import { WildcardFiles } from './wildcard-files.tsx'

/** Everything that prompts are made of, and every prompt as it will be sent. */
export const PromptSection = ({
  sheet,
  wish,
  settings,
  templates,
  onChange,
}: {
  sheet: Sheet
  wish: DraftWish
  settings: Settings
  templates: ReadTemplates
  onChange: (change: (before: DraftWish) => DraftWish) => void
}) => {
  const columns = useMemo(() => sheet.columns.map((column) => column.name), [sheet.columns])
  const names = useMemo(() => knownNames(columns, wish), [columns, wish])
  const wildcards = useWildcardNames()
  const change = (parts: Partial<DraftWish>) => onChange((before) => ({ ...before, ...parts }))
  const { prompt } = wish.mapping
  const hasMore = Boolean(wish.negativeTemplate || wish.axes?.length || wish.styles?.length || wildcards.length)
  return (
    <>
      {wish.templateColumn === undefined ? (
        <TemplateEditor
          value={wish.template}
          columns={names}
          wildcards={wildcards}
          mistakes={templates.mistakes}
          onChange={(template) => change({ template })}
        />
      ) : (
        <p className={styles.note}>Each cell of “{wish.templateColumn}” is the template of its own row.</p>
      )}
      <details className={styles.more} open={hasMore || undefined}>
        <summary>Axes, wildcards, negative prompt and styles</summary>
        <div className={styles.parts}>
          {prompt !== undefined && (
            <Checkbox
              checked={wish.templateColumn !== undefined}
              onChange={(on) => change({ templateColumn: on ? prompt : undefined })}
            >
              Expand the cells of “{prompt}” as templates
            </Checkbox>
          )}
          <AxesEditor wish={wish} onChange={change} />
          <WildcardFiles />
          <TemplateEditor
            title="Negative prompt"
            value={wish.negativeTemplate ?? ''}
            columns={names}
            mistakes={templates.negativeMistakes}
            help={<p>Of the same row, with the variables of the template. Empty: the sheet’s own.</p>}
            onChange={(negativeTemplate) => change({ negativeTemplate })}
          />
          <StylesEditor wish={wish} settings={settings} onChange={change} />
        </div>
      </details>
      <PromptPreview sheet={sheet} wish={wish} isWrong={templates.isWrong} onChange={change} />
    </>
  )
}
