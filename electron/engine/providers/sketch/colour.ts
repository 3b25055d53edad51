/** A colour in OKLCH: lightness 0 to 1, chroma 0 to about 0.3, hue in degrees. Equal steps look equal, so palettes stay pleasant. */
export interface Colour {
  readonly l: number
  readonly c: number
  readonly h: number
}

const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value))

export const colour = (l: number, c: number, h: number): Colour => ({
  l: clamp(l, 0, 1),
  c: Math.max(0, c),
  h: ((h % 360) + 360) % 360,
})

const fromGamma = (v: number) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
const toGamma = (v: number) => (v <= 0.0031308 ? v * 12.92 : 1.055 * v ** (1 / 2.4) - 0.055)

// The matrices are Björn Ottosson's (https://bottosson.github.io/posts/oklab/, 2020-12-23).
function linearRgb({ l, c, h }: Colour): [number, number, number] {
  const a = c * Math.cos((h * Math.PI) / 180)
  const b = c * Math.sin((h * Math.PI) / 180)
  const long = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const medium = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const short = (l - 0.0894841775 * a - 1.291485548 * b) ** 3
  return [
    4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
    -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
    -0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short,
  ]
}

/** `#rrggbb`, with the chroma lowered until the screen can show it. */
export function css(wanted: Colour): string {
  let shown = wanted
  let rgb = linearRgb(shown)
  for (let step = 0; step < 8 && rgb.some((v) => v < -0.002 || v > 1.002); step += 1) {
    shown = { ...shown, c: shown.c * 0.8 }
    rgb = linearRgb(shown)
  }
  const hex = rgb.map((v) =>
    Math.round(toGamma(clamp(v, 0, 1)) * 255)
      .toString(16)
      .padStart(2, '0'),
  )
  return `#${hex.join('')}`
}

/** From six hex digits. */
export function fromHex(hex: string): Colour {
  const [r = 0, g = 0, b = 0] = [0, 2, 4].map((at) => fromGamma(Number.parseInt(hex.slice(at, at + 2), 16) / 255))
  const long = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
  const medium = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
  const short = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
  const lightness = 0.2104542553 * long + 0.793617785 * medium - 0.0040720468 * short
  const a = 1.9779984951 * long - 2.428592205 * medium + 0.4505937099 * short
  const bb = 0.0259040371 * long + 0.7827717662 * medium - 0.808675766 * short
  return colour(lightness, Math.hypot(a, bb), (Math.atan2(bb, a) * 180) / Math.PI)
}

export const lighter = (of: Colour, by: number): Colour => colour(of.l + by, of.c * (1 - by * 0.6), of.h)
/** Darker, and a little towards blue, as shadows are. */
export const darker = (of: Colour, by: number): Colour => colour(of.l - by, of.c * (1 - by * 0.3), of.h)
export const turned = (of: Colour, degrees: number): Colour => colour(of.l, of.c, of.h + degrees)
export const faded = (of: Colour, by: number): Colour => colour(of.l, of.c * (1 - by), of.h)

export function mixed(a: Colour, b: Colour, part: number): Colour {
  const x = (of: Colour) => of.c * Math.cos((of.h * Math.PI) / 180)
  const y = (of: Colour) => of.c * Math.sin((of.h * Math.PI) / 180)
  const mx = x(a) + (x(b) - x(a)) * part
  const my = y(a) + (y(b) - y(a)) * part
  return colour(a.l + (b.l - a.l) * part, Math.hypot(mx, my), (Math.atan2(my, mx) * 180) / Math.PI)
}

const words: Record<string, string> = {
  e5383b: 'red',
  c1121f: 'crimson scarlet',
  b23a48: 'ruby cranberry',
  '9b2335': 'cherry',
  '7a1f2b': 'burgundy maroon wine oxblood',
  c8553d: 'terracotta rust sienna adobe',
  a0492d: 'brick',
  b7410e: 'russet',
  f3722c: 'orange',
  f28c28: 'tangerine',
  ffb385: 'peach',
  ffab91: 'apricot',
  ff6f61: 'coral',
  f08a76: 'salmon',
  e2a72e: 'mustard ochre',
  f5b700: 'saffron amber',
  f7d046: 'yellow',
  fff07c: 'lemon',
  d4a537: 'gold golden',
  b08d57: 'brass bronze',
  b87333: 'copper',
  f3e9d2: 'ivory cream eggshell',
  e8dcc4: 'sand beige oatmeal',
  d8c3a5: 'khaki camel',
  c19a6b: 'tan caramel',
  a47148: 'cognac toffee',
  '6f4e37': 'brown mocha',
  '4b2e20': 'chocolate espresso',
  '8fb07f': 'sage',
  '3fa34d': 'green',
  '2d5d46': 'forest bottle-green',
  '1f7a5c': 'emerald jade',
  '7a8450': 'olive moss',
  a7c957: 'lime chartreuse',
  '9fe0c0': 'mint',
  '7fb7be': 'seafoam celadon',
  '1d7874': 'teal petrol',
  '40bfc1': 'turquoise aqua cyan',
  '6cb6e8': 'sky-blue',
  '2f78d0': 'blue',
  '2546a8': 'cobalt royal-blue sapphire',
  '22335c': 'navy midnight-blue',
  '4f6d94': 'denim',
  '7d8ca3': 'slate-blue',
  '3d3b8e': 'indigo',
  '7b4fb8': 'purple',
  '8f5bd6': 'violet',
  c3a6e0: 'lilac lavender mauve',
  '6b2d5c': 'plum aubergine',
  d94f9c: 'magenta fuchsia',
  f48fb1: 'pink',
  f2c6c9: 'blush rose-pink',
  d98c8c: 'dusty-rose',
  f7f7f5: 'white pearl',
  eef0f2: 'chalk snow-white',
  '9aa0a6': 'grey gray',
  c4c9cf: 'silver chrome steel metallic',
  '6b7580': 'pewter',
  '3a3f47': 'charcoal graphite anthracite',
  '22252b': 'black onyx ebony',
  b79a7b: 'taupe',
  e9e1d4: 'stone',
  '8a6f5a': 'walnut',
}

/** Every colour word, lower case, two words joined by a hyphen. */
export const colourWords: ReadonlyMap<string, Colour> = new Map(
  Object.entries(words).flatMap(([hex, names]) => names.split(' ').map((name) => [name, fromHex(hex)] as const)),
)

/** Colours that go together and with most backdrops, for what a prompt gives no colour to. */
export const houseColours: readonly Colour[] =
  'c8553d e2a72e 2d5d46 4f6d94 f08a76 8fb07f 22335c 7b4fb8 1d7874 d98c8c f28c28 6cb6e8 b23a48 7a8450 c3a6e0 40bfc1'
    .split(' ')
    .map(fromHex)
