import type { Command } from './commands.ts'
import { keyLabel } from './key-label.ts'

/** Commands whose title, group or keys hold every word, best first: titles that begin with the words lead. */
export function searchCommands<Each extends Command>(all: readonly Each[], words: string): readonly Each[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean)
  if (wanted.length === 0) return all
  const start = wanted.join(' ')
  return all
    .filter((command) => {
      const text = [command.title, command.group, ...command.keys, ...command.keys.map((keys) => keyLabel(keys, false))]
      const whole = text.join(' ').toLowerCase()
      return wanted.every((word) => whole.includes(word))
    })
    .toSorted(
      (a, b) => Number(b.title.toLowerCase().startsWith(start)) - Number(a.title.toLowerCase().startsWith(start)),
    )
}
