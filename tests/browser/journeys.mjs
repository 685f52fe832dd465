// What each kind of user comes for, at both sizes and in both languages: from the form in which a bulletin is written
// to the chat in which it is read.

import { strict as assert } from 'node:assert';
import { LANGUAGES, SIZES } from './stage/browser.mjs';
import { fillSignIn, signedIn } from './stage/people.mjs';
import { until } from './stage/process.mjs';

const WORDS = {
  th: {
    forward: 'ส่งต่อ', forwarded: 'ส่งต่อแล้ว ระบบกำลังส่ง', already: 'มีผู้ส่งต่อไปก่อนแล้ว',
    note: 'เพิ่มข้อความของหน่วยงาน', decline: 'ไม่เกี่ยวข้องกับหน่วยงาน', declined: 'บันทึกแล้วว่าไม่เกี่ยวข้อง',
  },
  en: {
    forward: 'Forward', forwarded: 'Forwarded. It is on its way', already: 'Somebody had forwarded it before you',
  },
};

/** A subject that no other test has. */
let number = 0;
function subject(text) {
  number += 1;
  return `${text} ฉบับที่ ${number}`;
}

/** A bulletin that waits for the stewards. */
async function waiting(relay, text = 'ขอให้ตรวจสอบความพร้อมของศูนย์พักพิง', urgency = 'urgent') {
  const bulletin = await relay.publish({ subject: subject(text), body: 'จึงเรียนมาเพื่อพิจารณาดำเนินการ', urgency });
  await relay.accepted(bulletin, 'gcc1');
  return bulletin;
}

/** Opens what waits and forwards it: two taps. */
async function forward({ page }, relay, bulletin, words) {
  await page.goto(`${relay.url}/waiting`);
  await page.getByRole('link', { name: bulletin.subject }).click();
  await page.getByRole('button', { name: words.forward, exact: true }).click();
  await page.getByText(words.forwarded).waitFor();
}

/** Waits until a chat shows the text to its members. */
async function inChat(visit, relay, group, text) {
  await visit.page.goto(relay.chat(group));
  await visit.page.getByText(text).first().waitFor();
}

