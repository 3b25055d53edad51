import type { RunStart } from '#shared/contract/wishes.ts'

const hourMs = 3_600_000
const two = (number: number): string => String(number).padStart(2, '0')

/** 02:00 to 08:00 UTC: when providers have the least to do. */
export const usualWindow: RunStart = { kind: 'window', fromMinute: 120, toMinute: 480 }

/** 120 -> `02:00`. */
export const utcText = (minute: number): string => `${two(Math.floor(minute / 60))}:${two(minute % 60)}`

/** The next full hour that is at least half an hour away. */
export const nextHourMs = (nowMs: number): number => new Date(nowMs + 1.5 * hourMs).setMinutes(0, 0, 0)

/** A moment as a field for day and time wants it: `2026-11-20T22:00`, by the clock here. */
export function inputTextOf(ms: number): string {
  const date = new Date(ms)
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`
}
