// What goes wrong at the publisher's desk, and how it is put right: a file that is no picture, and a bulletin that has
// to be taken back.

import { strict as assert } from 'node:assert';
import { LANGUAGES, SIZES } from './stage/browser.mjs';
import { isDrawn, photograph, saveAndGoOn, write } from './stage/composing.mjs';
import { signedIn } from './stage/people.mjs';
import { wordsOf } from './stage/words.mjs';

const RUBBISH = { name: 'photograph.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('%PDF-1.7 this is no picture') };
const NO_PICTURE = { th: 'ไฟล์นี้ไม่ใช่ภาพ JPEG หรือ PNG', en: 'Is neither a JPEG nor a PNG' };
// of the Buddhist era
const NEXT_YEAR = new Date().getFullYear() + 544;
const ALT = 'ป้ายบอกทางไปศูนย์พักพิง';

/** Everything that is typed into the form. */
async function typed(page, say) {
  const labels = ['compose-number', 'compose-subject', 'compose-body', 'compose-image-alt', 'compose-acknowledge-date'];
  return Promise.all(labels.map((label) => page.getByLabel(say(label), { exact: true }).inputValue()));
}

/** Fills the form so that only the picture can be at fault; gives what is typed. */
async function fill(page, say, subject) {
  await write(page, say, { subject, body: 'ย่อหน้าที่หนึ่ง\n\nย่อหน้าที่สอง' });
  await page.getByLabel(say('compose-number'), { exact: true }).fill('มท ๐๖๐๓/ว ๗๘๔๒');
  await page.getByLabel(say('compose-image-alt')).fill(ALT);
  await page.getByLabel(say('compose-acknowledge-date')).fill(`31 ธันวาคม ${NEXT_YEAR}`);
  await page.getByLabel('GCC2').check();
  await page.locator('#way > summary').click();
  await page.getByLabel(say('compose-way-listen-then-push')).check();
  return typed(page, say);
}

/** The sentence stands at the field and is tied to it. */
async function refused(page, say, language) {
  await page.locator('#image').getByRole('alert').getByText(NO_PICTURE[language]).waitFor();
  const described = await page.getByLabel(say('compose-image')).getAttribute('aria-describedby');
  const sentence = await page.locator(described.split(' ').map((id) => `#${id}`).join(', ')).allTextContents();
  assert.ok(sentence.some((text) => text.includes(NO_PICTURE[language])), 'the sentence is read out with the field');
}

export function declare(scene) {
  for (const [size, language] of [['phone', 'th'], ['desktop', 'en']]) {
    const say = wordsOf(language);

    for (const javaScriptEnabled of [true, false]) {
      const how = javaScriptEnabled ? '' : ', without JavaScript';

      scene(`a file that is no picture is refused at its field, and nothing typed is lost: ${size}, ${language}${how}`, async (world) => {
        const visit = await signedIn(world, 'publisher', { size, language, javaScriptEnabled });
        const { page } = visit;
        const subject = `ทางไปศูนย์พักพิง (${size}${how})`;
        await page.goto(`${world.relay.url}/bulletins/new`);
        const before = await fill(page, say, subject);
        await page.getByLabel(say('compose-image')).setInputFiles(RUBBISH);
        // with a script the file is looked at when it is chosen, without one when the form is sent
        if (!javaScriptEnabled) await page.getByRole('button', { name: say('compose-save-next') }).click();
        await refused(page, say, language);
        assert.deepEqual(await typed(page, say), before);
        assert.ok(await page.getByLabel('GCC2').isChecked());
        assert.ok(await page.getByLabel(say('compose-way-listen-then-push')).isVisible(), 'a choice that was made is not folded away');
        const picture = await world.browser.newContext().then((context) => photograph({ context }));
        await page.getByLabel(say('compose-image')).setInputFiles(picture);
        if (javaScriptEnabled) await page.locator('#image img').waitFor();
        const id = await saveAndGoOn(page, say);
        const draft = await world.relay.api('GET', `/bulletins/${id}`);
        assert.deepEqual([draft.subject, draft.body, draft.audience.tiers], [subject, 'ย่อหน้าที่หนึ่ง\n\nย่อหน้าที่สอง', [2]]);
        assert.equal(draft.way, 'listen_then_push');
        assert.deepEqual(draft.attachments.map(({ alt }) => alt), [ALT]);
        assert.ok(await isDrawn(page.locator('main img').first()), 'the preview shows the picture');
      });
    }
  }

  scene('what is typed about a picture stays while the picture is still on its way', async (world) => {
    const visit = await signedIn(world, 'publisher', {});
    const { page } = visit;
    const say = wordsOf('th');
    await page.goto(`${world.relay.url}/bulletins/new`);
    let letGo;
    const typedMeanwhile = new Promise((resolve) => { letGo = resolve; });
    await page.route('**/bulletins/image', async (route) => {
      await typedMeanwhile;
      await route.continue();
    });
    await page.getByLabel(say('compose-image')).setInputFiles(await photograph(visit));
    await page.getByLabel(say('compose-image-alt')).fill(ALT);
    letGo();
    await page.locator('#image img').waitFor();
    assert.equal(await page.getByLabel(say('compose-image-alt')).inputValue(), ALT);
    assert.deepEqual(visit.faults, []);
    await visit.close();
  });

  for (const size of Object.keys(SIZES)) {
    for (const language of Object.keys(LANGUAGES)) {
      const say = wordsOf(language);

      scene(`a bulletin is taken back with a reason, and the chat and the public page say so: ${size}, ${language}`, async (world) => {
        const { relay } = world;
        const reason = `สถานการณ์คลี่คลายแล้ว (${size} ${language})`;
        const bulletin = await relay.publish({ subject: `ขอให้เตรียมอพยพ (${size} ${language})`, body: 'โปรดเตรียมพร้อม', urgency: 'urgent' });
        await relay.accepted(bulletin, 'gcc1');
        const visit = await signedIn(world, 'publisher', { size, language });
        const { page } = visit;
        await page.goto(`${relay.url}/bulletins`);
        await page.getByRole('link', { name: bulletin.subject }).click();
        await page.locator('summary').getByText(say('compose-withdraw')).click();
        await page.getByLabel(say('compose-withdraw-reason')).fill(reason);
        await page.getByRole('button', { name: say('compose-withdraw-button'), exact: true }).click();
        await page.getByText(say('compose-withdrawn-because', { reason })).waitFor();
        const now = await relay.api('GET', `/bulletins/${bulletin.id}`);
        assert.deepEqual([now.state, now.withdrawn_reason], ['withdrawn', reason]);
        const { items } = await relay.api('GET', `/bulletins/${bulletin.id}/deliveries?group=gcc2-lamphun`);
        assert.equal(items[0].state, 'withdrawn', 'what waited for a governor is not sent any more');
        await page.goto(relay.chat('gcc1'));
        const notice = page.getByRole('article').filter({ hasText: reason });
        await notice.filter({ hasText: 'ยกเลิกประกาศที่ส่งก่อนหน้านี้' }).waitFor();
        await page.goto(bulletin.public_url);
        await page.getByRole('heading', { name: 'ประกาศนี้ถูกยกเลิกแล้ว' }).waitFor();
        await page.getByText(reason).waitFor();
        const governor = await signedIn(world, 'lamphun', { size, language });
        await governor.page.goto(`${relay.url}/waiting/${bulletin.id}`);
        assert.equal(await governor.page.getByRole('button', { name: say('forward-button'), exact: true }).count(), 0);
        assert.deepEqual([visit.faults, governor.faults], [[], []]);
      });
    }
  }
}
