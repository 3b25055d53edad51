import { createHash, createHmac, generateKeyPairSync, type KeyObject, randomBytes, randomUUID, sign } from 'node:crypto'

export interface SignedHook {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface SentHook extends SignedHook {
  readonly url: string
  /** What it was answered with; null where nobody answered. */
  readonly status: number | null
}

export type Hooks = ReturnType<typeof openHooks>

/** The webhooks of the far end, truly signed: fal's with Ed25519, the others' by the Standard Webhooks specification. */
export function openHooks() {
  let pair = generateKeyPairSync('ed25519')
  const secret = `whsec_${randomBytes(24).toString('base64')}`
  const sent: SentHook[] = []

  const falHook = (
    requestId: string,
    content: object,
    atMs = Date.now(),
    key: KeyObject = pair.privateKey,
  ): SignedHook => {
    const body = JSON.stringify({ request_id: requestId, gateway_request_id: requestId, ...content })
    const seconds = String(Math.floor(atMs / 1000))
    const sum = createHash('sha256').update(body).digest('hex')
    const signature = sign(null, Buffer.from([requestId, 'user-1', seconds, sum].join('\n')), key).toString('hex')
    const headers = {
      'content-type': 'application/json',
      'x-fal-webhook-request-id': requestId,
      'x-fal-webhook-user-id': 'user-1',
      'x-fal-webhook-timestamp': seconds,
      'x-fal-webhook-signature': signature,
    }
    return { headers, body }
  }

  const standardHook = (content: object, atMs = Date.now(), key = secret, id = `msg_${randomUUID()}`): SignedHook => {
    const body = JSON.stringify(content)
    const seconds = String(Math.floor(atMs / 1000))
    const bytes = Buffer.from(key.replace(/^whsec_/, ''), 'base64')
    const mac = createHmac('sha256', bytes).update(`${id}.${seconds}.${body}`).digest('base64')
    const signature = `v1,${Buffer.alloc(32).toString('base64')} v1,${mac}`
    const headers = { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': signature }
    return { headers: { 'content-type': 'application/json', ...headers }, body }
  }

  return {
    falHook,
    standardHook,
    secret,
    sent,
    /** The key sets and secrets cannot be had. */
    areKeysDown: false,
    /** Whether jobs tell of their end at all, and before the submit is even answered. */
    isSilent: false,
    isBeforeReply: false,
    /** How often keys were asked for. */
    keyRequests: 0,
    /** From now on fal signs with another key. */
    changeKey(): void {
      pair = generateKeyPairSync('ed25519')
    },
    jwks: () => ({
      keys: [
        { kty: 'RSA', n: 'AQAB', e: 'AQAB' },
        { ...pair.publicKey.export({ format: 'jwk' }), kid: '1' },
      ],
    }),
    /** Delivers one, once, and gives its status. */
    async send(url: string, hook: SignedHook): Promise<number | null> {
      const status = await fetch(url, { method: 'POST', headers: hook.headers, body: hook.body }).then(
        (reply) => reply.status,
        () => null,
      )
      sent.push({ ...hook, url, status })
      return status
    },
  }
}