export function declare(scene) {
  for (const size of Object.keys(SIZES)) {
    for (const language of Object.keys(LANGUAGES)) {
      const words = WORDS[language];

      scene(`a publisher publishes, two governors forward, and the chats show it: ${size}, ${language}`, async (world) => {
        const { relay } = world;
        const text = subject('การเตรียมความพร้อมรับสถานการณ์ฝนตกหนัก');
        const publisher = await signedIn(world, 'publisher', { size, language });
        const { page } = publisher;
        await page.goto(`${relay.url}/bulletins/new`);
        await page.locator('#urgency').selectOption('very_urgent');
        await page.locator('#document_number').fill('มท ๐๖๐๓/ว ๗๘๔๒');
        await page.locator('#document_date').fill('๒๑ พฤศจิกายน ๒๕๖๙');
        await page.locator('#subject').fill(text);
        await page.locator('#body').fill('ขอให้ทุกจังหวัดตรวจสอบเครื่องมือและแจ้งเตือนประชาชน');
        await page.locator('#preview').getByText(text).first().waitFor();
        await page.locator('button[name=do][value=next]').click();
        await page.locator('a[href$="/publish"]').click();
        await page.locator('main form button.primary').click();
        const link = await page.locator('a[href^="/board/"]').first().getAttribute('href');
        const id = link.split('/').at(-1);
        const bulletin = { id, subject: text };
        await relay.accepted(bulletin, 'gcc1');
        for (const governor of ['lamphun', 'chiangmai']) {
          const visit = await signedIn(world, governor, { size, language });
          await forward(visit, relay, bulletin, words);
          assert.deepEqual(visit.faults, []);
          await visit.close();
        }
        for (const group of ['gcc2-lamphun', 'gcc2-chiangmai', 'gcc3-lamphun-mueang', 'gcc3-chiangmai-commerce']) {
          await inChat(publisher, relay, group, text);
        }
        const { items } = await relay.api('GET', `/bulletins/${id}/deliveries?group=gcc3-lamphun-commerce`);
        assert.equal(items[0].state, 'held', 'the head of commerce has not been asked to be quick');
        assert.deepEqual(publisher.faults, []);
        await publisher.close();
      });
    }
  }

  for (const language of Object.keys(LANGUAGES)) {
    const words = WORDS[language];

    scene(`two people forward at once, and it goes once: ${language}`, async (world) => {
      const bulletin = await waiting(world.relay);
      const both = [await signedIn(world, 'lamphun', { language }), await signedIn(world, 'lamphun', { language, size: 'desktop' })];
      for (const { page } of both) await page.goto(`${world.relay.url}/waiting/${bulletin.id}`);
      await Promise.all(both.map(({ page }) => page.getByRole('button', { name: words.forward, exact: true }).click()));
      const told = await Promise.all(both.map(({ page }) => page.locator('main [role=status]').first().textContent()));
      assert.ok(told.some((text) => text.includes(words.forwarded)), told.join(' | '));
      assert.ok(told.every((text) => text.includes(words.forwarded) || text.includes(words.already)), told.join(' | '));
      await world.relay.accepted(bulletin, 'gcc2-lamphun');
      const chat = await (await fetch(`${world.relay.lineUrl}/control/accepted?group=Cbrowser0002`)).json();
      const keys = chat.map((push) => push.messages_hash);
      assert.equal(new Set(keys).size, keys.length, 'nothing came twice');
      await Promise.all(both.map((visit) => visit.close()));
    });

    scene(`a session that ends while a note is typed loses nothing of it: ${language}`, async (world) => {
      const bulletin = await waiting(world.relay);
      const visit = await signedIn(world, 'lamphun', { language });
      const { page } = visit;
      await page.goto(`${world.relay.url}/waiting/${bulletin.id}`);
      const note = `ขอให้รายงานผลภายในวันนี้ (${language})`;
      await page.locator('details.note-box summary').click();
      await page.locator('#note').fill(note);
      await visit.context.clearCookies({ name: 'gcc' });
      await page.getByRole('button', { name: words.forward, exact: true }).click();
      await page.locator('#password').waitFor();
      await fillSignIn(page, 'lamphun');
      // signed in again, and asked whether to go on with what was typed
      await page.locator('main form button.primary').click();
      await page.getByText(words.forwarded).waitFor();
      await world.relay.accepted(bulletin, 'gcc3-lamphun-mueang');
      await inChat(visit, world.relay, 'gcc2-lamphun', note);
      await visit.close();
    });

    scene(`a session that ends while a bulletin is written loses nothing of it: ${language}`, async (world) => {
      const text = subject('ร่างประกาศที่เขียนไว้นาน');
      const visit = await signedIn(world, 'publisher', { language, size: 'desktop' });
      const { page } = visit;
      await page.goto(`${world.relay.url}/bulletins/new`);
      await page.locator('#subject').fill(text);
      await page.locator('#body').fill('ย่อหน้าที่หนึ่ง\n\nย่อหน้าที่สอง');
      await page.locator('input[name=tiers][value="2"]').check();
      await visit.context.clearCookies({ name: 'gcc' });
      await page.locator('button[name=do][value=save]').click();
      await page.locator('#password').waitFor();
      await fillSignIn(page, 'publisher');
      await page.locator('main form button.primary').click();
      await page.getByRole('heading', { name: text }).or(page.locator(`#subject[value="${text}"]`)).first().waitFor();
      const { items } = await world.relay.api('GET', '/bulletins?state=draft');
      const draft = items.find((item) => item.subject === text);
      assert.equal(draft?.body, 'ย่อหน้าที่หนึ่ง\n\nย่อหน้าที่สอง');
      assert.deepEqual(draft.audience.tiers, [2]);
      await visit.close();
    });
  }

  scene('a governor without JavaScript forwards, and adds a note', async (world) => {
    const bulletin = await waiting(world.relay);
    const visit = await signedIn(world, 'chiangmai', { javaScriptEnabled: false });
    await visit.page.goto(`${world.relay.url}/waiting/${bulletin.id}`);
    await visit.page.locator('details.note-box summary').click();
    await visit.page.locator('#note').fill('โปรดแจ้งผู้ใหญ่บ้านทุกหมู่บ้าน');
    await visit.page.getByRole('button', { name: WORDS.th.forward, exact: true }).click();
    await visit.page.getByText(WORDS.th.forwarded).waitFor();
    await world.relay.accepted(bulletin, 'gcc2-chiangmai');
    await visit.close();
  });

  scene('a governor says that it is not for them, with a reason', async (world) => {
    const bulletin = await waiting(world.relay);
    const visit = await signedIn(world, 'chiangmai');
    await visit.page.goto(`${world.relay.url}/waiting/${bulletin.id}`);
    await visit.page.getByText(WORDS.th.decline).first().click();
    await visit.page.locator('#reason').fill('จังหวัดไม่มีพื้นที่ชายฝั่งทะเล');
    await visit.page.locator('button.danger').click();
    await visit.page.getByText(WORDS.th.declined).waitFor();
    const { items } = await world.relay.api('GET', `/bulletins/${bulletin.id}/deliveries?group=gcc2-chiangmai`);
    assert.equal(items[0].state, 'declined');
    await visit.close();
  });

  scene('from the link to forwarded costs a governor less than 100 kB, fonts included', async (world) => {
    const bulletin = await waiting(world.relay);
    const visit = await signedIn(world, 'lamphun');
    const network = await visit.context.newCDPSession(visit.page);
    await network.send('Network.enable');
    let bytes = 0;
    network.on('Network.loadingFinished', ({ encodedDataLength }) => { bytes += encodedDataLength; });
    await visit.page.goto(`${world.relay.url}/waiting`);
    await visit.page.getByRole('link', { name: bulletin.subject }).click();
    await visit.page.getByRole('button', { name: WORDS.th.forward, exact: true }).click();
    await visit.page.getByText(WORDS.th.forwarded).waitFor();
    await visit.page.waitForLoadState('networkidle');
    console.log(`# from the link to forwarded: ${(bytes / 1000).toFixed(1)} kB`);
    assert.ok(bytes < 100_000, `${bytes} bytes`);
    await visit.close();
  });

  scene('a governor forwards all that waits at once', async (world) => {
    const all = [await waiting(world.relay), await waiting(world.relay, 'ขอให้รายงานผลการดำเนินงาน', 'most_urgent')];
    const visit = await signedIn(world, 'chiangmai');
    await visit.page.goto(`${world.relay.url}/waiting`);
    await visit.page.locator('a[href="/waiting/all"]').click();
    await visit.page.locator('main form button').click();
    await visit.page.locator('main [role=status]').waitFor();
    for (const bulletin of all) await world.relay.accepted(bulletin, 'gcc3-chiangmai-commerce');
    await until('nothing to wait', async () => {
      await visit.page.goto(`${world.relay.url}/waiting`);
      return (await visit.page.locator('.waiting-item').count()) === 0;
    });
    await visit.close();
  });
}
