/** Two models with different prices, so that a shoot-out has something to say. */
export const models = [
  { id: 'quick-draft', priceUsd: 0.004 },
  { id: 'fine-draft', priceUsd: 0.02 },
] as const
export const variants = 2

/** The provider of every draft: nobody listens at its address, and nothing is ever sent there. */
export const settings = () => ({
  baseUrl: 'http://127.0.0.1:9/v1',
  models: models.map(({ id }) => id).join(', '),
  perModel: Object.fromEntries(models.map(({ id, priceUsd }) => [id, { pricePerImageUsd: priceUsd }])),
})

const products = ['Sneaker', 'Ceramic mug', 'Desk lamp', 'Wool scarf', 'Steel kettle', 'Garden chair', 'Paper kite']
const colours = ['terracotta', 'ivory', 'navy', 'sage', 'ochre', 'Größe M, rosé', '藍色', 'кобальт']
const scenes = ['on wet sand at dusk', 'in a birch forest', 'before a brick wall', 'on a kitchen table', 'on slate']
const campaigns = ['autumn', 'spring', 'holiday']

const at = <Item>(items: readonly Item[], index: number): Item | undefined => items[index % items.length]

/** A sheet as an agency would send it: ids, five columns, a prompt of one sentence; words of several scripts. */
export function gridSheet(rows: number): string {
  const lines = Array.from({ length: rows }, (_, row) => {
    const [product, colour] = [at(products, row), at(colours, Math.floor(row / products.length))]
    const [scene, campaign] = [at(scenes, Math.floor(row / 3)), at(campaigns, Math.floor(row / 50))]
    const prompt = `${product}, ${colour}, ${scene}, product photograph number ${row + 1}, soft light from the left`
    return `SKU-${String(row + 1).padStart(6, '0')},${product},"${colour}",${campaign},shelf ${(row * 7) % 997},"${prompt}"`
  })
  return `sku,product,colour,campaign,shelf,prompt\n${lines.join('\n')}\n`
}
