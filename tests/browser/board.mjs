// The board of operations, left open while things happen.

import { strict as assert } from 'node:assert';
import { LANGUAGES, SIZES } from './stage/browser.mjs';
import { signedIn } from './stage/people.mjs';

const BULLETIN = { subject: 'การเฝ้าระวังระดับน้ำในลำน้ำสายหลัก', body: 'ขอให้รายงานทุก ๖ ชั่วโมง', urgency: 'urgent' };

/** A bulletin that has got as far as it does by itself: GCC1, the ministry and what is below it. */
async function held(relay) {
  const bulletin = await relay.publish(BULLETIN);
  for (const group of ['gcc1', 'gcc3-moi-ops']) await relay.ended(bulletin, group);
  return bulletin;
}

/** How many groups the open board says have it. */
async function part({ page }) {
  const told = await page.locator('#board-live p.cluster .quiet').first().textContent();
  return Number(told.match(/\d+/)[0]);
}

/** Waits until the open board says more than `before`; gives how many milliseconds that took. */
async function follows(visit, before, patience) {
  const begun = Date.now();
  await visit.page.waitForFunction((n) => {
    const told = document.querySelector('#board-live p.cluster .quiet')?.textContent ?? '';
    return Number(told.match(/\d+/)?.[0]) > n;
  }, before, { timeout: patience, polling: 50 });
  return Date.now() - begun;
}

const forward = (relay, bulletin, into) => relay.api('POST', `/bulletins/${bulletin.id}/forward`, { into: [into] });

export function declare(scene) {
  for (const size of Object.keys(SIZES)) {
    for (const language of Object.keys(LANGUAGES)) {
      scene(`an open board follows what two governors do: ${size}, ${language}`, async (world) => {
        const { relay } = world;
        const bulletin = await held(relay);
        const visit = await signedIn(world, 'operator', { size, language });
        await visit.page.goto(`${relay.url}/board/${bulletin.id}`);
        await visit.page.evaluate(() => { globalThis.neverLoadedAgain = true; });
        for (const [group, below] of [['gcc2-lamphun', 'gcc3-lamphun-mueang'], ['gcc2-chiangmai', 'gcc3-chiangmai-commerce']]) {
          const before = await part(visit);
          await forward(relay, bulletin, group);
          const took = await follows(visit, before, 30_000);
          console.log(`# the board showed ${group} after ${took} ms (${size}, ${language})`);
          await relay.ended(bulletin, below);
        }
        assert.ok(await visit.page.evaluate(() => globalThis.neverLoadedAgain), 'the page stayed the same');
        assert.deepEqual(visit.faults, []);
        await visit.close();
      });
    }
  }

  scene('the server is restarted under an open board, which goes on by itself', async (world) => {
    const { relay } = world;
    const bulletin = await held(relay);
    const visit = await signedIn(world, 'operator', { size: 'desktop' });
    await visit.page.goto(`${relay.url}/board/${bulletin.id}`);
    const before = await part(visit);
    await relay.restart();
    await forward(relay, bulletin, 'gcc2-lamphun');
    await follows(visit, before, 60_000);
    await visit.close();
  });

  scene('a board whose stream could not begin goes on by itself', async (world) => {
    const { relay } = world;
    const bulletin = await held(relay);
    const visit = await signedIn(world, 'operator', { size: 'desktop' });
    let refusals = 0;
    await visit.page.route('**/live', async (route) => {
      refusals += 1;
      if (refusals === 1) return route.abort('connectionrefused');
      // as a proxy says it while its server is away
      if (refusals === 2) return route.fulfill({ status: 502, contentType: 'text/html', body: '<h1>Bad Gateway</h1>' });
      return route.continue();
    });
    await visit.page.goto(`${relay.url}/board/${bulletin.id}`);
    const before = await part(visit);
    await forward(relay, bulletin, 'gcc2-lamphun');
    await follows(visit, before, 60_000);
    assert.equal(await visit.page.getByText('Bad Gateway').count(), 0);
    assert.ok(refusals > 2);
    await visit.close();
  });

  scene('operations go down from the board to one delivery, and take a table along', async (world) => {
    const { relay } = world;
    const bulletin = await held(relay);
    const visit = await signedIn(world, 'operator', { size: 'desktop' });
    const { page } = visit;
    await page.goto(`${relay.url}/board/${bulletin.id}`);
    await page.locator('.blocked-table a').filter({ hasText: 'ลำพูน' }).first().click();
    await page.waitForURL('**/deliveries/*');
    await page.getByText('ผู้ว่าราชการจังหวัดลำพูน').first().waitFor();
    const csv = await page.request.get(`${relay.url}/board/${bulletin.id}/csv/provinces`);
    assert.match(csv.headers()['content-type'], /csv/);
    assert.match(await csv.text(), /ลำพูน/);
    await visit.close();
  });
}
