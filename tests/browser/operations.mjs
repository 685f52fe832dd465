// What operations mend: what LINE refused is tried again, and what a governor declined by mistake goes back.

import { strict as assert } from 'node:assert';
import { signedIn } from './stage/people.mjs';
import { until } from './stage/process.mjs';
import { LINE_GROUPS } from './stage/relay.mjs';
import { said, wordsOf } from './stage/words.mjs';

async function delivery(relay, bulletin, group) {
  const { items } = await relay.api('GET', `/bulletins/${bulletin.id}/deliveries?group=${group}`);
  return items[0];
}

async function inState(relay, bulletin, group, state) {
  await until(`${group} to be ${state}`, async () => (await delivery(relay, bulletin, group))?.state === state);
}

const setFaults = (relay, rules) => fetch(`${relay.lineUrl}/control/faults`, {
  method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(rules),
});

/** How many pushes LINE has taken for this group. */
async function pushes(relay, group) {
  return (await (await fetch(`${relay.lineUrl}/control/accepted?group=${LINE_GROUPS[group]}`)).json()).length;
}

export function declare(scene) {
  for (const [size, language] of [['phone', 'th'], ['desktop', 'en'], ['phone', 'en'], ['desktop', 'th']]) {
    const say = wordsOf(language);

    scene(`operations see why LINE refused, try those again, and LINE accepts: ${size}, ${language}`, async (world) => {
      const { relay } = world;
      const group = 'gcc3-lamphun-mueang';
      const refusing = { kind: 'status', status: 404, group: LINE_GROUPS[group], endpoint: 'push' };
      assert.ok((await setFaults(relay, [refusing])).ok);
      let bulletin;
      try {
        bulletin = await relay.publish({
          subject: `แจ้งซ่อมระบบสื่อสาร (${size} ${language})`, body: 'โปรดตรวจสอบ', urgency: 'urgent', forwarding: 'automatic',
          audience: { groups: [group] },
        });
        await inState(relay, bulletin, group, 'failed');
      } finally {
        await setFaults(relay, []);
      }
      const { reason, id } = await delivery(relay, bulletin, group);
      const before = await pushes(relay, group);

      const visit = await signedIn(world, 'operator', { size, language });
      const { page } = visit;
      await page.goto(`${relay.url}/failures`);
      await page.getByRole('link', { name: reason.text[language] }).click();
      const row = page.getByRole('row').filter({ has: page.locator(`a[href="/deliveries/${id}"]`) });
      await row.getByText(reason.text[language]).first().waitFor();
      await row.getByRole('link', { name: say('board-retry-these') }).click();
      await page.getByRole('listitem').filter({ hasText: reason.text[language] }).waitFor();
      await page.getByRole('button', { name: say('retry-button'), exact: true }).click();
      await said(page, say('said-retried'));
      await relay.accepted(bulletin, group);
      assert.equal(await pushes(relay, group), before + 1, 'it came once');
      await page.goto(`${relay.url}/failures`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      assert.equal(await page.locator(`a[href="/deliveries/${id}"]`).count(), 0, 'nothing is left to be mended of it');
      assert.deepEqual(visit.faults, []);
    });

    scene(`a declining is reversed, and the governor forwards after all: ${size}, ${language}`, async (world) => {
      const { relay } = world;
      const reason = `จังหวัดไม่มีพื้นที่เสี่ยง (${size} ${language})`;
      const bulletin = await relay.publish({
        subject: `การเฝ้าระวังดินถล่ม (${size} ${language})`, body: 'โปรดเฝ้าระวัง', urgency: 'urgent', audience: { provinces: ['51'] },
      });
      await relay.accepted(bulletin, 'gcc1');
      const governor = await signedIn(world, 'lamphun', { size, language });
      await governor.page.goto(`${relay.url}/waiting/${bulletin.id}`);
      await governor.page.locator('summary').getByText(say('forward-decline-open')).click();
      await governor.page.getByLabel(say('forward-decline-reason'), { exact: true }).fill(reason);
      await governor.page.getByRole('button', { name: say('forward-decline-button') }).click();
      await said(governor.page, say('said-declined'));
      assert.equal((await delivery(relay, bulletin, 'gcc2-lamphun')).reason.said, reason);

      const operator = await signedIn(world, 'operator', { size, language });
      await operator.page.goto(`${relay.url}/board/${bulletin.id}`);
      const row = operator.page.getByRole('row').filter({ hasText: reason });
      await row.getByRole('button', { name: say('board-undecline') }).click();
      await said(operator.page, say('said-undeclined'));
      assert.equal((await delivery(relay, bulletin, 'gcc2-lamphun')).state, 'held');

      await governor.page.goto(`${relay.url}/waiting`);
      await governor.page.getByRole('link', { name: bulletin.subject }).first().click();
      await governor.page.getByRole('button', { name: say('forward-button'), exact: true }).click();
      await said(governor.page, say('said-forwarded'));
      await relay.accepted(bulletin, 'gcc2-lamphun');
      assert.deepEqual([governor.faults, operator.faults], [[], []]);
    });
  }
}
