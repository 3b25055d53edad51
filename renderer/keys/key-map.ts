import { type Command, type CommandId, commands } from './commands.ts'

/** What is read of a keyboard event. */
export interface KeyPress {
  readonly key: string
  readonly code: string
  readonly shift: boolean
  readonly alt: boolean
  /** Ctrl, or Command on a Mac. */
  readonly mod: boolean
  readonly repeat: boolean
  readonly composing: boolean
}

/** Where the press happened. `text`: in a text field; `control`: on a button or the like; `other`: another part of the page. */
export interface KeyPlace {
  readonly region: 'grid' | 'loupe' | 'other'
  readonly target: 'plain' | 'control' | 'text' | 'dialog'
}

/** Command id -> keys, where a person changed them. */
export type KeyChanges = Readonly<Partial<Record<CommandId, readonly string[]>>>

const codesByPlace: Readonly<Record<string, readonly string[]>> = {
  '[': ['BracketLeft'],
  ']': ['BracketRight'],
}

/** Whether a press is these keys. Shift is not asked of symbols: on some keyboards they need it. */
function isPress(press: KeyPress, keys: string): boolean {
  const parts = keys.split(/\+(?=.)/)
  const name = parts.at(-1) ?? ''
  const shift = parts.includes('Shift')
  if (press.mod !== parts.includes('Mod') || press.alt !== parts.includes('Alt')) return false
  if (/^\d$/.test(name))
    return press.shift === shift && (press.code === `Digit${name}` || press.code === `Numpad${name}`)
  const codes = codesByPlace[name]
  if (codes) return press.shift === shift && codes.includes(press.code)
  if (/^[A-Z]$/.test(name)) return press.shift === shift && isLetter(press, name)
  if (name === 'Space') return press.shift === shift && (press.key === ' ' || press.code === 'Space')
  if (name.length === 1) return press.key === name
  return press.shift === shift && press.key === name
}

/** A letter by what it types, whatever Caps Lock says; by its place where the keyboard types no Latin letters. */
const isLetter = (press: KeyPress, letter: string): boolean =>
  /^[a-z]$/i.test(press.key)
    ? press.key.toUpperCase() === letter
    : press.key.length === 1 && press.code === `Key${letter}`

const worksIn = (command: Command, place: KeyPlace): boolean => {
  if (place.target === 'text' || place.target === 'dialog') return command.inText === true
  if (command.where === 'page') return true
  if (place.region === 'other') return false
  return command.where === 'review' || command.where === place.region
}

/** Keys that a button or a link needs for itself. */
const isOfControl = (press: KeyPress): boolean => press.key === ' ' || press.key === 'Enter'

/**
 * The command of a key press at a place, `null` where there is none. Keys in text fields, during composition and on
 * controls that need them are left alone; a held key repeats only the commands that may repeat.
 */
export function commandFor(press: KeyPress, place: KeyPlace, changes: KeyChanges = {}): CommandId | null {
  if (press.composing) return null
  if (place.target === 'control' && !press.mod && isOfControl(press)) return null
  for (const command of commands) {
    const { id, keys, repeats } = command satisfies Command as Command & { id: CommandId }
    if (!worksIn(command, place)) continue
    if (!(changes[id] ?? keys).some((key) => isPress(press, key))) continue
    return press.repeat && !repeats ? null : id
  }
  return null
}
