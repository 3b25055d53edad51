import { type Command, type CommandId, commands, type Region, type Where } from './commands.ts'

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

/** Where the press happened. `text`: in a text field; `control`: on a button or the like; `slider`: on a slider. */
export interface KeyPlace {
  readonly region: Region | 'other'
  readonly target: 'plain' | 'control' | 'slider' | 'text' | 'dialog'
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
  if (/^(Digit|Numpad)./.test(name)) return press.shift === shift && press.code === name
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

const large: readonly (Region | 'other')[] = ['loupe', 'compare', 'survey']

/** Whether keys that work at one place work in a region too. */
export const reaches = (where: Where, region: Region | 'other'): boolean => {
  if (where === 'page') return true
  if (region === 'other') return false
  return where === 'review' || where === region || (where === 'large' && large.includes(region))
}

const worksIn = (command: Command, place: KeyPlace): boolean =>
  place.target === 'text' || place.target === 'dialog' ? command.inText === true : reaches(command.where, place.region)

const sliderKeys: readonly string[] = [
  'ArrowLeft',
  'ArrowRight',
  'ArrowUp',
  'ArrowDown',
  'Home',
  'End',
  'PageUp',
  'PageDown',
]

/** Keys that a button, a link or a slider needs for itself. */
function isOfControl(press: KeyPress, target: KeyPlace['target']): boolean {
  if (press.mod) return false
  if (target === 'control') return press.key === ' ' || press.key === 'Enter'
  return target === 'slider' && sliderKeys.includes(press.key)
}

/**
 * The command of a key press at a place, `null` where there is none. Keys in text fields, during composition and on
 * controls that need them are left alone; a held key repeats only the commands that may repeat.
 */
export function commandFor(press: KeyPress, place: KeyPlace, changes: KeyChanges = {}): CommandId | null {
  if (press.composing) return null
  if (isOfControl(press, place.target)) return null
  for (const command of commands) {
    const { id, keys, repeats } = command satisfies Command as Command & { id: CommandId }
    if (!worksIn(command, place)) continue
    if (!(changes[id] ?? keys).some((key) => isPress(press, key))) continue
    return press.repeat && !repeats ? null : id
  }
  return null
}
