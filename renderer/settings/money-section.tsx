import { useState } from 'react'
import type { ProviderInfo } from '#shared/contract/providers.ts'
import type { Settings } from '#shared/contract/settings.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { MoneyField } from '../ui/money-field.tsx'
import { Select } from '../ui/select.tsx'
import { Field } from '../ui/text-field.tsx'
import { CapsShut } from './caps-shut.tsx'
import styles from './settings-page.module.css'

type Caps = Pick<Settings, 'dailyCapMicros' | 'monthlyCapMicros' | 'providerDailyCapMicros'>

/** The most that paid requests may cost: in a day, in a month, and in a day at one provider. A cap changed here has been seen. */
export const MoneySection = ({
  settings,
  providers,
  onChange,
}: {
  settings: Settings
  providers: readonly ProviderInfo[]
  onChange: (change: Partial<Settings>) => void
}) => {
  const [typed, setTyped] = useState<Partial<Caps>>({})
  // What is typed is dropped once it is stored: the boxes then begin anew.
  const [round, setRound] = useState(0)
  const caps = { ...settings, ...typed }
  const ofProviders = Object.entries(caps.providerDailyCapMicros)
  const free = providers.filter(({ id, isLocal }) => !isLocal && !(id in caps.providerDailyCapMicros))
  const isChanged = Object.keys(typed).length > 0
  const change = (part: Partial<Caps>) => setTyped((before) => ({ ...before, ...part }))
  return (
    <>
      {settings.capsShut && <CapsShut />}
      <form
        key={round}
        className={styles.form}
        aria-label="Caps"
        onSubmit={(event) => {
          event.preventDefault()
          onChange({ ...typed, ...('dailyCapMicros' in typed && { dailyCapSeen: true }) })
          setTyped({})
          setRound(round + 1)
        }}
      >
        <div className={styles.fields}>
          <MoneyField
            label="Most a day, in US dollars"
            value={settings.dailyCapMicros}
            hint="Over all providers, by UTC day. Empty: no cap. What is over it waits, and is not lost."
            onChange={(dailyCapMicros) => change({ dailyCapMicros })}
          />
          <MoneyField
            label="Most a month, in US dollars"
            value={settings.monthlyCapMicros}
            hint="Over all providers, by UTC calendar month. Empty: no cap."
            onChange={(monthlyCapMicros) => change({ monthlyCapMicros })}
          />
        </div>
        {ofProviders.map(([id, micros]) => (
          <div key={id} className={styles.cap}>
            <MoneyField
              label={`Most a day at ${providers.find((each) => each.id === id)?.label ?? id}`}
              value={micros}
              onChange={(next) =>
                next !== null && change({ providerDailyCapMicros: { ...caps.providerDailyCapMicros, [id]: next } })
              }
            />
            <IconButton
              icon="cross"
              label={`No cap of its own for ${providers.find((each) => each.id === id)?.label ?? id}`}
              onClick={() => {
                const { [id]: _gone, ...others } = caps.providerDailyCapMicros
                change({ providerDailyCapMicros: others })
              }}
            />
          </div>
        ))}
        {free.length > 0 && (
          <div className={styles.fields}>
            <Field label="A cap of its own for one provider">
              {({ id }) => (
                <Select
                  id={id}
                  label="A cap of its own for one provider"
                  value=""
                  choices={[
                    { value: '', label: 'Choose a provider' },
                    ...free.map((each) => ({ value: each.id, label: each.label })),
                  ]}
                  onChange={(next) =>
                    next !== '' &&
                    change({
                      providerDailyCapMicros: {
                        ...caps.providerDailyCapMicros,
                        [next]: caps.dailyCapMicros ?? firstCapMicros,
                      },
                    })
                  }
                />
              )}
            </Field>
          </div>
        )}
        {isChanged && (
          <div className={styles.line}>
            <Button type="submit" look="go">
              {caps.dailyCapMicros === null && caps.monthlyCapMicros === null ? 'Go without a cap' : 'Save the caps'}
            </Button>
            <Button
              look="quiet"
              onClick={() => {
                setTyped({})
                setRound(round + 1)
              }}
            >
              Take changes back
            </Button>
          </div>
        )}
      </form>
    </>
  )
}

const firstCapMicros = 10_000_000
