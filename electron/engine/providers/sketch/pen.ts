import { type Colour, colour, css, darker, lighter, mixed } from './colour.ts'

/** Numbers that depend on the seed text alone (FNV-1a into mulberry32), the same on every machine. */
export interface Random {
  (): number
  between(low: number, high: number): number
  pick<T>(list: readonly [T, ...T[]] | readonly T[]): T
  chance(part: number): boolean
}

export function randomFrom(text: string): Random {
  let state = 2166136261
  for (let at = 0; at < text.length; at += 1) state = Math.imul(state ^ text.charCodeAt(at), 16777619)
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixedBits = Math.imul(state ^ (state >>> 15), 1 | state)
    mixedBits = (mixedBits + Math.imul(mixedBits ^ (mixedBits >>> 7), 61 | mixedBits)) ^ mixedBits
    return ((mixedBits ^ (mixedBits >>> 14)) >>> 0) / 4294967296
  }
  return Object.assign(next, {
    between: (low: number, high: number) => low + (high - low) * next(),
    pick: <T>(list: readonly T[]): T => {
      const chosen = list[Math.floor(next() * list.length)]
      if (chosen === undefined) throw new RangeError('pick needs a list that is not empty')
      return chosen
    },
    chance: (part: number) => next() < part,
  })
}

/** How things are lit. `side` -1 is from the left, 1 from the right; `height` 0 is at the horizon, 1 overhead. */
export interface Light {
  readonly side: number
  readonly height: number
  readonly style: 'soft' | 'hard' | 'rim' | 'neon'
  readonly tint: Colour
  /** 0 is night, 1 is day. */
  readonly day: number
}

/** A stop of a gradient: place 0 to 1, colour, opacity 0 to 1 (1 where left out). */
export type Stop = readonly [number, Colour, number?]

/** Collects shapes and gradients into one SVG. Fills are strings: `pen.shade(...)`, `css(...)`. No text and no filters: both are slow or need fonts. */
export interface Pen {
  path(d: string, fill: string, more?: string): void
  line(d: string, stroke: string, width: number, more?: string): void
  ellipse(x: number, y: number, rx: number, ry: number, fill: string, more?: string): void
  rect(x: number, y: number, width: number, height: number, radius: number, fill: string, more?: string): void
  /** A solid body of this colour as the light falls on it; `round` for balls. */
  shade(of: Colour, depth?: number): string
  round(of: Colour): string
  linear(x1: number, y1: number, x2: number, y2: number, stops: readonly Stop[]): string
  radial(x: number, y: number, r: number, stops: readonly Stop[]): string
  /** A group; `mirrored` says that left and right change places in it. */
  open(transform: string, mirrored?: boolean, more?: string): void
  close(): void
  svg(width: number, height: number, boxWidth: number, boxHeight: number): string
}

const magenta = colour(0.68, 0.26, 350)
const cyan = colour(0.8, 0.14, 210)

