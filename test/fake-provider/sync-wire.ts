import type { ServerResponse } from 'node:http'
import { type Fault, isUnbilled, tooMany } from './faults.ts'
import { type Answer, jsonAnswer, sendAnswer, statusAnswer } from './replies.ts'
import { type FakeRequest, type Made, makePictures, nextAttempt, type World, work } from './world.ts'

/** How one wire format says what every service says that answers while one waits. */
export interface SyncForms {
  /** The answer to a wrong key; null where the key is good. */
  readonly wrongKey: Answer | null
  /** Over a limit; absent for OpenAI's form. */
  readonly tooMany?: (seconds: number) => Fault
  /** A refusal that is not charged. */
  readonly refused: Answer
  /** Micros of USD that one picture of this request is billed with. */
  readonly microsEach: number
  /** What a 200 says; the faults `refused` (charged) and `error-in-200` are the format's own to tell. */
  readonly whole: (made: readonly Made[], fault: Fault | null) => unknown
}

/** A request as it was understood, and what is said to it: the same live and in a batch. */
export interface Asked extends Omit<SyncForms, 'wrongKey' | 'tooMany'> {
  readonly wanted: FakeRequest
}

/** One request of a service without jobs: let in or not, made, billed, answered. */
export async function answerSync(
  world: World,
  response: ServerResponse,
  wanted: FakeRequest,
  forms: SyncForms,
): Promise<void> {
  const { prompt, seed } = wanted
  const waitMs = forms.wrongKey ? null : world.gate.admit(world.book.inFlight() + 1)
  const overLimit = waitMs === null ? null : (forms.tooMany ?? ((s) => tooMany('seconds', s)))(Math.ceil(waitMs / 1000))
  // A request that is not let in is no attempt: the faults by attempt wait for the next one.
  const isLetIn = !forms.wrongKey && !overLimit
  const { attempt, fault } = isLetIn ? nextAttempt(world, wanted) : { attempt: 0, fault: overLimit }
  const entry = world.book.received({ prompt, seed, inputs: wanted.inputs, attempt, overLimit: waitMs !== null })
  response.on('close', () => world.book.ended(entry, response.writableFinished ? response.statusCode : null))
  if (forms.wrongKey) return sendAnswer(response, forms.wrongKey, null)
  if (fault?.kind !== 'status') await work(world, wanted, entry, fault)
  if (fault && isUnbilled(fault)) return sendAnswer(response, statusAnswer(fault) ?? forms.refused, fault)
  const made = await makePictures(world, wanted, entry, fault)
  world.book.billed(entry, Math.max(1, made.length), forms.microsEach)
  return sendAnswer(response, jsonAnswer(200, forms.whole(made, fault), world.gate.headers()), fault)
}
