import { expect, test } from 'vitest'
import { usualPlaces } from '#api/places.ts'

test('data and keys lie where each operating system wants them, apart from each other', () => {
  expect(usualPlaces('linux', {}, '/home/a')).toEqual({
    library: '/home/a/.local/share/proofsheet/library',
    keyFile: '/home/a/.config/proofsheet/keys.json',
  })
  expect(usualPlaces('linux', { XDG_DATA_HOME: '/data', XDG_CONFIG_HOME: 'not/absolute' }, '/home/a')).toEqual({
    library: '/data/proofsheet/library',
    keyFile: '/home/a/.config/proofsheet/keys.json',
  })
  expect(usualPlaces('darwin', {}, '/Users/a').library).toBe('/Users/a/Library/Application Support/Proofsheet/library')
  expect(usualPlaces('win32', { LOCALAPPDATA: 'D:\\Local' }, 'C:\\Users\\a')).toEqual({
    library: 'D:\\Local\\Proofsheet\\library',
    keyFile: 'C:\\Users\\a\\AppData\\Roaming\\Proofsheet\\keys.json',
  })
})
