import type { Tile } from '#shared/contract/tiles.ts'
import { moneyText } from '#shared/money.ts'

export interface Difference {
  readonly name: string
  readonly champion: string
  readonly challenger: string
}

/** What a tile was made with and from, by name. Empty where it is not known. */
function parameters(tile: Tile): readonly (readonly [string, string])[] {
  const { image } = tile
  const size = image ?? tile
  return [
    ['Prompt', tile.prompt],
    ['Model', `${tile.provider}/${tile.model}`],
    ['Seed', image?.seed === null || image === null ? '' : String(image.seed)],
    ['Size', size.width && size.height ? `${size.width} × ${size.height}` : ''],
    ['Paid', image ? moneyText(image.settledMicros, tile.currency) : ''],
    ['Row', tile.label],
    ['Variant', String(tile.variant)],
    ...Object.entries(tile.columns),
  ]
}

/** The parameters in which two tiles differ, those they share left out. */
export function differences(champion: Tile, challenger: Tile): readonly Difference[] {
  const other = new Map(parameters(challenger))
  const own = parameters(champion)
  const names = new Set([...own.map(([name]) => name), ...other.keys()])
  const mine = new Map(own)
  return [...names].flatMap((name) => {
    const pair = { name, champion: mine.get(name) ?? '', challenger: other.get(name) ?? '' }
    return pair.champion === pair.challenger ? [] : [pair]
  })
}
