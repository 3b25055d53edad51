import { isApple } from '../api/host.ts'
import type { Region } from './commands.ts'
import type { KeyPlace, KeyPress } from './key-map.ts'

/** The views from the topmost down to the grid. */
const regions: readonly Region[] = ['loupe', 'compare', 'survey', 'shoot-out', 'grid']

export const pressOf = (event: KeyboardEvent): KeyPress => ({
  key: event.key,
  code: event.code,
  shift: event.shiftKey,
  alt: event.altKey,
  mod: isApple ? event.metaKey : event.ctrlKey,
  repeat: event.repeat,
  composing: event.isComposing || event.key === 'Process' || event.key === 'Dead',
})

const textInputs = 'input:not([type=checkbox], [type=radio], [type=range], [type=button]), textarea, select'

/** With nothing focused the page's own region gets the keys: the loupe where it is open, else the grid. */
export function placeOf(target: EventTarget | null): KeyPlace {
  if (!(target instanceof Element) || target === document.body) return { region: shownRegion(), target: 'plain' }
  const region = target.closest('[data-region]')?.getAttribute('data-region')
  return {
    region: regions.find((each) => each === region) ?? 'other',
    target: kindOf(target),
  }
}

function kindOf(target: Element): KeyPlace['target'] {
  if (target.matches(textInputs) || (target instanceof HTMLElement && target.isContentEditable)) return 'text'
  if (target.closest('[role=dialog], [role=alertdialog], [role=menu], [role=listbox]')) return 'dialog'
  if (target.matches('input[type=range], [role=slider]')) return 'slider'
  return target.matches('button, a[href], input, summary') ? 'control' : 'plain'
}

const shownRegion = (): KeyPlace['region'] =>
  regions.find((region) => document.querySelector(`[data-region=${region}]`) !== null) ?? 'other'
