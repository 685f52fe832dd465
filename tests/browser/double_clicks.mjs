// A person who clicks twice: one act, and its answer is what stands on the page.

import { strict as assert } from 'node:assert';
import { write } from './stage/composing.mjs';
import { signedIn } from './stage/people.mjs';
import { said, wordsOf } from './stage/words.mjs';

const BETWEEN_CLICKS = 80;
const SLOW = 400;

/** Two clicks on a button, as quick as an impatient hand, while the line is slow. */
async function clickTwice(page, button) {
  await page.route('**/*', async (route) => {
    if (route.request().method() === 'POST') await new Promise((resolve) => setTimeout(resolve, SLOW));
    await route.continue();
  });
  await button.click({ clickCount: 2, delay: 10, noWaitAfter: true });
  await page.waitForTimeout(BETWEEN_CLICKS);
  await button.click({ noWaitAfter: true, timeout: 1_000 }).catch(() => {});
}

export function declare(scene) {
  for (const javaScriptEnabled of [true, false]) {
    const how = javaScriptEnabled ? '' : ', without JavaScript';
    const say = wordsOf('th');

    scene(`a draft that is saved with two clicks is one draft${how}`, async (world) => {
      const { page } = await signedIn(world, 'publisher', { size: 'desktop', language: 'th', javaScriptEnabled });
      const subject = `กดสองครั้ง${how}`;
      await page.goto(`${world.relay.url}/bulletins/new`);
      await write(page, say, { subject, body: 'ข้อความ' });
      await clickTwice(page, page.getByRole('button', { name: say('compose-save-next') }));
      await said(page, say('said-draft-saved'));
      const { items } = await world.relay.api('GET', `/bulletins?q=${encodeURIComponent(subject)}`);
      assert.equal(items.filter((item) => item.subject === subject).length, 1);
    });

    scene(`a key that is made with two clicks is one key, and it is shown${how}`, async (world) => {
      const { page } = await signedIn(world, 'admin', { size: 'desktop', language: 'th', javaScriptEnabled });
      const name = `ระบบที่กดสองครั้ง${how}`;
      await page.goto(`${world.relay.url}/keys`);
      await page.getByLabel(say('keys-name'), { exact: true }).fill(name);
      await clickTwice(page, page.getByRole('button', { name: say('keys-new-button') }));
      const key = (await page.getByText(/gccr_[A-Za-z0-9]{8}_/).first().textContent()).match(/gccr_[\w-]+/)[0];
      const answer = await fetch(`${world.relay.url}/api/v1/bulletins?limit=1`, { headers: { authorization: `Bearer ${key}` } });
      assert.ok(answer.ok, 'the key that is shown works');
      await page.goto(`${world.relay.url}/keys`);
      assert.equal(await page.getByRole('rowheader').filter({ hasText: name }).count(), 1);
    });
  }
}
