import { type Command, InvalidArgumentError } from 'commander'
import { microsFrom } from '#shared/money.ts'
import type { Output } from './output.ts'

/** One call of a command: where its library is, and how it answers. */
export interface Call {
  /** An absolute path. */
  readonly library: string
  readonly out: Output
  /** Since the program started. */
  readonly elapsedMs: () => number
}

/** How a command's file puts its command on the command line. */
export interface CommandLine {
  /** A command with the options that every command has. */
  add(usage: string, description: string): Command
  /** The same below another command: `providers key`. */
  addBelow(above: Command, usage: string, description: string): Command
  /** The action of a command without an argument; what it resolves with is the exit status. */
  plain<Options>(work: (call: Call, options: Options) => Promise<number>): (options: Options) => Promise<void>
  /** The action of a command with one argument. */
  withName<Name, Options>(
    work: (call: Call, name: Name, options: Options) => Promise<number>,
  ): (name: Name, options: Options) => Promise<void>
  /** The action of a command with two arguments. */
  withTwoNames<Name, Second, Options>(
    work: (call: Call, name: Name, second: Second, options: Options) => Promise<number>,
  ): (name: Name, second: Second, options: Options) => Promise<void>
}

/** Reads a whole number; commander adds the option's name to the sentence. */
export const wholeNumber =
  (least: number, most: number) =>
  (text: string): number => {
    const value = /^\d{1,15}$/.test(text.trim()) ? Number(text) : Number.NaN
    if (value >= least && value <= most) return value
    throw new InvalidArgumentError(`Give a whole number of ${least} or more${most < 1e9 ? `, ${most} at most` : ''}.`)
  }

/** `1.50` -> 1,500,000 micros. */
export function usd(text: string): number {
  const micros = microsFrom(text)
  if (micros !== null) return micros
  throw new InvalidArgumentError('Give an amount in US dollars, such as 0.04.')
}

export function sizeOf(text: string): { width: number; height: number } {
  const match = /^\s*(\d{1,5})\s*[x×]\s*(\d{1,5})\s*$/i.exec(text)
  const size = { width: Number(match?.[1]), height: Number(match?.[2]) }
  if (size.width > 0 && size.height > 0) return size
  throw new InvalidArgumentError('Write it as WIDTHxHEIGHT in pixels, such as 512x512.')
}

/** `PROVIDER/MODEL`; the model's own name may hold further slashes. */
export function providerAndModel(text: string): { provider: string; model: string } {
  const match = /^([^/\s]+)\/(\S+)$/.exec(text.trim())
  if (match?.[1] && match[2]) return { provider: match[1], model: match[2] }
  throw new InvalidArgumentError(
    'Write it as PROVIDER/MODEL, such as sketch/sketch ("proofsheet providers" lists them).',
  )
}
