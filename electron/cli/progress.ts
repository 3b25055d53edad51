import type { BatchStatus } from '#shared/contract/batches.ts'
import { moneyText } from '#shared/money.ts'
import { countText, durationText } from './output.ts'

/** How often the bar is drawn, and how often a line is written where stderr is no terminal. */
const barEveryMs = 250
const lineEveryMs = 5000
const barWidth = 24

export interface Progress {
  /** Takes the bar away, or writes the last line. */
  readonly end: () => void
}

/** `412 of 1,632 drafts, 3 failed, $0.41, 41 s left` */
export function progressText(status: BatchStatus, stage: 'drafts' | 'finals'): string {
  const { done, cached: _cached, left, ...others } = status[stage]
  const total = done + left + others.failed + others.unknown + others.held + others.canceled
  const apart = Object.entries(others).flatMap(([name, count]) => (count > 0 ? [`${countText(count)} ${name}`] : []))
  const spent = status.settledMicros + status.unknownMicros
  return [
    `${countText(done)} of ${countText(total)} ${stage}`,
    ...apart,
    ...(spent > 0 ? [moneyText(spent, status.currency)] : []),
    ...(left > 0 && status.timeLeftMs ? [`${durationText(status.timeLeftMs)} left`] : []),
  ].join(', ')
}

function barText(status: BatchStatus, stage: 'drafts' | 'finals'): string {
  const { done, failed, unknown, held, canceled, left } = status[stage]
  const total = done + failed + unknown + held + canceled + left
  const filled = total === 0 ? 0 : Math.floor(((total - left) / total) * barWidth)
  return `${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)} ${progressText(status, stage)}`
}

/** Shows on stderr how far a batch is: a bar in a terminal, else a line every five seconds and one at the end. */
export function showProgress(read: () => BatchStatus, stage: 'drafts' | 'finals'): Progress {
  const { stderr } = process
  const clear = (): void => void stderr.write('\r\x1b[2K')
  const draw = (): void => {
    if (!stderr.isTTY) return void stderr.write(`${progressText(read(), stage)}\n`)
    const text = barText(read(), stage)
    clear()
    stderr.write(text.slice(0, Math.max(20, stderr.columns - 1)))
  }
  const timer = setInterval(draw, stderr.isTTY ? barEveryMs : lineEveryMs)
  return {
    end() {
      clearInterval(timer)
      if (stderr.isTTY) clear()
      else draw()
    },
  }
}
