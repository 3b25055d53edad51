import { app, type BrowserWindow } from 'electron'
import { messageOf } from '#shared/errors.ts'

/** What has to end before the program may. */
export interface Stoppable {
  /** Sends nothing new, waits for what is out (120 s at most), then closes the library. */
  readonly close: () => Promise<void>
  /** Ends that waiting: what is out becomes `unknown`. */
  readonly abandonNow: () => void
}

/**
 * Closing the window, quitting and a signal all go one way: the engine sends nothing new and what is out is waited for,
 * while the window shows it; then the library is closed and the program ends. Asking again ends the waiting.
 */
export function leaveWith(window: BrowserWindow, engine: Stoppable) {
  let hasLeft = false
  let leaving: Promise<void> | null = null
  const leave = async () => {
    window.setTitle('Proofsheet: finishing what has been sent')
    try {
      await engine.close()
      hasLeft = true
      app.exit(0)
    } catch (error) {
      process.stderr.write(`proofsheet: the library was not closed cleanly: ${messageOf(error)}\n`)
      hasLeft = true
      app.exit(1)
    }
  }
  app.on('before-quit', (event) => {
    if (hasLeft) return
    event.preventDefault()
    if (leaving) engine.abandonNow()
    else leaving = leave()
  })
  window.on('close', (event) => {
    if (hasLeft) return
    event.preventDefault()
    app.quit()
  })
  app.on('window-all-closed', () => app.quit())
}
