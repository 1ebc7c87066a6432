// A day of a client in JavaScript, of what Node.js 18 and browsers have alone.
//
// usage: client.mjs URL SUPER-USER PASSWORD TOTP-KEY BASIC-AUTH-USERNAME PASSWORD
//
// fetch sends no body with GET: elements are query parameters there. It ends at
// the first answer that is not as it must be.

if (typeof fetch !== 'function') {
  console.error(`client.mjs: Node.js ${process.version} has no fetch: 18 or later is needed`)
  process.exit(1)
}

import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'

const [url, adminName, adminPassword, adminKey, basicUsername, basicPassword] = process.argv.slice(2)
const mark = `js${process.hrtime.bigint()}`
const date = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?$/

// totp is RFC 6238.
function totp(key, now = Date.now()) {
  let bits = ''
  for (const c of key) bits += 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')
  const secret = Buffer.from(bits.match(/.{8}/g).map(byte => parseInt(byte, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(now / 30000)))
  const digest = createHmac('sha1', secret).update(counter).digest()
  const number = digest.readUInt32BE(digest[19] & 15) & 0x7fffffff
  return String(number % 1e6).padStart(6, '0')
}
assert.equal(totp('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', 1111111109e3), '081804')

async function send(method, path, elements) {
  const options = { method, headers: { 'Content-Type': 'application/json' } }
  if (method === 'GET') path += '?' + new URLSearchParams(elements)
  else options.body = JSON.stringify(elements)
  const response = await fetch(url + path, options)
  const answer = await response.json()
  assert.ok(answer.cid, `${method} ${path}`)
  assert.equal(response.headers.get('x-zato-cid'), answer.cid)
  assert.match(response.headers.get('content-type'), /^application\/json/)
  return { status: response.status, headers: response.headers, answer }
}

// ask sends elements, expects a success and returns the answer without what all
// successes have.
async function ask(method, path, elements) {
  const { status, answer } = await send(method, '/zato/sso' + path, { current_app: 'CRM', ...elements })
  const { cid, status: word, sub_status, ...rest } = answer
  assert.deepEqual({ status, word, sub_status }, { status: 200, word: 'ok', sub_status: [] }, `${method} ${path} ${JSON.stringify(elements)}: ${JSON.stringify(answer)}`)
  return rest
}

// done is ask for calls that answer with nothing more.
async function done(method, path, elements) {
  assert.deepEqual(await ask(method, path, elements), {}, `${method} ${path}`)
}

// refused expects a refusal with a code, or 400.
async function refused(want, method, path, elements) {
  const { status, answer } = await send(method, '/zato/sso' + path, { current_app: 'CRM', ...elements })
  const { cid, ...rest } = answer
  const expected = want === 400 ? [400, { result: 'Error', details: 'Bad request' }] : [403, { status: 'error', sub_status: [want] }]
  assert.deepEqual([status, rest], expected, `${method} ${path} ${JSON.stringify(elements)}: ${status} ${JSON.stringify(answer)}`)
}

const keysOf = object => Object.keys(object).sort()

// The super-user logs in, with TOTP.
const credentials = { username: adminName, password: adminPassword }
await refused('E005008', 'POST', '/user/login', credentials)
await refused('E005001', 'POST', '/user/login', { ...credentials, totp_code: 'abcdef' })
await refused(400, 'POST', '/user/login', { username: adminName })
const session = await ask('POST', '/user/login', { ...credentials, totp_code: totp(adminKey) })
assert.deepEqual(keysOf(session), ['ust'])
const admin = session.ust
const me = await ask('GET', '/user', { ust: admin })
assert.equal(me.username, adminName)
assert.equal(me.is_super_user, true)
assert.equal(me.is_locked, false)
assert.match(me.sign_up_time, date)

// Somebody signs up, confirms, is approved, and logs in.
const name = `${mark}.josé`
const email = `${name}@example.com`
const password = 'Pässwört-Of-🙂-Mine'
const { confirm_token } = await ask('POST', '/user/signup', { username: name, password, email, app_list: ['CRM'] })
await refused('E005001', 'POST', '/user/login', { username: name, password })
await done('PATCH', '/user/signup', { confirm_token })
await refused('E005007', 'PATCH', '/user/signup', { confirm_token })
await refused('E005006', 'PATCH', '/user/signup', { confirm_token: 'x' })
const found = await ask('GET', '/user/search', { ust: admin, username: name })
assert.equal(found.total, 1)
assert.equal(found.result[0].approval_status, 'before_decision')
const user_id = found.result[0].user_id
await done('POST', '/user/approve', { ust: admin, user_id })
let { ust } = await ask('POST', '/user/login', { username: name, password })

// Null and absent, and who may what.
assert.deepEqual(keysOf(await ask('GET', '/user', { ust })), ['display_name', 'email', 'first_name', 'is_totp_enabled', 'last_name', 'middle_name', 'totp_label', 'user_id', 'username'])
await done('PATCH', '/user', { ust, display_name: 'José “日本” 🙂', first_name: 'José', last_name: mark })
await done('PATCH', '/user', { ust, first_name: null, email: 'new@example.com' })
assert.deepEqual(await ask('GET', '/user', { ust }), {
  user_id, username: name, email: 'new@example.com', display_name: 'José “日本” 🙂', first_name: null, middle_name: null, last_name: mark,
  is_totp_enabled: false, totp_label: (await ask('GET', '/user', { ust })).totp_label,
})
await refused('E008003', 'PATCH', '/user', { ust })
await refused('E008002', 'PATCH', '/user', { ust, sign_up_status: 'final' })
await refused('E008002', 'PATCH', '/user', { ust, user_id: me.user_id, first_name: 'x' })
await refused('E007001', 'PATCH', '/user', { ust: null, first_name: 'x' })
await refused('E004001', 'GET', '/user', { ust, current_app: 'unknown' })
await refused(400, 'GET', '/user', {})
await refused('E005001', 'GET', '/user', { ust, user_id: me.user_id })
await refused('E005001', 'GET', '/user/search', { ust })
const seen = await ask('GET', '/user', { ust: admin, user_id })
assert.equal(seen.is_approval_needed, false)
assert.equal(seen.locked_time, null)
assert.equal(seen.approval_status_mod_by, me.user_id)

// A date of JavaScript is one with an offset.
await done('PATCH', '/user', { ust: admin, user_id, password_expiry: new Date(Date.UTC(2345, 11, 27, 11, 22, 33, 120)).toISOString() })
assert.equal((await ask('GET', '/user', { ust: admin, user_id })).password_expiry, '2345-12-27T11:22:33.120000')

// Attributes.
for (const [path, who] of [['/user/attr', { ust }], ['/session/attr', { current_ust: ust, target_ust: ust }]]) {
  for (const value of ['', '🙂', 0, -1.5, false, null, [], {}, { a: [1, null, { b: 'c' }] }]) {
    await done('PUT', path, { ...who, name: 'v', value })
    assert.deepEqual((await ask('GET', path, { ...who, name: 'v' })).value, value)
  }
  await done('POST', path, { ...who, name: 'e', value: 'secret', encrypt: true, expiration: 100 })
  const attr = await ask('GET', path, { ...who, name: 'e' })
  assert.deepEqual(keysOf(attr), ['creation_time', 'expiration_time', 'found', 'is_encrypted', 'last_modified', 'name', 'value'])
  assert.deepEqual([attr.found, attr.value, attr.is_encrypted], [true, 'secret', true])
  assert.match((await ask('GET', path, { ...who, name: 'e', decrypt: 'false' })).value, /^gAAAA/)
  assert.deepEqual((await ask('GET', `${path}/names`, who)).result.sort(), ['e', 'v'])
  assert.deepEqual(await ask('GET', `${path}/exists`, { ...who, name: 'e' }), { result: true })
  await done('DELETE', path, { ...who, data: ['e', 'v', 'none'] })
  assert.deepEqual(await ask('GET', path, { ...who, name: 'e' }), { found: false })
}

// Sessions.
const details = await ask('GET', '/user/session', { current_ust: admin, target_ust: ust })
assert.deepEqual(keysOf(details), ['creation_time', 'expiration_time', 'remote_addr', 'user_agent'])
assert.deepEqual(await ask('POST', '/user/session', { current_ust: admin, target_ust: 'garbage' }), { is_valid: false })
assert.match((await ask('PATCH', '/user/session', { ust })).expiration_time, date)
const { result: rows } = await ask('GET', '/user/session/list', { ust })
assert.equal(rows.length, 1)
assert.deepEqual(keysOf(rows[0]), ['auth_principal', 'auth_type', 'creation_time', 'expiration_time', 'ext_session_id', 'remote_addr', 'session_state_change_list', 'user_agent', 'ust'])

// A link, and a session by Basic Auth.
const link = { ust: admin, user_id, auth_type: 'basic_auth', auth_username: basicUsername, is_active: true }
await done('POST', '/user/linked', link)
const { result: links } = await ask('GET', '/user/linked', { ust })
assert.deepEqual(keysOf(links[0]), ['auth_type', 'auth_username', 'creation_time', 'is_active'])
const response = await fetch(`${url}/zato/api/invoke/echo.echo`, {
  method: 'POST', body: '{"x": "é"}', headers: { Authorization: `Basic ${Buffer.from(`${basicUsername}:${basicPassword}`).toString('base64')}` },
})
assert.deepEqual((await response.json()).input, { x: 'é' })
const outside = response.headers.get('x-zato-sso-ust')
assert.equal((await ask('GET', '/user', { ust: outside })).username, name)
await done('DELETE', '/user/linked', link)
await refused('E007001', 'GET', '/user', { ust: outside })

// Users of the super-user, page by page.
for (let i = 0; i < 3; i++) await ask('POST', '/user', { ust: admin, username: `${mark}.${i}`, display_name: `${mark} ${i}` })
const paged = []
for (let cur_page = 1; cur_page; ) {
  const page = await ask('GET', '/user/search', { ust: admin, display_name: mark.toUpperCase(), is_name_exact: false, page_size: 2, cur_page })
  assert.deepEqual([page.total, page.num_pages, page.has_prev_page], [3, 2, cur_page > 1])
  paged.push(...page.result.map(user => user.username))
  cur_page = page.has_next_page ? page.next_page : 0
}
assert.deepEqual(paged, [`${mark}.0`, `${mark}.1`, `${mark}.2`])

// The end of the day.
await done('PATCH', '/user/password', { ust: admin, user_id, new_password: 'Other-Secret-Of-Mine', must_change: true })
await refused('E003007', 'POST', '/user/login', { username: name, password: 'Other-Secret-Of-Mine' })
;({ ust } = await ask('POST', '/user/login', { username: name, password: 'Other-Secret-Of-Mine', new_password: password }))
await done('POST', '/user/lock', { ust: admin, user_id })
await refused('E007001', 'GET', '/user', { ust })
await refused('E005002', 'POST', '/user/login', { username: name, password })
await done('DELETE', '/user/lock', { ust: admin, user_id })
await done('DELETE', '/user', { ust: admin, user_id })
await refused('E005001', 'GET', '/user', { ust: admin, user_id })
await done('POST', '/user/logout', { ust: admin })
await refused('E007001', 'GET', '/user', { ust: admin })
assert.equal((await send('PUT', '/zato/sso/user', {})).status, 405)
assert.equal((await send('GET', '/zato/sso/nothing', {})).status, 404)
