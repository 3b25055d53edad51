import { z } from 'zod'
import { textsIn } from '#shared/custom-template.ts'
import { operations } from '#shared/generation-request.ts'
import { microsFrom } from '#shared/money.ts'

const line = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .regex(/^[^\p{Cc}]*$/u, 'is one line of plain text')

/** RFC 6901, and `*` for every element of a list or field of an object. The empty one is the whole answer. */
const pointer = z
  .string()
  .max(200)
  .regex(/^(\/([^~/]|~[01])*)*$/, 'is a JSON pointer, such as /data/*/url')
  .refine((text) => text.split('/').length <= 17, 'has at most 16 steps')
  .refine((text) => text.split('/').filter((step) => step === '*').length <= 3, 'has at most three *')

const address = z
  .url({ protocol: /^https?$/, error: 'is an http or https address, such as https://api.example.com/v1' })
  .max(500)
  .regex(/^[^@?#\\]*$/, 'has no user, no question mark and no # in it')

const origin = z
  .string()
  .max(200)
  .regex(
    /^(https?:\/\/([a-z0-9.-]+|\[[0-9a-f:]+\])(:\d{1,5})?|https:\/\/\*(\.[a-z0-9-]+){2,})$/,
    'is an origin in small letters, such as https://cdn.example.com or https://*.example.com',
  )

const path = z
  .string()
  .max(500)
  .regex(/^$|^\/[!-~]*$/, 'begins with / and has no blanks')
  .refine((text) => !/(^|\/)\.\.?(\/|$|\?)|#|^\/\/|\\/.test(text), 'has no //, .. or # in it')

const token = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/
const headerName = z.string().regex(token, 'is the name of a header: letters, digits and dashes')
const headerValue = z
  .string()
  .max(1000)
  .regex(/^[\x20-\x7e]*$/, 'is one line of plain letters: nothing can follow it in the request')

const usd = z.string().refine((text) => microsFrom(text) !== null, 'is an amount in US dollars, such as "0.04"')
const size = z.string().regex(/^\d{2,5}x\d{2,5}$/, 'is a size, such as 1024x1024')
const template = z.unknown().superRefine((value, context) => {
  const { problem } = textsIn(value)
  if (problem) context.addIssue({ code: 'custom', message: `cannot be a template: ${problem}` })
})

const model = z.strictObject({
  id: z.string().regex(/^\w[\w.:/@-]{0,199}$/, 'is a model id: letters, digits and . : / @ -'),
  label: line(100).optional(),
  operations: z.array(z.enum(operations)).min(1).default(['generate']),
  /** A list; what the service calls each (`{"16:9": "1344x768"}`); or every side in steps. */
  sizes: z.union(
    [
      z.array(size).min(1).max(100),
      z.strictObject({
        multipleOf: z.int().min(1).max(1024),
        min: z.int().min(1).max(16_384),
        max: z.int().min(1).max(16_384),
      }),
      z.record(z.string().min(1).max(40), size),
    ],
    'is a list of sizes, names with sizes, or {"multipleOf", "min", "max"}',
  ),
  draftSize: size.optional(),
  finalSize: size.optional(),
  seeds: z.strictObject({ min: z.int(), max: z.int() }).default({ min: 0, max: 2_147_483_647 }),
  qualities: z.array(line(40)).max(20).default([]),
  draftQuality: line(40).optional(),
  finalQuality: line(40).optional(),
  maxReferences: z.int().min(1).max(64).optional(),
  /** The factors by which an upscale can enlarge. */
  scales: z.strictObject({ min: z.number().positive(), max: z.number().max(16) }).optional(),
  formats: z.array(z.enum(['png', 'jpeg', 'webp', 'avif'])).default([]),
  /** Fields that a profile's options may set; the body says where by `"...": "{{options}}"`. */
  options: z.array(line(60)).max(50).default([]),
  maxPromptLength: z.int().positive().nullable().default(null),
  /** US dollars a picture; null where nobody said: then its requests are held until somebody does. */
  price: usd.nullable().default(null),
})

/**
 * The fields of a described picture service: where it is, what is sent, where in its answers things are. Without its key. Pointers in
 * `answer` are read from the whole answer, in array mode from each result. See docs/custom-http.md.
 */
export const serviceFields = z.strictObject({
  version: z.literal(1, 'is 1: newer descriptions need a newer Proofsheet'),
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'is lower-case letters, digits and dashes, 40 at most'),
  label: line(60),
  about: line(300).default('A service described by you.'),
  baseUrl: address,
  /** The header that takes the key, and what stands before it; null where there is no key. */
  auth: z
    .strictObject({
      header: headerName.refine(
        (name) => /auth|key|token|secret/i.test(name),
        'takes a key, and says so: authorization, x-api-key, …',
      ),
      scheme: z.string().regex(/^([A-Za-z][\w-]{0,30})?$/, 'is a word such as Bearer, or empty'),
      optional: z.boolean().default(false),
    })
    .nullable(),
  headers: z.record(headerName, headerValue).default({}),
  mode: z.enum(['single', 'array', 'poll']),
  request: z.strictObject({ method: z.enum(['POST', 'PUT']).default('POST'), path, body: template }),
  array: z
    .strictObject({
      item: template,
      /** Requests in one call, and how long they are gathered. */
      most: z.int().min(1).max(64),
      gatherMs: z.int().min(0).max(1000).default(30),
      results: pointer,
      /** Where a result names the `{{id}}` of its request; null: results come in the order of the requests. */
      id: pointer.nullable(),
    })
    .optional(),
  poll: z
    .strictObject({
      /** Where the first answer names the job's id (`path` asks with it) or its address. */
      id: pointer.optional(),
      path: path.optional(),
      url: pointer.optional(),
      everySeconds: z.number().min(0.01).max(60).default(2),
      /** Other origins that such an address may have. They are sent the key. */
      origins: z.array(origin).max(10).default([]),
    })
    .optional(),
  answer: z.strictObject({
    pictures: pointer.optional(),
    as: z.enum(['url', 'base64', 'bytes']),
    /** Where picture addresses may point beside the base URL; absent: anywhere on the public internet. */
    pictureOrigins: z.array(origin).max(20).optional(),
    seed: pointer.optional(),
    error: z.array(pointer).max(8).default([]),
    status: z
      .strictObject({
        at: pointer,
        done: z.array(line(60)).min(1).max(20),
        failed: z.array(line(60)).max(20).default([]),
      })
      .optional(),
    refused: z.strictObject({ at: pointer, values: z.array(line(100)).min(1).max(20) }).optional(),
    /** What it cost: the number there, each one so many US dollars. */
    cost: z.strictObject({ at: pointer, usd }).optional(),
    failuresAreFree: z.boolean().default(false),
  }),
  /** A request that costs nothing and needs the key, and where it lists models. */
  check: z.strictObject({ path, models: pointer.optional() }).optional(),
  models: z.array(model).min(1).max(100),
  anyModel: z.boolean().default(false),
  /** `concurrency` counts calls; all others count pictures, as everywhere. */
  limits: z
    .strictObject({
      concurrency: z.int().min(1).max(64).default(2),
      requestsPerMinute: z.int().positive().nullable().default(null),
      imagesPerHour: z.int().positive().nullable().default(null),
      imagesPerDay: z.int().positive().nullable().default(null),
      timeoutSeconds: z.int().min(10).max(3600).default(300),
      pictureMegabytes: z.number().min(0.1).max(200).default(20),
    })
    .prefault({}),
  /** `resend` only where sending a request twice makes and charges it once. */
  lostReply: z.enum(['ask', 'resend']).default('ask'),
})
export type CustomService = z.infer<typeof serviceFields>
export type CustomModel = CustomService['models'][number]
