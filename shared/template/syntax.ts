import type { Taking } from './nodes.ts'

/** `{{...}}` without braces inside; a column if the name is one. */
export const columnPattern = /\{\{((?:\\.|[^{}\\])*)\}\}/y
/** A name has no spaces at its ends; how it is taken stands before it, values for its variables behind it. */
export const wildcardPattern = /__([~@!]?)([^\s{}|$\\()](?:[^{}|$\\()\n]*?[^\s{}|$\\()])??)(?:\(([^()]*)\))?__/y
/** `${x}`, `${x:default}`, `${x=value}`, `${x=!value}`, `${x?=value}` up to where a value begins. */
export const variablePattern = /\$\{\s*([A-Za-z_][\w-]*)\s*(\}|:|\??=!?)/y
/** `2$$`, `1-2$$`, `-2$$`, `1-$$`, each with an optional separator and another `$$`. */
export const quantityPattern = /\s*(?:(\d{1,9})(?:(-)(\d{1,9})?)?|-(\d{1,9}))\$\$(?:((?:\\.|[^{}$\\])*?)\$\$)?/y
export const weightPattern = /\s*(\d{1,9}(?:\.\d{0,9})?|\.\d{1,9})::/y
export const takingPattern = /\s*([~@!])/y
/** A line that begins with `#` and a space says nothing: with its line end at the start, else with the one before it. */
export const firstCommentPattern = /[^\S\n]*#(?=\s|$)[^\n]*\n?/y
export const commentPattern = /\n[^\S\n]*#(?=\s|$)[^\n]*/y
/** A backslash before any other character stays: prompts escape brackets, `\(film\)`, for the model itself. */
export const escaped = '{}|$_:\\#~@!'
const escapePattern = /\\([{}|$_:\\#~@!])/g
/** Text without any of these reads as itself. */
export const hasSyntax = /[{}|\\#]|__|\$\{|::/

export const unescaped = (text: string): string => text.replace(escapePattern, '$1')
export const takings: Readonly<Record<string, Taking>> = { '~': 'draw', '@': 'step', '!': 'every' }

export const matchAt = (pattern: RegExp, text: string, at: number): RegExpExecArray | null => {
  pattern.lastIndex = at
  return pattern.exec(text)
}
