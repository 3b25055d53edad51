import type { Plan } from '#shared/contract/plans.ts'
import type { ProviderInfo } from '#shared/contract/providers.ts'
import type { Route, RunRoute } from '#shared/contract/wishes.ts'
import { profileName } from '#shared/generation-request.ts'
import { Select } from '../ui/select.tsx'
import { Table } from '../ui/table.tsx'
import styles from './route-choice.module.css'
import { type PlanPart, routeOf, type SendChoice } from './sending.ts'
import { ownRouteOf, partText } from './sending-text.ts'

const asAll = 'all'

const choices: readonly { value: RunRoute | typeof asAll; label: string; note?: string }[] = [
  { value: asAll, label: 'As chosen above' },
  { value: 'live', label: 'Now' },
  { value: 'batch', label: 'In a batch' },
  { value: 'auto', label: 'Auto' },
]

/** A plan of several models: what each costs by both ways, and which way it goes; the price that counts stands out. */
export const ModelRoutes = ({
  plan,
  choice,
  providers,
  labelOf,
  onChange,
}: {
  plan: Plan
  choice: SendChoice
  providers: readonly ProviderInfo[]
  labelOf: (part: PlanPart) => string
  onChange: (choice: SendChoice) => void
}) => {
  const choose = (part: PlanPart, value: RunRoute | typeof asAll) => {
    const { [profileName(part)]: _, ...others } = choice.routes
    onChange({ ...choice, routes: value === asAll ? others : { ...others, [profileName(part)]: value } })
  }
  const price = (part: PlanPart, route: Route) => (
    <span className={routeOf(part, choice) === route ? styles.goes : undefined}>
      {partText(part, route, plan.currency)}
    </span>
  )
  return (
    <div className={styles.models}>
      <Table
        caption="When each model’s pictures are made"
        rows={plan.parts}
        keyOf={profileName}
        columns={[
          {
            title: 'Model',
            grow: true,
            cell: (part) => {
              const provider = providers.find(({ id }) => id === part.provider)?.label
              return provider === undefined || provider === labelOf(part)
                ? labelOf(part)
                : `${labelOf(part)}, ${provider}`
            },
          },
          { title: 'Requests', number: true, cell: (part) => part.requests.toLocaleString('en-US') },
          { title: 'Now', cell: (part) => price(part, 'live') },
          { title: 'In a batch', cell: (part) => (part.batch ? price(part, 'batch') : '–') },
          {
            title: 'Goes',
            cell: (part) =>
              part.batch ? (
                <Select
                  label={`When ${labelOf(part)} is made`}
                  value={ownRouteOf(part, choice) ?? asAll}
                  choices={choices}
                  onChange={(value) => choose(part, value)}
                />
              ) : (
                'now'
              ),
          },
        ]}
      />
    </div>
  )
}
