// The people of the tests: one account for each kind of user, made by the command and the link that it prints, and
// signed in by the form. Whoever is signed in once stays so for all tests that ask for them.

import { createHmac } from 'node:crypto';
import { visitor } from './browser.mjs';

export const PASSWORD = 'แม่น้ำสี่สาย-river-delta';

/** Who there is: role, office, and how pages call them. */
export const PEOPLE = {
  admin: ['admin', null, 'ผู้ดูแลระบบกลาง'],
  publisher: ['publisher', null, 'ผู้จัดทำประกาศ สำนักนายกรัฐมนตรี'],
  approver: ['approver', null, 'ผู้อนุมัติประกาศ สำนักนายกรัฐมนตรี'],
  operator: ['operator', null, 'ศูนย์ปฏิบัติการ'],
  lamphun: ['steward', 'lamphun', 'ผู้ว่าราชการจังหวัดลำพูน'],
  chiangmai: ['steward', 'chiangmai', 'ผู้ว่าราชการจังหวัดเชียงใหม่'],
  nobody: ['steward', 'moi-ops', 'ผู้อำนวยการกองกลาง'],
  agency: ['agency', 'lamphun', 'ศูนย์เทคโนโลยีสารสนเทศจังหวัดลำพูน'],
  coordinator: ['coordinator', 'lamphun', 'ผู้ประสานงานจังหวัดลำพูน'],
};

/** The account of this name, made if need be, as the link that sets its password. */
export async function invite(relay, username, role, office, name) {
  const place = office ? ['--office', office] : [];
  return relay.command('user', 'create', username, '--role', role, ...place, '--name', name);
}

async function send(url, fields, cookies = []) {
  const headers = { cookie: cookies.join('; ') };
  const answer = await fetch(url, { method: 'POST', body: new URLSearchParams(fields), headers, redirect: 'manual' });
  const page = await answer.text();
  if (answer.status >= 400) throw new Error(`${url}: ${answer.status} ${page}`);
  const set = answer.headers.getSetCookie().map((cookie) => cookie.split(';')[0]);
  return { page, cookies: set.length > 0 ? set : cookies };
}

/** Sets the password, and the second step where the role asks for one; gives the cookies of the session. */
async function enter(relay, link) {
  const { page, cookies } = await send(link, { password: PASSWORD, again: PASSWORD });
  const secret = page.match(/<code class="typed">([^<]+)</)?.[1];
  return secret ? (await send(`${relay.url}/sign-in/code`, { code: codeOf(secret) }, cookies)).cookies : cookies;
}

/** Makes all accounts; gives the cookies with which each is signed in. */
export async function makePeople(relay) {
  const cookies = {};
  for (const [username, [role, office, name]] of Object.entries(PEOPLE)) {
    cookies[username] = await enter(relay, await invite(relay, username, role, office, name));
  }
  return cookies;
}

/** A visitor who is signed in as `username`. */
export async function signedIn(world, username, how = {}) {
  const visit = await visitor(world.browser, how);
  await visit.context.addCookies(world.cookies[username].map((cookie) => {
    const [name, ...value] = cookie.split('=');
    return { name, value: value.join('='), url: world.relay.url };
  }));
  await speak(world, visit, how.language);
  return visit;
}

/** Chooses the visitor's language, as the switch on every page does. */
export async function speak(world, visit, language = 'th') {
  await visit.context.addCookies([{ name: 'gcc_language', value: language, url: world.relay.url }]);
}

/** Fills the form of signing in and sends it. */
export async function fillSignIn(page, username, password = PASSWORD) {
  await page.locator('#username').fill(username);
  await page.locator('#password').fill(password);
  await page.locator('main button[type=submit], main form button').first().click();
}

/** The six digits that an authenticator shows for a secret in base 32 (RFC 6238). */
export function codeOf(secret, at = Date.now()) {
  const bits = [...secret.replace(/[^A-Z2-7]/g, '')]
    .map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const period = Buffer.alloc(8);
  period.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const hash = createHmac('sha1', key).update(period).digest();
  const number = hash.readUInt32BE(hash[19] & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, '0');
}
