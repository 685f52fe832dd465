// The simulator's chats: what members of a LINE group see and do.

import { strict as assert } from 'node:assert';
import { SIZES, visitor } from './stage/browser.mjs';
import { until } from './stage/process.mjs';

export function declare(scene) {
  for (const size of Object.keys(SIZES)) {
    scene(`a member taps รับทราบ in the chat, and the receipt counts it: ${size}`, async ({ relay, story, browser }) => {
      const taps = async () => (await relay.api('GET', `/bulletins/${story.letter.id}/status`)).tiers[0].acknowledged.taps;
      const before = await taps();
      const visit = await visitor(browser, { size });
      await visit.page.goto(relay.chat('gcc1'));
      await visit.page.getByLabel('ในนามสมาชิก').fill(size === 'phone' ? '7' : '8');
      // the chat scrolls to its end while it fills
      await visit.page.getByText('ยกเลิกประกาศที่ส่งก่อนหน้านี้').first().waitFor();
      // what it says after the tap is gone again after a while
      const told = visit.page.getByText('ระบบปลายทางตอบ 200').waitFor();
      await Promise.all([told, visit.page.getByRole('button', { name: 'รับทราบ' }).first().click()]);
      await until('the tap to be counted', async () => (await taps()) === before + 1);
      assert.deepEqual(visit.faults, []);
      await visit.close();
    });
  }
}
