// Checks a running service's log with npm's @sigstore/verify, which others wrote: the signature of the checkpoint and the
// inclusion of entries. What was tampered with must be refused.
//
//     node sigstore.cjs URL TOKEN FOLDER
//
// URL is that of /v1/audit; the token is an auditor's; the package lies in FOLDER/node_modules.
'use strict'
const { createPublicKey } = require('node:crypto')
const { join } = require('node:path')

const [prefix, token, folder] = process.argv.slice(2)
// Inside the package, so its version is pinned in tests/run.
const inside = (file) => require(join(folder, 'node_modules/@sigstore/verify/dist/tlog', file))
const { verifyCheckpoint } = inside('checkpoint.js')
const { verifyMerkleInclusion } = inside('merkle.js')

async function get(path, accept = '*/*') {
  const answer = await fetch(`${prefix}/${path}`, { headers: { accept, authorization: `Bearer ${token}` } })
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  return Buffer.from(await answer.arrayBuffer())
}

function refused(attempt, what) {
  try {
    attempt()
  } catch (error) {
    if (error.name === 'VerificationError') return
    throw error
  }
  throw new Error(`${what} was accepted`)
}

// The log as the package knows logs: its name, the id of its key, and the key.
function logOf(policy) {
  const [, name, id, key] = /^log ([^+]+)\+([0-9a-f]{8})\+(\S+)$/m.exec(policy)
  const x = Buffer.from(key, 'base64').subarray(1).toString('base64url')
  const publicKey = createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x } })
  return { baseURL: name, logID: Buffer.from(id, 'hex'), publicKey }
}

async function entry(position) {
  const bundle = Math.floor(position / 256)
  // A partial bundle that ends with the entry; bundles below 1000 have one group of digits.
  const width = (position % 256) + 1
  const path = `${String(bundle).padStart(3, '0')}${width === 256 ? '' : `.p/${width}`}`
  let rest = await get(`tile/entries/${path}`)
  for (let place = 1; place < width; place++) rest = rest.subarray(2 + rest.readUInt16BE(0))
  return rest.subarray(2)
}

async function main() {
  const logs = [logOf((await get('policy')).toString())]
  const size = Number((await get('checkpoint')).toString().split('\n')[1])
  let count = 0
  for (let position = 0; position < size; position += 1 + Math.floor(size / 20)) {
    const proof = JSON.parse(await get(`proofs/${position}`, 'application/json'))
    const body = await entry(position)
    const subject = (changes) => ({
      canonicalizedBody: body,
      inclusionProof: {
        logIndex: String(position),
        hashes: proof.hashes.map((hash) => Buffer.from(hash, 'base64')),
        checkpoint: { envelope: proof.checkpoint },
        ...changes,
      },
    })
    const head = verifyCheckpoint(subject(), logs)
    verifyMerkleInclusion(subject(), head)
    const spoiled = Buffer.from(body)
    spoiled[spoiled.length >> 1] ^= 1
    refused(() => verifyMerkleInclusion({ ...subject(), canonicalizedBody: spoiled }, head), 'a tampered entry')
    refused(() => verifyMerkleInclusion(subject({ logIndex: String(size + 1) }), head), 'another place')
    const [first, ...others] = subject().inclusionProof.hashes
    const flipped = Buffer.from(first)
    flipped[0] ^= 1
    refused(() => verifyMerkleInclusion(subject({ hashes: [flipped, ...others] }), head), 'a tampered proof')
    const envelope = proof.checkpoint.replace(`\n${proof.size}\n`, `\n${proof.size + 1}\n`)
    refused(() => verifyCheckpoint(subject({ checkpoint: { envelope } }), logs), 'a checkpoint of another size')
    count++
  }
  console.log(`@sigstore/verify accepts ${count} of ${size} entries of ${logs[0].baseURL} and refuses what was tampered with`)
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
