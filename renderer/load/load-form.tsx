import { useEffect, useMemo, useRef, useState } from 'react'
import type { Plan } from '#shared/contract/plans.ts'
import type { ProviderInfo } from '#shared/contract/providers.ts'
import type { Settings } from '#shared/contract/settings.ts'
import type { Sheet } from '#shared/contract/sheets.ts'
import { messageOf } from '#shared/errors.ts'
import { useMapColumns } from '../api/changes.ts'
import { useDraftPlan } from '../api/queries.ts'
import { BatchFiles } from '../sending/batch-files.tsx'
import { RouteChoice } from '../sending/route-choice.tsx'
import { sendingOf } from '../sending/sending.ts'
import { Button } from '../ui/button.tsx'
import { classNames } from '../ui/class-names.ts'
import { countText } from '../ui/time-text.ts'
import { useDebounced } from '../ui/use-debounced.ts'
import { ColumnMapping } from './column-mapping.tsx'
import { DraftChoices } from './draft-choices.tsx'
import { type DraftWish, draftSettingsOf, firstWish } from './draft-wish.ts'
import { keepSending, keepWish, keptSending, keptWish } from './kept-wish.ts'
import styles from './load-page.module.css'
import { PlanCards } from './plan-cards.tsx'
import { PlanModels } from './plan-models.tsx'
import { type PlanTab, PlanTabs } from './plan-tabs.tsx'
import { notReadyText } from './profile-choices.ts'
import { PromptSection } from './prompt-section.tsx'
import { readTemplates, useWildcardNames } from './read-templates.ts'
import { References } from './references.tsx'
import { RunBar } from './run-bar.tsx'
import { SheetPicker } from './sheet-drop.tsx'
import { formatText, SheetReadingChoices } from './sheet-reading.tsx'
import { useSheetLoader } from './use-sheet-loader.ts'

/** How long nothing must change before the engine plans again. */
const quietMs = 250

