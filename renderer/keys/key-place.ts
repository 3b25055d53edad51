import { isApple } from '../api/host.ts'
import type { KeyPlace, KeyPress } from './key-map.ts'

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
    region: region === 'grid' || region === 'loupe' ? region : 'other',
    target: kindOf(target),
  }
}

function kindOf(target: Element): KeyPlace['target'] {
  if (target.matches(textInputs) || (target instanceof HTMLElement && target.isContentEditable)) return 'text'
  if (target.closest('[role=dialog], [role=alertdialog], [role=menu], [role=listbox]')) return 'dialog'
  return target.matches('button, a[href], input, summary, [role=slider]') ? 'control' : 'plain'
}

const shownRegion = (): KeyPlace['region'] => {
  if (document.querySelector('[data-region=loupe]')) return 'loupe'
  return document.querySelector('[data-region=grid]') ? 'grid' : 'other'
}
