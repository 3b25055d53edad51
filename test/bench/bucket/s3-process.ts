import { startS3Double } from '#test/s3-double/s3-double.ts'

/** The S3 double in a process of its own, as a service is: says its address, and how many pictures it has when its input ends. */
const double = await startS3Double()
process.stdout.write(`${double.url}\n`)
process.stdin.resume().once('end', () => {
  const pictures = [...double.objects().keys()].filter((key) => key.endsWith('.png')).length
  process.stdout.write(`${pictures}\n`, () => process.exit())
})
