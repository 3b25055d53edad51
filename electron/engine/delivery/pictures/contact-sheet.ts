import { createHash, hash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import pLimit from 'p-limit'
import sharp from 'sharp'
import type { Batch } from '#engine/batches/batches.ts'
import type { Deliverable } from '#engine/tiles/tiles.ts'
import { idOf, promptOf } from '../plan/name-values.ts'
import type { FilePlan, PlannedFile } from '../plan/plan-files.ts'
import type { FileToWrite, MadeContent } from '../write-files.ts'
import type { PictureNeeds } from './file-content.ts'
import { keyOf } from './output.ts'
import { xmlText } from './xmp.ts'

/** Of one page: 500 small pictures are about 4 MB, which every browser opens and prints. */
const mostOnAPage = 500

/** Longest side of a small picture, in pixels: sharp on a screen at 160 CSS pixels, and on paper at four in a row. */
const smallSide = 256

const thumbsAtOnce = 4
const sheetVersion = 1

interface Entry {
  readonly image: Deliverable
  /** The first of its files, for the link. */
  readonly path: string
}

export interface ContactPage {
  readonly path: string
  readonly makeKey: string
  readonly entries: readonly Entry[]
  readonly number: number
  readonly pages: number
}

const pathOf = (number: number): string => (number === 1 ? 'contact-sheet.html' : `contact-sheet-${number}.html`)

/** The pages of a delivery's contact sheet: one small copy of every picture that is delivered, in the order of the sheet. */
export function contactPages(plan: FilePlan, batch: Batch): ContactPage[] {
  const entries = plan.tiles.flatMap(({ image, files: [first] }): Entry[] =>
    image === null || first === undefined ? [] : [{ image, path: first.path }],
  )
  const pages = Math.ceil(entries.length / mostOnAPage)
  return Array.from({ length: pages }, (_, at) => {
    const on = entries.slice(at * mostOnAPage, (at + 1) * mostOnAPage)
    const shown = on.map(({ image, path }) => [image.sha256, path, captionOf(image)])
    const makeKey = keyOf({ sheetVersion, style, name: batch.name, total: entries.length, at, shown })
    return { path: pathOf(at + 1), makeKey, entries: on, number: at + 1, pages }
  })
}

export const contactPageToWrite = (
  page: ContactPage,
  name: string,
  plan: readonly PlannedFile[],
  { pictureFile, made }: PictureNeeds,
): FileToWrite => ({
  path: page.path,
  known: made.get(page.makeKey),
  async content(): Promise<MadeContent> {
    const limit = pLimit(thumbsAtOnce)
    const thumbs = await Promise.all(page.entries.map(({ image }) => limit(() => thumbOf(image, pictureFile))))
    const total = new Set(plan.map(({ image }) => image)).size
    const bytes = Buffer.from(html(page, thumbs, { name, total }), 'utf8')
    const known = { sha256: hash('sha256', bytes), byteLength: bytes.length, width: null, height: null }
    // With a picture missing, the page is to be made again when it is back.
    if (thumbs.every((thumb) => thumb !== null)) made.add(page.makeKey, known)
    return { kind: 'content', content: { kind: 'bytes', bytes, sha256: known.sha256, contentType: 'text/html' }, known }
  },
})

interface Thumb {
  readonly url: string
  readonly width: number
  readonly height: number
}

/** Null where the library's picture cannot be shown; its own file in the delivery says why. */
async function thumbOf(image: Deliverable, pictureFile: PictureNeeds['pictureFile']): Promise<Thumb | null> {
  try {
    const { data, info } = await sharp(await readFile(pictureFile(image.sha256, image.format)), {
      limitInputPixels: 100_000_000,
    })
      .autoOrient()
      .resize({ width: smallSide, height: smallSide, fit: 'inside', withoutEnlargement: true })
      .webp({ quality: 70, effort: 3 })
      .toBuffer({ resolveWithObject: true })
    return { url: `data:image/webp;base64,${data.toString('base64')}`, width: info.width, height: info.height }
  } catch {
    return null
  }
}

const decisions = { approved: '✓ Approved', rejected: '✕ Rejected', undecided: 'Not decided' } as const

interface Caption {
  readonly title: string
  readonly facts: readonly string[]
  readonly decision: keyof typeof decisions
  readonly prompt: string
}

const captionOf = (image: Deliverable): Caption => ({
  title: `${idOf(image)} · ${image.variant}`,
  facts: [
    ...(image.rating > 0 ? ['★'.repeat(image.rating)] : []),
    ...(image.label === null ? [] : [image.label]),
    image.model,
  ],
  decision: image.decision,
  prompt: promptOf(image),
})

const hrefOf = (path: string): string => `./${path.split('/').map(encodeURIComponent).join('/')}`

function figure({ image, path }: Entry, thumb: Thumb | null): string {
  const { title, facts, decision, prompt } = captionOf(image)
  const picture =
    thumb === null
      ? '<span class="none">This picture is missing.</span>'
      : `<img src="${thumb.url}" width="${thumb.width}" height="${thumb.height}" alt="${xmlText(prompt.slice(0, 300))}">`
  return `<figure class="${decision}">
<a href="${xmlText(hrefOf(path))}">${picture}</a>
<figcaption><b>${xmlText(title)}</b> <span class="mark">${decisions[decision]}</span>
<span class="facts">${xmlText(facts.join(' · '))}</span>
<span class="file">${xmlText(path)}</span>
<span class="prompt">${xmlText(prompt)}</span></figcaption>
</figure>
`
}

function html(
  { entries, number, pages }: ContactPage,
  thumbs: readonly (Thumb | null)[],
  { name, total }: { readonly name: string; readonly total: number },
): string {
  const title = `${xmlText(name)}${pages > 1 ? `, page ${number} of ${pages}` : ''}`
  const links = Array.from({ length: pages }, (_, at) =>
    at + 1 === number ? `<b>${at + 1}</b>` : `<a href="./${pathOf(at + 1)}">${at + 1}</a>`,
  )
  const nav = pages > 1 ? `<nav aria-label="Pages">${links.join(' ')}</nav>` : ''
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src '${styleHash}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${style}</style>
</head>
<body>
<header><h1>${title}</h1><p>${total} ${total === 1 ? 'picture' : 'pictures'}</p>${nav}</header>
<main>
${entries.map((entry, at) => figure(entry, thumbs[at] ?? null)).join('')}</main>
</body>
</html>
`
}

/** Neutral greys around the pictures on a screen, white on paper. */
const style = `
:root { color-scheme: light dark; --ground: #d9d9d9; --card: #e8e8e8; --line: #bdbdbd; --text: #1c1c1c; --dim: #4a4a4a }
@media (prefers-color-scheme: dark) { :root { --ground: #262626; --card: #303030; --line: #454545; --text: #ececec; --dim: #b4b4b4 } }
* { box-sizing: border-box }
body { margin: 0; padding: 24px; background: var(--ground); color: var(--text); font: 14px/20px system-ui, sans-serif; font-variant-numeric: tabular-nums }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 8px 16px; margin-bottom: 24px }
h1 { margin: 0; font-size: 20px; line-height: 24px; overflow-wrap: anywhere }
header p { margin: 0; color: var(--dim) }
nav a, nav b { display: inline-block; min-width: 24px; padding: 2px 4px; text-align: center }
a { color: inherit }
main { display: grid; grid-template-columns: repeat(auto-fill, minmax(200px, 1fr)); gap: 16px }
figure { display: flex; flex-direction: column; margin: 0; padding: 8px; border: 1px solid var(--line); border-radius: 6px; background: var(--card); break-inside: avoid }
figure > a { display: flex; align-items: center; justify-content: center; height: 208px; text-decoration: none }
img { max-width: 100%; max-height: 100%; width: auto; height: auto; object-fit: contain }
.rejected img { opacity: 0.45 }
.none { color: var(--dim) }
figcaption { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 8px; margin-top: 8px }
figcaption b { overflow-wrap: anywhere }
.mark { color: var(--dim) }
.facts, .file, .prompt { flex: 0 0 100%; color: var(--dim); font-size: 12px; line-height: 16px; overflow-wrap: anywhere }
.prompt { display: -webkit-box; overflow: hidden; -webkit-box-orient: vertical; -webkit-line-clamp: 3; margin-top: 4px; color: var(--text) }
@media print {
  @page { margin: 12mm }
  :root { --ground: #fff; --card: #fff; --line: #ccc; --text: #000; --dim: #444 }
  body { padding: 0; font-size: 9pt; line-height: 12pt }
  nav { display: none }
  main { display: block; font-size: 0 }
  figure { display: inline-block; width: 24%; margin: 0 0.5% 8px; padding: 6px; vertical-align: top; font-size: 8pt; line-height: 11pt }
  figure > a { height: 38mm }
  .facts, .file, .prompt { font-size: 7pt; line-height: 9pt }
}
`

const styleHash = `sha256-${createHash('sha256').update(style).digest('base64')}`
