import type { Style } from '#shared/contract/templates.ts'

/** A prompt with the suffixes of styles behind it, in their order, each after a comma; an empty one adds nothing. */
export function styled(
  prompt: { readonly text: string; readonly negative: string },
  styles: readonly Style[] = [],
): { text: string; negative: string | null } {
  if (styles.length === 0)
    return { text: prompt.text, negative: prompt.negative.trim() === '' ? null : prompt.negative }
  // An empty prompt stays empty: a row without words is a mistake, and no style makes it good.
  const text =
    prompt.text.trim() === ''
      ? prompt.text
      : joined(
          prompt.text,
          styles.map(({ suffix }) => suffix),
        )
  const negative = joined(
    prompt.negative,
    styles.map((style) => style.negative),
  )
  return { text, negative: negative.trim() === '' ? null : negative }
}

const joined = (first: string, suffixes: readonly string[]): string => {
  const added = suffixes.map((suffix) => suffix.trim()).filter((suffix) => suffix !== '')
  return added.length === 0 ? first : [first, ...added].filter((part) => part.trim() !== '').join(', ')
}
