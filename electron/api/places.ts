import { homedir } from 'node:os'
import { posix, win32 } from 'node:path'

export interface Places {
  /** The library that is opened when nobody names another. */
  readonly library: string
  /** Where keys are kept that no keyring took: outside every library, so that copying one gives no key away. */
  readonly keyFile: string
}

/**
 * Where each operating system wants an application's data and settings (Windows known folders; Apple's file system
 * guide; XDG base directory specification 0.8, by which relative values count as unset). The same for every host.
 */
export function usualPlaces(
  platform: string = process.platform,
  env: Readonly<Record<string, string | undefined>> = process.env,
  home: string = homedir(),
): Places {
  if (platform === 'win32') {
    const local = env.LOCALAPPDATA || win32.join(home, 'AppData', 'Local')
    const roaming = env.APPDATA || win32.join(home, 'AppData', 'Roaming')
    return {
      library: win32.join(local, 'Proofsheet', 'library'),
      keyFile: win32.join(roaming, 'Proofsheet', 'keys.json'),
    }
  }
  if (platform === 'darwin') {
    const support = posix.join(home, 'Library', 'Application Support', 'Proofsheet')
    return { library: posix.join(support, 'library'), keyFile: posix.join(support, 'keys.json') }
  }
  const folder = (named: string | undefined, usual: string) =>
    named && posix.isAbsolute(named) ? named : posix.join(home, usual)
  return {
    library: posix.join(folder(env.XDG_DATA_HOME, '.local/share'), 'proofsheet', 'library'),
    keyFile: posix.join(folder(env.XDG_CONFIG_HOME, '.config'), 'proofsheet', 'keys.json'),
  }
}
