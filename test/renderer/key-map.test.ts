import { describe, expect, test } from 'vitest'
import { commands } from '../../renderer/keys/commands.ts'
import { commandFor, type KeyPlace, type KeyPress } from '../../renderer/keys/key-map.ts'
import { searchCommands } from '../../renderer/keys/search-commands.ts'

const grid: KeyPlace = { region: 'grid', target: 'plain' }
const loupe: KeyPlace = { region: 'loupe', target: 'plain' }
const press = (key: string, more: Partial<KeyPress> = {}): KeyPress => ({
  key,
  code: /^[a-z]$/i.test(key) ? `Key${key.toUpperCase()}` : key,
  shift: false,
  alt: false,
  mod: false,
  repeat: false,
  composing: false,
  ...more,
})

describe('keys', () => {
  test.each([
    ['p', {}, 'approve'],
    ['x', {}, 'reject'],
    ['u', {}, 'undecide'],
    ['k', {}, 'keepOnly'],
    ['K', { shift: true }, 'rejectRow'],
    ['h', {}, 'hires'],
    ['j', {}, 'nextUndecided'],
    ['J', { shift: true }, 'previousUndecided'],
    [' ', { code: 'Space' }, 'openTile'],
    ['e', {}, 'openLoupe'],
    ['Backspace', {}, 'stepBack'],
    ['z', { mod: true }, 'undo'],
    ['Z', { mod: true, shift: true }, 'redo'],
    ['Enter', { mod: true }, 'tray'],
    ['.', { mod: true }, 'pause'],
    ['e', { mod: true }, 'deliver'],
    ['a', { mod: true }, 'selectAll'],
    ['A', { mod: true, shift: true }, 'selectUndecided'],
    ['ArrowLeft', { shift: true }, 'extendLeft'],
    ['?', { shift: true, code: 'Slash' }, 'keySheet'],
    ['Escape', {}, 'escape'],
  ] as const)('%s %o in the grid is %s', (key, more, id) => {
    expect(commandFor(press(key, more), grid)).toBe(id)
  })

  test('Caps Lock is a mode, not a mistake', () => {
    expect(commandFor(press('P'), grid)).toBe('approve')
    expect(commandFor(press('k', { shift: true }), grid)).toBe('rejectRow')
  })

  test('digits go by their place: the top row of a French keyboard types no digits', () => {
    expect(commandFor(press('"', { code: 'Digit3' }), grid)).toBe('rate3')
    expect(commandFor(press('6', { code: 'Numpad6' }), grid)).toBe('labelRed')
  })

  test('brackets go by their place, slash and question mark by what is typed', () => {
    expect(commandFor(press('^', { code: 'BracketLeft' }), grid)).toBe('smaller')
    expect(commandFor(press('/', { code: 'Digit7', shift: true }), grid)).not.toBe('rate7')
    expect(commandFor(press('/', { code: 'Slash' }), grid)).toBe('search')
  })

  test('letters go by their place where the keyboard types no Latin letters', () => {
    expect(commandFor(press('з', { code: 'KeyP' }), grid)).toBe('approve')
  })

  test('Space opens the loupe from the grid and zooms in the loupe', () => {
    expect(commandFor(press(' ', { code: 'Space' }), loupe)).toBe('zoom')
    expect(commandFor(press('g'), loupe)).toBe('openGrid')
    expect(commandFor(press(' ', { code: 'Space' }), grid)).toBe('openTile')
  })

  test('text fields, dialogs and composition keep their keys', () => {
    expect(commandFor(press('p'), { region: 'grid', target: 'text' })).toBe(null)
    expect(commandFor(press('z', { mod: true }), { region: 'grid', target: 'text' })).toBe(null)
    expect(commandFor(press('k', { mod: true }), { region: 'other', target: 'text' })).toBe('palette')
    expect(commandFor(press('x'), { region: 'grid', target: 'dialog' })).toBe(null)
    expect(commandFor(press('p', { composing: true }), grid)).toBe(null)
  })

  test('a button keeps Space and Enter, and other parts of the page keep the letters', () => {
    expect(commandFor(press(' ', { code: 'Space' }), { region: 'grid', target: 'control' })).toBe(null)
    expect(commandFor(press('p'), { region: 'grid', target: 'control' })).toBe('approve')
    expect(commandFor(press('p'), { region: 'other', target: 'control' })).toBe(null)
  })

  test('a held key repeats marks and moves, never the tray', () => {
    expect(commandFor(press('x', { repeat: true }), grid)).toBe('reject')
    expect(commandFor(press('Enter', { mod: true, repeat: true }), grid)).toBe(null)
  })

  test('keys that a person changed take the place of the old ones', () => {
    const changes = { approve: ['Q'] }
    expect(commandFor(press('q'), grid, changes)).toBe('approve')
    expect(commandFor(press('p'), grid, changes)).toBe(null)
  })

  test('a slider keeps its arrows, and letters still mark', () => {
    const slider: KeyPlace = { region: 'loupe', target: 'slider' }
    expect(commandFor(press('ArrowLeft'), slider)).toBe(null)
    expect(commandFor(press('p'), slider)).toBe('approve')
  })
})

describe('searching commands', () => {
  test('finds by words of the title and by key, titles that begin with the words first', () => {
    expect(searchCommands(commands, 'undo')[0]?.id).toBe('undo')
    expect(searchCommands(commands, 'row reject').map((command) => command.id)).toContain('rejectRow')
    expect(searchCommands(commands, 'ctrl enter').map((command) => command.id)).toContain('tray')
    expect(searchCommands(commands, 'no such thing')).toEqual([])
  })
})