export function penFor(light: Light): Pen {
  const gradients = new Map<string, string>()
  const mirrors: boolean[] = []
  let body = ''
  const side = () => (mirrors.filter(Boolean).length % 2 === 1 ? -light.side : light.side)
  const stopText = (stops: readonly Stop[]) =>
    stops
      .map(
        ([at, of, opacity = 1]) =>
          `<stop offset="${at}" stop-color="${css(of)}"${opacity < 1 ? ` stop-opacity="${opacity}"` : ''}/>`,
      )
      .join('')
  const gradient = (tag: string, text: string) => {
    const key = `<${tag}Gradient ${text}</${tag}Gradient>`
    const known = gradients.get(key)
    if (known !== undefined) return `url(#${known})`
    const id = `g${gradients.size}`
    gradients.set(key, id)
    return `url(#${id})`
  }
  const linear: Pen['linear'] = (x1, y1, x2, y2, stops) =>
    gradient('linear', `x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}">${stopText(stops)}`)
  const radial: Pen['radial'] = (x, y, r, stops) =>
    gradient('radial', `cx="${x}" cy="${y}" r="${r}">${stopText(stops)}`)
  const lit = (of: Colour, by: number) => mixed(lighter(of, by), light.tint, 0.12 + by * 0.5)

  return {
    linear,
    radial,
    shade(of, depth = 1) {
      // Dark things keep their own shape: they have little left to lose.
      const drop = (by: number) => darker(of, by * Math.min(1, 0.3 + of.l))
      const lean = side() * 0.38
      const [x1, x2] = [0.5 + lean, 0.5 - lean]
      if (light.style === 'rim') {
        return linear(x1 + side() * 0.12, 0.1, x2, 0.8, [
          [0, lit(of, 0.3)],
          [0.16, lit(of, 0.06)],
          [0.34, drop(0.07)],
          [1, drop(0.2 * depth)],
        ])
      }
      if (light.style === 'neon') {
        return linear(0, 0.2, 1, 0.75, [
          [0, mixed(of, magenta, 0.55)],
          [0.38, drop(0.06)],
          [0.66, drop(0.1)],
          [1, mixed(of, cyan, 0.55)],
        ])
      }
      const strength = light.style === 'hard' ? 1.35 : 1
      return linear(x1, 0.02, x2, 0.98, [
        [0, lit(of, 0.08 * strength * depth)],
        [0.45, of],
        [1, drop(0.13 * strength * depth)],
      ])
    },
    round(of) {
      const x = 0.5 + side() * 0.17
      return radial(x, 0.3, 0.75, [
        [0, lit(of, 0.15)],
        [0.45, of],
        [1, darker(of, light.style === 'soft' ? 0.2 : 0.27)],
      ])
    },
    path(d, fill, more = '') {
      body += `<path d="${d}" fill="${fill}" ${more}/>`
    },
    line(d, stroke, width, more = '') {
      body += `<path d="${d}" fill="none" stroke="${stroke}" stroke-width="${width}" stroke-linecap="round" stroke-linejoin="round" ${more}/>`
    },
    ellipse(x, y, rx, ry, fill, more = '') {
      body += `<ellipse cx="${x}" cy="${y}" rx="${rx}" ry="${ry}" fill="${fill}" ${more}/>`
    },
    rect(x, y, width, height, radius, fill, more = '') {
      body += `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="${radius}" fill="${fill}" ${more}/>`
    },
    open(transform, mirrored = false, more = '') {
      mirrors.push(mirrored)
      body += `<g transform="${transform}" ${more}>`
    },
    close() {
      mirrors.pop()
      body += '</g>'
    },
    svg(width, height, boxWidth, boxHeight) {
      const defs = [...gradients].map(([text, id]) => text.replace('Gradient ', `Gradient id="${id}" `)).join('')
      const open = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${boxWidth} ${boxHeight}" preserveAspectRatio="none">`
      return `${open}<defs>${defs}</defs>${body}</svg>`.replace(/(\.\d\d\d)\d+/g, '$1')
    },
  }
}

/** What a subject is drawn with: 200 by 200 units, standing on y = 0 at x = 0, up is negative. */
export interface Kit {
  readonly pen: Pen
  readonly random: Random
  readonly main: Colour
  readonly accent: Colour
  readonly trim: Colour
  readonly ink: Colour
  readonly paper: Colour
  /** Which of its kind: `boot`, `horse`; empty for the plain one. */
  readonly option: string
  readonly view: 'side' | 'top' | 'sole'
}

/** `width` and `tall` are of the drawing, for its shadow and place; `bulk` is its size beside other things (1 is a chair). */
export interface Subject {
  readonly draw: (kit: Kit) => void
  readonly width: number
  readonly tall: number
  readonly bulk: number
  /** Stands on the ground, floats over it, or hangs on the wall. */
  readonly rests: 'stands' | 'floats' | 'hangs'
}
