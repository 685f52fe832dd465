// A governor goes away: names a deputy for some days, who signs in by the one-time link, forwards, and is out again
// when the duty ends.

import { strict as assert } from 'node:assert';
import { visitor } from './stage/browser.mjs';
import { PASSWORD, signedIn, speak } from './stage/people.mjs';
import { said, wordsOf } from './stage/words.mjs';

const TITLE = 'ปลัดจังหวัดลำพูน';

/** A day so many days from now, as the form writes it. */
function day(from) {
  return new Date(Date.now() + from * 86_400_000).toLocaleDateString('en-CA', { timeZone: 'Asia/Bangkok' });
}

/** The deputies for a while, without steward and standing deputy. */
async function deputies(relay) {
  return (await relay.api('GET', '/groups/gcc2-lamphun')).stewards.filter(({ id }) => id !== null);
}

/** The governor fills the form; gives the link that sets the deputy's password. */
async function name({ page }, relay, say, username) {
  await page.goto(`${relay.url}/waiting`);
  await page.locator('a[href="/groups/gcc2-lamphun/settings"]').click();
  await page.getByText(say('office-name-deputy'), { exact: true }).click();
  await page.getByLabel(say('office-deputy-title')).fill(TITLE);
  await page.getByLabel(say('office-deputy-phone')).fill('0-5300-0077');
  await page.getByLabel(say('office-deputy-username')).fill(username);
  await page.getByLabel(say('office-deputy-from'), { exact: true }).fill(day(3));
  await page.getByLabel(say('office-deputy-until'), { exact: true }).fill(day(1));
  await page.getByRole('button', { name: say('office-name-deputy-button') }).click();
  await page.getByText(say('office-deputy-order')).first().waitFor();
  assert.equal(await page.getByLabel(say('office-deputy-title')).inputValue(), TITLE, 'what was typed stays');
  await page.getByLabel(say('office-deputy-from'), { exact: true }).fill(day(0));
  await page.getByRole('button', { name: say('office-name-deputy-button') }).click();
  return page.getByRole('status').locator('code').textContent();
}

async function enter({ page }, link, say) {
  await page.goto(link.trim());
  await page.getByLabel(say('welcome-password'), { exact: true }).fill(PASSWORD);
  await page.getByLabel(say('welcome-again'), { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: say('welcome-button') }).click();
  await page.locator('details.who').waitFor();
}

export function declare(scene) {
  for (const [size, language] of [['phone', 'th'], ['desktop', 'en']]) {
    const say = wordsOf(language);

    scene(`a deputy is named for some days, signs in by the link and forwards: ${size}, ${language}`, async (world) => {
      const { relay } = world;
      const username = `deputy.${size}`;
      const before = (await deputies(relay)).length;
      const bulletin = await relay.publish({ subject: `การมอบหมายหน้าที่เวร (${size})`, body: 'โปรดจัดเวร', urgency: 'urgent' });
      await relay.accepted(bulletin, 'gcc1');

      const governor = await signedIn(world, 'lamphun', { size, language });
      const link = await name(governor, relay, say, username);
      const named = await deputies(relay);
      assert.equal(named.length, before + 1);
      const mine = named.find(({ title }) => title === TITLE);
      assert.equal(mine.until, new Date(`${day(2)}T00:00:00+07:00`).toISOString().replace('.000Z', 'Z'), 'to the end of the last day');

      const deputy = await visitor(world.browser, { size, language });
      await speak(world, deputy, language);
      await enter(deputy, link, say);
      await deputy.page.goto(`${relay.url}/waiting`);
      await deputy.page.getByRole('link', { name: bulletin.subject }).click();
      await deputy.page.getByRole('button', { name: say('forward-button'), exact: true }).click();
      await said(deputy.page, say('said-forwarded'));
      await relay.accepted(bulletin, 'gcc3-lamphun-mueang');
      const { items } = await relay.api('GET', `/bulletins/${bulletin.id}/deliveries?group=gcc2-lamphun`);
      assert.equal(items[0].forwarded_by, `user:${username}`);

      // away from the receipt, which asks for news and would be refused as soon as the duty ends
      await deputy.page.goto(`${relay.url}/waiting`);
      assert.deepEqual(deputy.faults, []);

      const second = await visitor(world.browser, { size, language });
      assert.equal((await second.page.goto(link.trim())).status(), 410, 'the link works once');

      await governor.page.goto(`${relay.url}/groups/gcc2-lamphun/settings`);
      await governor.page.locator('li').filter({ hasText: TITLE }).locator('details.confirm > summary').click();
      await governor.page.getByRole('button', { name: say('office-end-of', { who: TITLE }) }).click();
      await said(governor.page, say('said-deputy-ended'));
      assert.equal((await deputies(relay)).length, before);
      await deputy.page.goto(`${relay.url}/waiting`);
      assert.match(deputy.page.url(), /\/sign-in\?/, 'whose duty has ended is out');
      assert.deepEqual(governor.faults.filter((fault) => !fault.includes('422')), []);
    });
  }
}
