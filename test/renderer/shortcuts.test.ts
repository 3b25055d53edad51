import { describe, expect, test } from 'vitest'
import { defaultSettings, type Shortcuts } from '#shared/contract/settings.ts'
import { commands } from '../../renderer/keys/commands.ts'
import { commandFor, type KeyPlace, type KeyPress } from '../../renderer/keys/key-map.ts'
import { keyProfileList } from '../../renderer/keys/key-profiles.ts'
import {
  conflictsWith,
  keysOfPress,
  keysOfProfile,
  keyTable,
  readShortcutsFile,
  shortcutsFile,
  withKeys,
} from '../../renderer/keys/shortcuts.ts'

const usual = defaultSettings.shortcuts
const grid: KeyPlace = { region: 'grid', target: 'plain' }
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

describe('profiles', () => {
  test.each(keyProfileList.map((profile) => profile.id))('%s has no two commands on one key', (id) => {
    const table = keysOfProfile(id)
    const found = commands.flatMap((command) =>
      table[command.id].flatMap((keys) =>
        conflictsWith(command.id, keys, table).map((other) => `${keys}: ${command.id} and ${other.id}`),
      ),
    )
    expect(found).toEqual([])
  })

  test.each(keyProfileList.map((profile) => profile.id))('%s reaches every command that had a key', (id) => {
    const table = keysOfProfile(id)
    const lost = commands.filter((command) => command.keys.length > 0 && table[command.id].length === 0)
    expect(lost.map((command) => command.id)).toEqual([])
  })

  test('the number pad goes by its place, and leaves the row of digits to the stars', () => {
    const table = keysOfProfile('number-pad')
    expect(commandFor(press('6', { code: 'Numpad6' }), grid, table)).toBe('right')
    expect(commandFor(press('+', { code: 'NumpadAdd' }), grid, table)).toBe('approve')
    expect(commandFor(press('3', { code: 'Digit3' }), grid, table)).toBe('rate3')
  })
})

describe('a person’s own keys', () => {
  test('a changed key works, the former one does not', () => {
    const own = withKeys(usual, 'approve', ['Y'])
    const table = keyTable(own)
    expect(commandFor(press('y'), grid, table)).toBe('approve')
    expect(commandFor(press('p'), grid, table)).toBe(null)
  })

  test('keys equal to the profile’s are not kept as a change', () => {
    const own = withKeys(usual, 'approve', ['Y'])
    expect(withKeys(own, 'approve', ['P']).changes).toEqual({})
    expect(withKeys(own, 'approve', null).changes).toEqual({})
  })

  test('the master switch silences plain keys and leaves those with Ctrl or Command', () => {
    const table = keyTable({ ...usual, on: false })
    expect(commandFor(press('p'), grid, table)).toBe(null)
    expect(commandFor(press('K', { shift: true }), grid, table)).toBe(null)
    expect(commandFor(press('?', { shift: true, code: 'Slash' }), grid, table)).toBe(null)
    expect(commandFor(press('z', { mod: true }), grid, table)).toBe('undo')
    expect(commandFor(press('ArrowLeft'), grid, table)).toBe('left')
  })

  test('a conflict is found where both could answer, and only there', () => {
    const table = keyTable(usual)
    expect(conflictsWith('approve', 'X', table).map((command) => command.id)).toEqual(['reject'])
    // Space zooms in the loupe and opens it in the grid: no press could mean both.
    expect(conflictsWith('zoom', 'Space', table)).toEqual([])
    expect(conflictsWith('left', 'Numpad4', table).map((command) => command.id)).toEqual(['rate4'])
  })

  test.each([
    ['k', { shift: true }, 'Shift+K'],
    ['z', { mod: true, shift: true }, 'Mod+Shift+Z'],
    ['?', { shift: true, code: 'Slash' }, '?'],
    ['!', { shift: true, code: 'Digit1' }, 'Shift+1'],
    ['4', { code: 'Numpad4' }, 'Numpad4'],
    [' ', { code: 'Space' }, 'Space'],
    ['ф', { code: 'KeyA' }, 'A'],
    ['Shift', { shift: true }, null],
    ['Tab', {}, null],
  ] as const)('the press %s %o is written %s', (key, more, keys) => {
    expect(keysOfPress(press(key, more))).toBe(keys)
  })
})

describe('the keys file', () => {
  const own: Shortcuts = { on: false, profile: 'left-hand', changes: { approve: ['Y'] } }
  test('comes back as it went', () => {
    expect(readShortcutsFile(shortcutsFile(own))).toEqual(own)
  })
  test('commands of another version are left out', () => {
    const text = shortcutsFile({ ...own, changes: { approve: ['Y'], teleport: ['T'] } })
    expect(readShortcutsFile(text).changes).toEqual({ approve: ['Y'] })
  })
  test.each(['{', '{}', '{"proofsheet":"shortcuts","shortcuts":{"on":1}}'])('%s is refused in words', (text) => {
    expect(() => readShortcutsFile(text)).toThrow(/Choose one that was exported here/)
  })
})
