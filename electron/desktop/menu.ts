import type { MenuItemConstructorOptions } from 'electron'

/**
 * The menu binds only keys that the window's own key map leaves free. Left out on purpose, with their keys: reload
 * (Mod+R), close (Mod+W) and zoom (Mod+-, Mod+=, Mod+0); a review must not vanish by a slip of a finger.
 * Zoom is there without keys.
 */
export function menuTemplate(platform: string, zoom: (steps: number | null) => void): MenuItemConstructorOptions[] {
  const isApple = platform === 'darwin'
  const program: MenuItemConstructorOptions = {
    label: 'Proofsheet',
    submenu: isApple
      ? [
          { role: 'about' },
          { type: 'separator' },
          { role: 'hide' },
          { role: 'hideOthers' },
          { role: 'unhide' },
          { type: 'separator' },
          { role: 'quit' },
        ]
      : [{ role: 'about' }, { type: 'separator' }, { role: 'quit' }],
  }
  // In text fields; elsewhere the page takes these keys first and the menu never sees them.
  const edit: MenuItemConstructorOptions = {
    label: 'Edit',
    submenu: [
      { role: 'undo' },
      { role: 'redo' },
      { type: 'separator' },
      { role: 'cut' },
      { role: 'copy' },
      { role: 'paste' },
      { role: 'selectAll' },
    ],
  }
  const view: MenuItemConstructorOptions = {
    label: 'View',
    submenu: [
      { label: 'Larger', click: () => zoom(1) },
      { label: 'Smaller', click: () => zoom(-1) },
      { label: 'Actual Size', click: () => zoom(null) },
      { type: 'separator' },
      { role: 'togglefullscreen' },
    ],
  }
  return [program, edit, view, { label: 'Window', submenu: [{ role: 'minimize' }] }]
}
