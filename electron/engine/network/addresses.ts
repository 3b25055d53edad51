import { BlockList, isIP } from 'node:net'

/**
 * Everything that is not the public internet: private, loopback, link-local, shared (CGNAT), multicast, documentation,
 * benchmark and reserved ranges. IANA special-purpose registries for IPv4 and IPv6, as of 2026-11.
 */
const notPublic4 = blockList('ipv4', [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
])

/** Global unicast is 2000::/3; of that, these carry tunnels, documentation or tests. */
const globalUnicast6 = blockList('ipv6', ['2000::/3'])
const notPublic6 = blockList('ipv6', ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'])
const nat64 = blockList('ipv6', ['64:ff9b::/96'])
const loopback = blockList('ipv4', ['127.0.0.0/8'])

function blockList(family: 'ipv4' | 'ipv6', ranges: readonly string[]): BlockList {
  const list = new BlockList()
  for (const range of ranges) {
    const [network = '', bits] = range.split('/')
    list.addSubnet(network, Number(bits), family)
  }
  return list
}

/** The IPv4 address in the last 32 bits of an IPv6 one (`::ffff:a.b.c.d`, `64:ff9b::a.b.c.d`), in dots. */
function lastFourBytes(address: string): string {
  const dotted = /:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1]
  if (dotted) return dotted
  // The URL parser writes the shortest form, so at most two groups follow the prefix; `::` stands for zeros.
  const groups = new URL(`http://[${address}]/`).hostname.slice(1, -1).split(':')
  const value = (group: string | undefined): number => Number.parseInt(group || '0', 16)
  const [high, low] = [value(groups.at(-2)), value(groups.at(-1))]
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`
}

/** Whether an IP address (without brackets) is on the public internet. What is not an IP address is not. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address)
  if (family === 4) return !notPublic4.check(address, 'ipv4')
  if (family !== 6 || address.includes('%')) return false
  if (nat64.check(address, 'ipv6')) return isPublicAddress(lastFourBytes(address))
  return globalUnicast6.check(address, 'ipv6') && !notPublic6.check(address, 'ipv6')
}

/** The host of a URL without the brackets of IPv6. The URL parser has already turned `0x7f.1` and `2130706433` into dots. */
export const bareHost = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '')

/** Whether a URL's host is this machine by its very name: `localhost`, `127.0.0.0/8`, `::1`. */
export function isLoopbackHost(url: URL): boolean {
  const host = bareHost(url).toLowerCase().replace(/\.$/, '')
  if (host === 'localhost' || host.endsWith('.localhost') || host === '::1') return true
  if (isIP(host) === 4) return loopback.check(host, 'ipv4')
  return isIP(host) === 6 && /^::ffff:/i.test(host) && loopback.check(lastFourBytes(host), 'ipv4')
}
