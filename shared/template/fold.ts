/** Words, digits and signs with a meaning of their own, such as + or €; everything else only separates. */
const separators = /[^\p{L}\p{M}\p{N}\p{Sm}\p{Sc}]+/gu
const asciiSeparators = /[^a-z0-9$+<=>|~]+/g
const isAscii = /^[\x20-\x7e]*$/

/**
 * A prompt without what only looks different: compatible characters made one (Unicode NFKC), case, and every run of
 * spaces and punctuation as one space. Prompts that fold to the same text most likely ask for the same picture.
 */
export function foldPrompt(prompt: string): string {
  if (isAscii.test(prompt)) return prompt.toLowerCase().replace(asciiSeparators, ' ').trim()
  // By way of capitals, so that ß is ss, and a final sigma a sigma.
  const folded = prompt.normalize('NFKC').toLowerCase().toUpperCase().toLowerCase().normalize('NFKC')
  return folded.replace(separators, ' ').trim()
}