export const LoadForm = ({
  sheet,
  settings,
  providers,
}: {
  sheet: Sheet
  settings: Settings
  providers: readonly ProviderInfo[]
}) => {
  const [wish, setWish] = useState(() => keptWish(sheet.id) ?? firstWish(sheet, settings, providers))
  const [choice, setChoice] = useState(() => keptSending(sheet.id))
  const [tab, setTab] = useState<PlanTab>('all')
  const tabs = useRef<HTMLDivElement>(null)
  const loader = useSheetLoader()
  const mapColumns = useMapColumns()
  const columns = useMemo(() => sheet.columns.map((column) => column.name), [sheet.columns])
  useEffect(() => keepWish(sheet.id, wish), [sheet.id, wish])
  useEffect(() => keepSending(sheet.id, choice), [sheet.id, choice])
  const settled = useDebounced(wish, quietMs)
  const names = useWildcardNames()
  const templates = useMemo(() => readTemplates(wish, columns, names), [wish, columns, names])
  const blockedBy = reasonNot(wish, templates.isWrong, providers)
  // Judged once she stops typing: an open brace in mid-word does not take the plan away.
  const settledBlock = reasonNot(settled, readTemplates(settled, columns, names).isWrong, providers)
  const query = useDraftPlan(
    settledBlock === null
      ? {
          sheetId: sheet.id,
          settings: draftSettingsOf(settled),
          alwaysNew: settled.alwaysNew,
          pricePerImageMicros: settled.pricePerImageMicros,
        }
      : null,
  )
  // While nothing can be planned, the former plan would only mislead.
  const plan: Plan | undefined = settledBlock === null ? query.data : undefined
  const sending = plan && sendingOf(plan, choice)
  const isStale = settled !== wish || query.isFetching || query.isPlaceholderData || query.isError
  const needsPrice = plan !== undefined && plan.estimateMicros === null
  const problems = plan ?? sheet
  const showProblems = () => {
    setTab('problems')
    tabs.current?.scrollIntoView({ block: 'start' })
  }

  return (
    <>
      <div className={styles.page}>
        <header className={styles.head}>
          <h2 className={styles.title}>{sheet.name}</h2>
          <span className={styles.facts}>
            {countText(sheet.rowCount, 'row')}, {countText(sheet.columns.length, 'column')}, {formatText(sheet)}
          </span>
          <SheetReadingChoices sheet={sheet} />
          <span className={styles.grow} />
          <SheetPicker loader={loader} look="quiet">
            Another sheet
          </SheetPicker>
        </header>
        <PlanCards
          plan={plan}
          sending={sending}
          rows={sheet.rowCount}
          profiles={wish.profiles.length}
          providers={providers}
          isStale={isStale}
          isBlocked={settledBlock !== null || query.isError}
          onShowProblems={showProblems}
        />
        {plan && <PlanModels plan={plan} providers={providers} isStale={isStale} onShowProblems={showProblems} />}
        {plan && sending && (
          <RouteChoice
            plan={plan}
            sending={sending}
            choice={choice}
            providers={providers}
            isStale={isStale}
            onChange={setChoice}
          >
            <BatchFiles plan={plan} isStale={isStale} />
          </RouteChoice>
        )}
        {query.isError && (
          <p className={styles.error} role="alert">
            The plan could not be made. {messageOf(query.error)}{' '}
            <Button onClick={() => query.refetch()}>Try again</Button>
          </p>
        )}
        <div className={styles.halves}>
          <div className={styles.main}>
            <ColumnMapping
              sheet={sheet}
              wish={wish}
              onChange={(next) => {
                setWish(next)
                mapColumns.mutate({ sheetId: sheet.id, mapping: next.mapping })
              }}
              onForget={() =>
                mapColumns.mutate(
                  { sheetId: sheet.id, mapping: null },
                  { onSuccess: ({ mapping, template }) => setWish((before) => ({ ...before, mapping, template })) },
                )
              }
            />
            <PromptSection sheet={sheet} wish={wish} settings={settings} templates={templates} onChange={setWish} />
            <References sheetId={sheet.id} wish={wish} onChange={setWish} />
          </div>
          <DraftChoices
            wish={wish}
            providers={providers}
            needsPrice={needsPrice || wish.pricePerImageMicros !== null}
            withoutPrice={plan?.parts.find((part) => part.estimateMicros === null)?.model ?? null}
            onChange={setWish}
          />
        </div>
        <div ref={tabs} className={classNames(styles.plan, plan !== undefined && isStale && styles.stale)}>
          <PlanTabs
            plan={plan}
            blockedBy={settledBlock ?? (query.isError ? 'The plan could not be made.' : null)}
            tab={tab}
            problems={problems.problems}
            problemCount={problems.problemCount}
            onTab={setTab}
          />
        </div>
      </div>
      <RunBar
        plan={plan}
        sending={sending}
        choice={choice}
        onChoice={setChoice}
        isStale={isStale}
        blockedBy={blockedBy ?? (needsPrice ? 'Say what one picture costs first.' : null)}
        alwaysNew={wish.alwaysNew}
        onAlwaysNew={(alwaysNew) => setWish((before) => ({ ...before, alwaysNew }))}
        onRefused={() => query.refetch()}
      />
    </>
  )
}

/** Why no plan can be asked for yet, in a sentence; `null` where one can. */
function reasonNot(wish: DraftWish, isWrong: boolean, providers: readonly ProviderInfo[]): string | null {
  if (wish.templateColumn === undefined && wish.template.trim() === '')
    return 'Choose a prompt column, or write a template.'
  if (isWrong) return 'The template has a mistake.'
  for (const profile of wish.profiles) {
    if (profile.model === '') return 'Say which model makes the drafts.'
    const provider = providers.find((each) => each.id === profile.provider)
    const notReady = provider ? notReadyText(provider) : 'Choose a model.'
    if (notReady) return notReady
  }
  return null
}
