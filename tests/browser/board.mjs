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

/** Waits until the server counts this many open streams, twice in a row: it counts every five seconds. */
async function streams(relay, wanted) {
  const begun = Date.now();
  let found;
  for (let agreed = 0; agreed < 2;) {
    assert.ok(Date.now() - begun < 60_000, `${found} streams, not ${wanted}`);
    await new Promise((resolve) => { setTimeout(resolve, 5_100); });
    const metrics = await (await fetch(`${relay.url}/metrics`)).text();
    found = Number(metrics.match(/^gcc_relay_streams (\S+)/m)?.[1]);
    agreed = found === wanted ? agreed + 1 : 0;
  }
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

  scene('eight boards in background tabs all load, and only those in front hold a stream, one for all', async (world) => {
    const { relay } = world;
    const bulletin = await held(relay);
    const visit = await signedIn(world, 'operator', { size: 'desktop' });
    await visit.context.addInitScript(() => {
      globalThis.background = true;
      Object.defineProperty(Document.prototype, 'hidden', { get: () => globalThis.background });
    });
    const put = (page, background) => page.evaluate((hidden) => {
      globalThis.background = hidden;
      document.dispatchEvent(new Event('visibilitychange'));
    }, background);
    const open = async () => {
      const page = await visit.context.newPage();
      await page.goto(`${relay.url}/board/${bulletin.id}`);
      await page.locator('#board-live').waitFor();
      return page;
    };
    const tabs = [];
    for (let n = 0; n < 8; n += 1) tabs.push(await open());
    await streams(relay, 0);

    const [front, second] = tabs.slice(-2);
    await put(front, false);
    await streams(relay, 1);
    const before = await part({ page: front });
    await forward(relay, bulletin, 'gcc2-lamphun');
    await follows({ page: front }, before, 30_000);
    assert.equal(await part({ page: tabs[0] }), before, 'a hidden tab rests');

    // a second window beside the first: it takes the stream, and the first one looks now and then
    await put(second, false);
    await follows({ page: second }, before, 30_000);
    await relay.ended(bulletin, 'gcc3-lamphun-mueang');
    const [inFront, beside] = [await part({ page: front }), await part({ page: second })];
    await forward(relay, bulletin, 'gcc2-chiangmai');
    await follows({ page: second }, beside, 30_000);
    await follows({ page: front }, inFront, 30_000);

    // the one with the stream goes away: the other takes it up
    await put(second, true);
    await streams(relay, 1);
    await put(front, true);
    await streams(relay, 0);
    await put(front, false);
    await streams(relay, 1);
    await visit.close();
  });

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
