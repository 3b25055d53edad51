/** `18 min`, `1 h 5 min`, `14 s`: a length of time, rounded up so that it is never promised too short. */
export function durationText(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.ceil(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  const rest = minutes % 60
  if (hours < 24) return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`
  const days = Math.floor(hours / 24)
  return hours % 24 === 0 ? `${days} d` : `${days} d ${hours % 24} h`
}

/** `12 Nov`, with the year where it is not this one. */
export function dayText(ms: number, nowMs: number): string {
  const sameYear = new Date(ms).getFullYear() === new Date(nowMs).getFullYear()
  return new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'short',
    ...(!sameYear && { year: 'numeric' }),
  }).format(ms)
}

const dayStartMs = (ms: number): number => new Date(ms).setHours(0, 0, 0, 0)
const clockOf = (date: Date): string => date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })

/** A moment by the clock here: `22:00` today, `tomorrow 09:40`, `yesterday 21:15`, else `4 Dec 09:40`. */
export function whenText(ms: number, nowMs: number): string {
  const clock = clockOf(new Date(ms))
  // Rounded: a day in which the clocks are put forward or back is not 24 hours long.
  const days = Math.round((dayStartMs(ms) - dayStartMs(nowMs)) / 86_400_000)
  if (days === 0) return clock
  if (days === 1) return `tomorrow ${clock}`
  return days === -1 ? `yesterday ${clock}` : `${dayText(ms, nowMs)} ${clock}`
}

/** The same behind other words: `at 22:00`, `tomorrow 09:40`. */
export function atText(ms: number, nowMs: number): string {
  const when = whenText(ms, nowMs)
  return /^\d\d:/.test(when) ? `at ${when}` : when
}

/** A minute of the day in UTC as a clock here shows it today: `03:00`. */
export const localTimeOf = (utcMinute: number, nowMs: number): string =>
  clockOf(new Date(new Date(nowMs).setUTCHours(Math.floor(utcMinute / 60), utcMinute % 60, 0, 0)))

/** `03:00` by a clock here today -> the minute of the day in UTC; `null` where it is no time. */
export function utcMinuteOf(localTime: string, nowMs: number): number | null {
  const match = /^([01]\d|2[0-3]):([0-5]\d)/.exec(localTime)
  if (!match) return null
  const date = new Date(new Date(nowMs).setHours(Number(match[1]), Number(match[2]), 0, 0))
  return date.getUTCHours() * 60 + date.getUTCMinutes()
}

/** `23 drafts`, `1 draft`; the plural adds an s where none is given. */
export const countText = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`
