import { Select } from '../ui/select.tsx'
import type { StepChoice } from './tray-text.ts'

/** A final has three further steps at most. */
const places = [0, 1, 2]
const nothing = 'nothing'

/** What is done with a final's picture next, step after step; a list for one more stands at the end. */
export const NextSteps = ({
  choices,
  steps,
  onChange,
}: {
  choices: readonly StepChoice[]
  steps: readonly StepChoice[]
  onChange: (steps: StepChoice[]) => void
}) => {
  if (choices.length === 0) return null
  const none = { value: nothing, label: 'nothing more', note: 'its picture is the final' }
  return places.slice(0, steps.length + 1).map((at) => (
    <Select
      key={at}
      label={`Step ${at + 2} of a final`}
      prefix="then"
      value={steps[at]?.value ?? nothing}
      choices={[none, ...choices]}
      onChange={(value) => {
        const chosen = choices.find((choice) => choice.value === value)
        onChange(chosen ? steps.toSpliced(at, 1, chosen) : steps.slice(0, at))
      }}
    />
  ))
}
