import { AppError } from '#shared/errors.ts'

const ctrlC = '\u0003'
const ctrlD = '\u0004'
const erasing = new Set(['\u007f', '\b'])

/** What is needed of stdin: on a terminal, that it can be read without being shown. */
type Input = NodeJS.ReadableStream & { readonly isTTY?: boolean; setRawMode?(isRaw: boolean): unknown }

/** Reads a secret: typed without being shown, or the first line of a pipe. Throws AppError `invalid-input`, `canceled`. */
export async function readSecret(
  question: string,
  input: Input = process.stdin,
  output: NodeJS.WritableStream = process.stderr,
): Promise<string> {
  const text = (input.isTTY ? await typed(question, input, output) : await piped(input)).trim()
  if (text === '') throw new AppError('invalid-input', 'No key was given. Type it, or pipe it in; nothing was changed.')
  if (text.length > 4096) throw new AppError('invalid-input', 'That is longer than any key. Nothing was changed.')
  return text
}

async function piped(input: Input): Promise<string> {
  let text = ''
  input.setEncoding('utf8')
  for await (const chunk of input) {
    text += chunk
    if (text.includes('\n') || text.length > 10_000) break
  }
  return text.split('\n')[0] ?? ''
}

function typed(question: string, input: Input, output: NodeJS.WritableStream): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  let text = ''
  const read = (chunk: string) => {
    for (const character of chunk) {
      if (character === ctrlC) return reject(new AppError('canceled', 'Stopped; nothing was changed.'))
      if (character === '\r' || character === '\n' || character === ctrlD) return resolve(text)
      text = erasing.has(character) ? text.slice(0, -1) : text + character
    }
  }
  output.write(question)
  input.setRawMode?.(true)
  input.setEncoding('utf8')
  input.on('data', read)
  return promise.finally(() => {
    input.off('data', read)
    input.setRawMode?.(false)
    input.pause()
    output.write('\n')
  })
}
