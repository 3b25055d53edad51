import { z } from 'zod'
import { type Shortcuts, shortcuts } from '#shared/contract/settings.ts'
import { AppError } from '#shared/errors.ts'
import { type Command, type CommandId, commands, type Region } from './commands.ts'
import { type KeyChanges, type KeyPress, reaches } from './key-map.ts'
import { keyProfileList } from './key-profiles.ts'

/** Every command's keys: a person's own, else the profile's, else those of the table. */
export type KeyTable = Readonly<Record<CommandId, readonly string[]>>

const ids: readonly CommandId[] = commands.map((command) => command.id)
const isCommandId = (text: string): text is CommandId => ids.some((id) => id === text)

const profileKeys = (profile: Shortcuts['profile']): KeyChanges =>
  keyProfileList.find((each) => each.id === profile)?.keys ?? {}

/** The keys of a profile before a person changes any. */
export function keysOfProfile(profile: Shortcuts['profile']): KeyTable {
  const own = profileKeys(profile)
  const pairs = commands.map((command): [CommandId, readonly string[]] => [command.id, own[command.id] ?? command.keys])
  // Made from every command, so every command is in it.
  return Object.fromEntries(pairs) as KeyTable
}

/** Keys that speech or a slip types by accident: one character, with or without Shift (WCAG 2.1.4). */
const isCharacterKey = (keys: string): boolean => /^(Shift\+)?(.|Digit\d|Numpad.+)$/.test(keys)

/** The keys in force. With the master switch off, keys that type a character do nothing. */
export function keyTable({ on, profile, changes }: Shortcuts): KeyTable {
  const own: Readonly<Record<string, readonly string[]>> = changes
  const pairs = Object.entries(keysOfProfile(profile)).map(([id, keys]) => {
    const chosen = own[id] ?? keys
    return [id, on ? chosen : chosen.filter((each) => !isCharacterKey(each))]
  })
  return Object.fromEntries(pairs) as KeyTable
}

/** The table of commands with the keys that are in force. */
export const commandsWithKeys = (table: KeyTable): readonly (Command & { readonly id: CommandId })[] =>
  commands.map((command) => ({ ...command, keys: table[command.id] }))

const regions: readonly Region[] = ['grid', 'loupe', 'compare', 'survey', 'shoot-out']

/** Whether both could answer the same press: their keys work in one region at least. */
const meets = (one: Command, other: Command): boolean =>
  regions.some((region) => reaches(one.where, region) && reaches(other.where, region))

/** `1` is typed by both rows of digits, `Digit1` and `Numpad1` by one. */
const clashes = (one: string, other: string): boolean => {
  if (one === other) return true
  const digit = (keys: string) => /^\d$/.exec(keys)?.[0]
  const placed = (keys: string) => /^(?:Digit|Numpad)(\d)$/.exec(keys)?.[1]
  return (digit(one) ?? '-') === placed(other) || (digit(other) ?? '-') === placed(one)
}

/** The commands whose keys would be the same at the same place. */
export function conflictsWith(id: CommandId, keys: string, table: KeyTable): readonly Command[] {
  const own = commands.find((command) => command.id === id)
  if (!own) return []
  return commands.filter(
    (other) => other.id !== id && meets(own, other) && table[other.id].some((each) => clashes(each, keys)),
  )
}

const modifiers: readonly string[] = ['Shift', 'Control', 'Alt', 'Meta', 'AltGraph', 'CapsLock', 'Process', 'Dead']

/** A press as it is written in the table; `null` for modifiers alone and for Tab, which stays the browser's. */
export function keysOfPress(press: KeyPress): string | null {
  if (modifiers.includes(press.key) || press.key === 'Tab' || press.composing) return null
  const name = nameOfPress(press)
  const isSymbol = name.length === 1 && !/[A-Z0-9[\]]/.test(name)
  return [press.mod && 'Mod', press.alt && 'Alt', press.shift && !isSymbol && 'Shift', name].filter(Boolean).join('+')
}

function nameOfPress({ key, code }: KeyPress): string {
  if (code.startsWith('Numpad')) return code
  if (/^Digit\d$/.test(code)) return code.slice('Digit'.length)
  if (code === 'BracketLeft') return '['
  if (code === 'BracketRight') return ']'
  if (key === ' ') return 'Space'
  if (/^[a-z]$/i.test(key)) return key.toUpperCase()
  // A keyboard that types no Latin letters: the letter at that place.
  if (key.length === 1 && /^Key[A-Z]$/.test(code)) return code.slice('Key'.length)
  return key
}

/** A person's keys with one command's changed; keys equal to the profile's are not kept as a change. */
export function withKeys(before: Shortcuts, id: CommandId, keys: readonly string[] | null): Shortcuts {
  const { [id]: _gone, ...rest } = before.changes
  const usual = keysOfProfile(before.profile)[id]
  if (keys === null || keys.join(' ') === usual.join(' ')) return { ...before, changes: rest }
  return { ...before, changes: { ...rest, [id]: [...keys] } }
}

const file = z.object({ proofsheet: z.literal('shortcuts'), shortcuts })

/** The file that carries a person's keys to another library. */
export const shortcutsFile = (own: Shortcuts): string =>
  `${JSON.stringify({ proofsheet: 'shortcuts', shortcuts: own }, null, 2)}\n`

/** Reads such a file. Throws `invalid-input` that says what is wrong; commands it does not know are left out. */
export function readShortcutsFile(text: string): Shortcuts {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw new AppError('invalid-input', `This file is not JSON (${String(error)}). Choose one that was exported here.`)
  }
  const parsed = file.safeParse(json)
  if (!parsed.success)
    throw new AppError('invalid-input', 'This file holds no Proofsheet shortcuts. Choose one that was exported here.')
  const { changes, ...rest } = parsed.data.shortcuts
  return { ...rest, changes: Object.fromEntries(Object.entries(changes).filter(([id]) => isCommandId(id))) }
}
