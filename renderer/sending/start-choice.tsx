import { useState } from 'react'
import type { RunStart } from '#shared/contract/wishes.ts'
import { useCommands } from '../keys/command-center.tsx'
import { Button, IconButton } from '../ui/button.tsx'
import { Popover } from '../ui/popover.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { TextField } from '../ui/text-field.tsx'
import { localTimeOf, utcMinuteOf } from '../ui/time-text.ts'
import { useNow } from '../ui/use-now.ts'
import { startText } from './sending-text.ts'
import styles from './start-choice.module.css'
import { inputTextOf, nextHourMs, usualWindow, utcText } from './start-times.ts'

/** When a run starts: at once, at a time, or in a window of every day. The button that runs says it too. */
export const StartChoice = ({
  start,
  isSmall = false,
  onChange,
}: {
  start: RunStart
  /** A sign alone, where there is little room. */
  isSmall?: boolean
  onChange: (start: RunStart) => void
}) => {
  const [open, setOpen] = useState(false)
  useCommands({ schedule: () => setOpen(true) })
  const nowMs = useNow(open || start.kind !== 'now', 15_000)
  const label = start.kind === 'now' ? 'Schedule' : `Scheduled${startText(start, nowMs)}`
  return (
    <Popover
      label="When it starts"
      open={open}
      onOpenChange={setOpen}
      trigger={
        isSmall ? (
          <IconButton icon="clock" label={label} look={start.kind === 'now' ? 'quiet' : 'plain'} />
        ) : (
          <Button icon="clock" aria-label={label}>
            {start.kind === 'now' ? 'Schedule' : 'Scheduled'}
          </Button>
        )
      }
    >
      <div className={styles.body}>
        <Segmented<RunStart['kind']>
          label="When it starts"
          value={start.kind}
          choices={[
            { value: 'now', label: 'At once' },
            { value: 'at', label: 'At a time' },
            { value: 'window', label: 'In a window' },
          ]}
          onChange={(kind) => onChange(firstOf(kind, Date.now()))}
        />
        {start.kind === 'at' && <AtTime atMs={start.atMs} nowMs={nowMs} onChange={onChange} />}
        {start.kind === 'window' && <Window start={start} nowMs={nowMs} onChange={onChange} />}
        <p className={styles.note}>
          {start.kind === 'now'
            ? 'Nothing waits: the first request leaves when you run.'
            : 'Proofsheet has to run then, after a restart too. While a provider works on a batch, it need not.'}
        </p>
      </div>
    </Popover>
  )
}

function firstOf(kind: RunStart['kind'], nowMs: number): RunStart {
  if (kind === 'at') return { kind, atMs: nextHourMs(nowMs) }
  return kind === 'window' ? usualWindow : { kind: 'now' }
}

const AtTime = ({ atMs, nowMs, onChange }: { atMs: number; nowMs: number; onChange: (start: RunStart) => void }) => {
  const [typed, setTyped] = useState(() => inputTextOf(atMs))
  const ms = new Date(typed).getTime()
  return (
    <TextField
      label="Day and time, here"
      type="datetime-local"
      min={inputTextOf(nowMs)}
      value={typed}
      error={Number.isNaN(ms) ? 'Say a day and a time.' : ms <= nowMs ? 'That is over: it would start at once.' : null}
      onChange={(event) => {
        setTyped(event.target.value)
        const next = new Date(event.target.value).getTime()
        if (!Number.isNaN(next)) onChange({ kind: 'at', atMs: next })
      }}
    />
  )
}

type WindowStart = Extract<RunStart, { kind: 'window' }>

const Window = ({
  start,
  nowMs,
  onChange,
}: {
  start: WindowStart
  nowMs: number
  onChange: (start: RunStart) => void
}) => {
  const change = (field: 'fromMinute' | 'toMinute') => (localTime: string) => {
    const minute = utcMinuteOf(localTime, nowMs)
    if (minute !== null) onChange({ ...start, [field]: minute })
  }
  const isWholeDay = start.fromMinute === start.toMinute
  return (
    <>
      <div className={styles.window}>
        <TimeField label="From" minute={start.fromMinute} nowMs={nowMs} onChange={change('fromMinute')} />
        <TimeField label="To" minute={start.toMinute} nowMs={nowMs} onChange={change('toMinute')} />
      </div>
      <p className={styles.note}>
        {isWholeDay
          ? 'From and to are the same: that is the whole day.'
          : `Every day, ${utcText(start.fromMinute)} to ${utcText(start.toMinute)} UTC; what is not sent by then waits for the next day.`}
      </p>
    </>
  )
}

const TimeField = ({
  label,
  minute,
  nowMs,
  onChange,
}: {
  label: string
  minute: number
  nowMs: number
  onChange: (localTime: string) => void
}) => (
  <TextField
    label={label}
    type="time"
    value={localTimeOf(minute, nowMs)}
    onChange={(event) => onChange(event.target.value)}
  />
)
