import type { keyProfiles } from '#shared/contract/settings.ts'
import type { KeyChanges } from './key-map.ts'

export type KeyProfileId = (typeof keyProfiles)[number]

export interface KeyProfile {
  readonly id: KeyProfileId
  readonly title: string
  readonly note: string
  /** Command -> keys, where they differ from the table in `commands.ts`. */
  readonly keys: KeyChanges
}

const photoMechanic: KeyChanges = {
  approve: ['T', 'P'],
  labelRed: ['1'],
  labelYellow: ['2'],
  labelGreen: ['3'],
  labelBlue: ['4'],
  labelNone: ['0'],
  rate1: ['Alt+1'],
  rate2: ['Alt+2'],
  rate3: ['Alt+3'],
  rate4: ['Alt+4'],
  rate5: ['Alt+5'],
  rate0: ['Alt+0'],
}

const leftHand: KeyChanges = {
  up: ['W', 'ArrowUp'],
  left: ['A', 'ArrowLeft'],
  down: ['S', 'ArrowDown'],
  right: ['D', 'ArrowRight'],
  approve: ['F'],
  reject: ['X'],
  undecide: ['V'],
  keepOnly: ['E'],
  rejectRow: ['Shift+X'],
  hires: ['Q'],
  nextUndecided: ['T'],
  previousUndecided: ['Shift+T'],
  autoAdvance: ['Shift+A'],
  openLoupe: ['Shift+E'],
  survey: ['Shift+B'],
  beforeAfter: ['Shift+D'],
  stack: ['Shift+F'],
  stacks: ['Shift+G'],
  fullScreen: ['Shift+W'],
  history: ['Shift+Q'],
}

const numberPad: KeyChanges = {
  left: ['Numpad4', 'ArrowLeft'],
  right: ['Numpad6', 'ArrowRight'],
  up: ['Numpad8', 'ArrowUp'],
  down: ['Numpad2', 'ArrowDown'],
  approve: ['NumpadAdd', 'P'],
  reject: ['NumpadSubtract', 'X'],
  undecide: ['NumpadDecimal', 'U'],
  keepOnly: ['NumpadMultiply', 'K'],
  rejectRow: ['NumpadDivide', 'Shift+K'],
  hires: ['Numpad9', 'H'],
  reroll: ['Numpad7', 'R'],
  nextUndecided: ['Numpad3', 'J'],
  previousUndecided: ['Numpad1', 'Shift+J'],
  stepBack: ['Numpad0', 'Backspace'],
  openTile: ['Numpad5', 'Space', 'Enter'],
  zoom: ['Numpad5', 'Space'],
  rate1: ['Digit1'],
  rate2: ['Digit2'],
  rate3: ['Digit3'],
  rate4: ['Digit4'],
  rate5: ['Digit5'],
  rate0: ['Digit0'],
  labelRed: ['Digit6'],
  labelYellow: ['Digit7'],
  labelGreen: ['Digit8'],
  labelBlue: ['Digit9'],
}

/** The sets of keys that ship. A test holds each of them free of conflicts. */
export const keyProfileList: readonly KeyProfile[] = [
  { id: 'lightroom', title: 'Lightroom', note: 'P, X and U decide, digits give stars and labels', keys: {} },
  {
    id: 'photo-mechanic',
    title: 'Photo Mechanic',
    note: 'T tags, digits give labels, Alt and a digit gives stars',
    keys: photoMechanic,
  },
  {
    id: 'left-hand',
    title: 'Left hand',
    note: 'W A S D move, F approves, X rejects, E keeps only this',
    keys: leftHand,
  },
  {
    id: 'number-pad',
    title: 'Number pad',
    note: '4 6 8 2 move, + approves, − rejects, × keeps only this, 5 opens',
    keys: numberPad,
  },
]
