// Two pairs of eyes: written by one, returned with a reason, mended, approved by another, published, and in the chat.
//
// Whether approval is asked for is one setting for all, so these stand behind a node of their own that asks for it.

import { strict as assert } from 'node:assert';
import { signedIn } from './stage/people.mjs';
import { isDrawn, photograph, saveAndGoOn, write } from './stage/composing.mjs';
import { behindSecondNode } from './stage/second_node.mjs';
import { said, wordsOf } from './stage/words.mjs';

const ASKED_FOR = { GCC_RELAY__BULLETINS__APPROVAL: 'second_person' };
const REASON = 'โปรดระบุวันที่ต้องรายงาน';
const ALT = 'แผนที่พื้นที่เสี่ยงน้ำท่วม';

const stands = (relay, id) => relay.api('GET', `/bulletins/${id}`);

/** The publisher writes with a picture and hands it in; gives the bulletin's id. */
async function handIn({ page, ...publisher }, node, say, subject) {
  await page.goto(`${node.url}/bulletins/new`);
  await page.getByLabel(say('compose-urgency')).selectOption({ label: say('urgency-very-urgent') });
  await write(page, say, { subject, body: 'ขอให้รายงานความเสียหาย' });
  await page.getByLabel(say('compose-image')).setInputFiles(await photograph(publisher));
  await page.locator('#image img').waitFor();
  await page.getByLabel(say('compose-image-alt')).fill(ALT);
  const id = await saveAndGoOn(page, say);
  assert.equal(await page.getByRole('link', { name: say('compose-to-publish') }).count(), 0, 'nothing is published unseen');
  await page.getByRole('button', { name: say('compose-submit') }).click();
  await said(page, say('said-submitted'));
  assert.equal((await stands(node, id)).state, 'submitted');
  return id;
}

/** The approver finds what was handed in and sends it back. */
async function giveBack({ page }, node, say, id, subject) {
  await page.goto(`${node.url}/bulletins?state=submitted`);
  await page.getByRole('link', { name: subject }).click();
  await page.getByLabel(say('compose-return-reason')).fill(REASON);
  await page.getByRole('button', { name: say('compose-return'), exact: true }).click();
  await said(page, say('said-returned'));
  const { state, returned_reason: reason, returned_by: by } = await stands(node, id);
  assert.deepEqual([state, reason, by], ['draft', REASON, 'user:approver']);
}

/** The publisher reads the reason, mends the text and hands it in again. */
async function mend({ page }, node, say, id) {
  await page.goto(`${node.url}/bulletins/${id}`);
  await page.getByText(REASON).first().waitFor();
  await page.getByRole('link', { name: say('compose-edit'), exact: true }).click();
  const body = 'ขอให้รายงานความเสียหายภายในวันที่ ๒๕ พฤศจิกายน';
  await page.getByLabel(say('compose-body'), { exact: true }).fill(body);
  assert.equal(await saveAndGoOn(page, say), id);
  await page.getByRole('button', { name: say('compose-submit') }).click();
  await said(page, say('said-submitted'));
  const now = await stands(node, id);
  assert.deepEqual([now.state, now.body, now.attachments.length], ['submitted', body, 1]);
}

async function approve({ page }, node, say, id) {
  await page.goto(`${node.url}/bulletins/${id}`);
  await page.getByRole('button', { name: say('compose-approve'), exact: true }).click();
  await said(page, say('said-approved'));
  assert.equal((await stands(node, id)).approved_by, 'user:approver');
}

async function publish({ page }, node, say, id) {
  await page.goto(`${node.url}/bulletins/${id}`);
  await page.getByRole('link', { name: say('compose-to-publish') }).click();
  await page.getByRole('button', { name: /^(เผยแพร่ถึง|Publish to) / }).click();
  await said(page, say('said-published'));
}

/** The chat and the public page show the subject with its picture. */
async function shown({ page }, relay, id, subject) {
  await page.goto(relay.chat('gcc1'));
  const message = page.getByRole('article').filter({ hasText: subject });
  await message.waitFor();
  assert.ok(await isDrawn(message.locator('img').first()), 'the chat shows the picture');
  await page.goto((await stands(relay, id)).public_url);
  await page.getByRole('heading', { name: subject }).waitFor();
  assert.ok(await isDrawn(page.getByRole('img', { name: ALT })), 'the public page shows the picture');
}

export function declare(scene) {
  for (const [size, language] of [['phone', 'th'], ['desktop', 'en'], ['desktop', 'th'], ['phone', 'en']]) {
    const say = wordsOf(language);

    scene(`an approver returns a bulletin, it is mended, approved and published with its picture: ${size}, ${language}`, async (world) => {
      const subject = `การรายงานความเสียหายจากอุทกภัย (${size} ${language})`;
      const { relay } = world;
      await behindSecondNode(relay, ASKED_FOR, async (node) => {
        const publisher = await signedIn(world, 'publisher', { size, language });
        const approver = await signedIn(world, 'approver', { size, language });
        const id = await handIn(publisher, node, say, subject);
        await giveBack(approver, node, say, id, subject);
        await mend(publisher, node, say, id);
        await assert.rejects(node.api('POST', `/bulletins/${id}/publish`, {}), /409/, 'not before it is approved');
        await approve(approver, node, say, id);
        await publish(publisher, node, say, id);
        await relay.accepted({ id }, 'gcc1');
        await shown(publisher, relay, id, subject);
        assert.deepEqual([publisher.faults, approver.faults], [[], []]);
      });
    });
  }

  for (const size of ['phone', 'desktop']) {
    scene(`nobody approves or returns what they wrote themselves: ${size}`, async (world) => {
      const say = wordsOf('th');
      await behindSecondNode(world.relay, ASKED_FOR, async (node) => {
        const visit = await signedIn(world, 'admin', { size });
        const { page } = visit;
        await page.goto(`${node.url}/bulletins/new`);
        await write(page, say, { subject: `ประกาศของผู้ดูแลระบบ (${size})`, body: 'เขียนและขออนุมัติโดยคนเดียวกัน' });
        const id = await saveAndGoOn(page, say);
        await page.getByRole('button', { name: say('compose-submit') }).click();
        await said(page, say('said-submitted'));
        await page.getByRole('button', { name: say('compose-approve'), exact: true }).click();
        await page.getByRole('alert').getByText(say('compose-refused-own')).waitFor();
        await page.getByLabel(say('compose-return-reason')).fill(REASON);
        await page.getByRole('button', { name: say('compose-return'), exact: true }).click();
        await page.getByRole('alert').getByText(say('compose-refused-own')).waitFor();
        assert.equal(await page.getByLabel(say('compose-return-reason')).inputValue(), REASON, 'what was typed stays');
        const { state, approved_at: approved, returned_at: returned } = await stands(node, id);
        assert.deepEqual([state, approved, returned], ['submitted', null, null]);
        const publisher = await signedIn(world, 'publisher', { size });
        await publisher.page.goto(`${node.url}/bulletins/${id}`);
        await publisher.page.getByRole('heading', { level: 1 }).waitFor();
        assert.equal(await publisher.page.getByRole('button', { name: say('compose-approve'), exact: true }).count(), 0);
      });
    });
  }
}
