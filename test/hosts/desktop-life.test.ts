import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadDesktop, makeProgram, type Program, preventable, startProgram } from './start-desktop.ts'

let program: Program

beforeEach(async () => {
  program = await makeProgram()
})

afterEach(() => program.remove())

describe('leaving', () => {
  test('closing the window waits for what is out, then closes the library, then ends', async () => {
    const { electron, window } = await startProgram(program)
    const close = preventable('')
    window.emit('close', close)
    expect([close.defaultPrevented, program.life.closed, electron.app.exits]).toEqual([true, 'waiting', []])
    expect(window.titles.at(-1)).toContain('finishing')
    program.finish()
    await expect.poll(() => electron.app.exits).toEqual([0])
    expect([program.life.abandoned, program.life.closed]).toEqual([0, 'yes'])
  })

  test('asking a second time ends the waiting, and the library is still closed', async () => {
    const { electron, window } = await startProgram(program)
    window.emit('close', preventable(''))
    electron.app.quit()
    await expect.poll(() => electron.app.exits).toEqual([0])
    expect([program.life.abandoned, program.life.closed]).toEqual([1, 'yes'])
  })

  test('a library that will not close is not passed over: the program ends with 1', async () => {
    const { electron } = await startProgram(program)
    program.finish()
    Object.assign(program.engine, { close: () => Promise.reject(new Error('the disk is full')) })
    electron.app.quit()
    await expect.poll(() => electron.app.exits).toEqual([1])
  })
})

describe('starting', () => {
  test('a library that cannot be opened, and a sheet that cannot be read, are said in a box', async () => {
    const { electron, startDesktop } = await loadDesktop()
    const options = { arguments: { sheet: null, run: false, library: null }, preload: '' }
    const openEngine = () => Promise.reject(new Error('The library is open in another window.'))
    await startDesktop({ ...options, openEngine, rendererFolder: program.rendererFolder })
    expect(electron.dialog.errors).toEqual(['Proofsheet could not start: The library is open in another window.'])
    expect(electron.app.exits).toEqual([1])
    const again = await startProgram(program, join(program.folder, 'none.csv'))
    expect(again.electron.dialog.errors[0]).toContain('none.csv cannot be read')
    expect(again.window.loaded).toEqual(['proofsheet://app/'])
  })

  test('the menu binds none of the keys of a review, and none that loses one', async () => {
    const { electron } = await startProgram(program)
    const roles = JSON.stringify(electron.Menu.template)
    expect(roles).not.toMatch(/"(?:reload|forceReload|close|zoomIn|zoomOut|resetZoom|toggleDevTools|\w+Menu)"/)
    expect(roles).not.toContain('accelerator')
  })

  test('arguments are read as `open` reads them, from the folder where they were given', async () => {
    const { desktopArguments } = await import('../../electron/desktop/desktop-arguments.ts')
    expect(desktopArguments(['a/b.csv', '--run', '--library', 'lib'], '/home/person')).toEqual({
      sheet: '/home/person/a/b.csv',
      run: true,
      library: '/home/person/lib',
    })
    expect(desktopArguments(['--no-sandbox', '--library=/lib'], '/home/person')).toEqual({
      sheet: null,
      run: false,
      library: '/lib',
    })
  })
})
