const appleNames: Readonly<Record<string, string>> = {
  Mod: '⌘',
  Shift: '⇧',
  Alt: '⌥',
  Enter: '⏎',
  Backspace: '⌫',
}
const names: Readonly<Record<string, string>> = {
  Mod: 'Ctrl',
  Escape: 'Esc',
  CapsLock: 'Caps Lock',
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
}

/** Keys as they are printed on the keyboard: `Mod+Shift+Z` -> `Ctrl Shift Z`, and `⌘ ⇧ Z` on a Mac. */
export const keyLabel = (keys: string, apple: boolean): string =>
  keys
    .split(/\+(?=.)/)
    .map(
      (part) =>
        (apple ? appleNames[part] : undefined) ?? names[part] ?? (part.length === 1 ? part.toUpperCase() : part),
    )
    .join(' ')
