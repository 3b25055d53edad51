/** Millionths of a currency unit: 1 USD is 1,000,000 micros. Integers only, so that sums are exact. */
export const microsPerUnit = 1_000_000

/** `1.5` or `$1.50` -> 1,500,000 micros, rounded up; `null` where it is not an amount of zero or more. */
export function microsFrom(text: string): number | null {
  const match = /^\s*\$?\s*(\d{1,9})(?:\.(\d{1,12}))?\s*$/.exec(text)
  if (!match) return null
  const fraction = (match[2] ?? '').padEnd(6, '0')
  const roundUp = /[1-9]/.test(fraction.slice(6)) ? 1 : 0
  return Number(match[1]) * microsPerUnit + Number(fraction.slice(0, 6)) + roundUp
}

/** `$17.42`; under ten cents as many digits as the amount needs (`$0.0008`), so that cheap drafts do not read as free. */
export function moneyText(micros: number, currency = 'USD'): string {
  const units = Math.abs(micros) / microsPerUnit
  const digits = micros === 0 || units >= 0.1 ? 2 : Math.min(6, Math.max(2, 1 - Math.floor(Math.log10(units))))
  const amount = units.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: digits })
  const sign = micros < 0 ? '-' : ''
  return currency === 'USD' ? `${sign}$${amount}` : `${sign}${amount} ${currency}`
}

/** Of when a price is and where it is from, the date once: `2026-11, a price page`; empty where nobody said. */
export function priceSource({
  asOf,
  source,
}: {
  readonly asOf: string | null
  readonly source: string | null
}): string {
  const undated = asOf === null ? source : source?.replace(`, ${asOf}`, '').replace(` of ${asOf}`, '')
  return [asOf, undated].filter(Boolean).join(', ')
}
