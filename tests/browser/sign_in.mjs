// Signing in, at every size and in both languages.

import { strict as assert } from 'node:assert';
import { LANGUAGES, SIZES, visitor } from './stage/browser.mjs';
import { PASSWORD, PEOPLE, codeOf, fillSignIn, invite, signedIn, speak } from './stage/people.mjs';

const WORDS = {
  th: { wrong: 'ชื่อผู้ใช้หรือรหัสผ่านไม่ถูกต้อง', other: 'English', out: 'ออกจากระบบ', isOut: 'ออกจากระบบแล้ว' },
  en: { wrong: 'The user name or the password is not right', other: 'ภาษาไทย', out: 'Sign out', isOut: 'You are signed out' },
};

export function declare(scene) {
  for (const size of Object.keys(SIZES)) {
    for (const language of Object.keys(LANGUAGES)) {
      const words = WORDS[language];

      scene(`a wrong password is told, what was typed stays, and the right one leads on: ${size}, ${language}`, async (world) => {
        const visit = await visitor(world.browser, { size, language });
        await speak(world, visit, language);
        const { page } = visit;
        await page.goto(`${world.relay.url}/account`);
        assert.match(page.url(), /\/sign-in\?next=%2Faccount/);
        await fillSignIn(page, 'operator', 'not the password');
        await page.getByText(words.wrong).waitFor();
        assert.equal(await page.locator('#username').inputValue(), 'operator');
        assert.equal(await page.locator('#password').inputValue(), '', 'a password is not sent back');
        await fillSignIn(page, 'operator');
        await page.waitForURL('**/account');
        assert.equal(await page.locator('html').getAttribute('lang'), language);
        await page.locator('details.who summary').click();
        await page.getByRole('button', { name: words.out }).first().click();
        await page.getByText(words.isOut).waitFor();
        await page.goto(`${world.relay.url}/account`);
        assert.match(page.url(), /\/sign-in/);
        await visit.close();
      });
    }
  }

  for (const [language, words] of Object.entries(WORDS)) {
    scene(`a name that nobody has is refused with the same words as a wrong password: ${language}`, async (world) => {
      const told = [];
      for (const username of ['nobody', 'no.such.person']) {
        const visit = await visitor(world.browser, { language });
        await speak(world, visit, language);
        await visit.page.goto(`${world.relay.url}/sign-in`);
        const answer = visit.page.waitForResponse((response) => response.request().method() === 'POST');
        await fillSignIn(visit.page, username, 'not the password');
        const sentence = await visit.page.getByRole('alert').textContent();
        assert.ok(sentence.includes(words.wrong), sentence);
        await visit.page.goto(`${world.relay.url}/account`);
        assert.match(visit.page.url(), /\/sign-in/, 'nobody is signed in');
        told.push([(await answer).status(), sentence]);
      }
      assert.deepEqual(told[1], told[0]);
    });
  }

  scene('the language is switched on the answer to a form, which leads back to its page', async (world) => {
    const visit = await signedIn(world, 'lamphun', {});
    const { page } = visit;
    const settings = `${world.relay.url}/groups/gcc2-lamphun/settings`;
    await page.goto(settings);
    await page.locator('main details summary').click();
    for (const field of ['#from', '#until']) await page.locator(field).fill('2020-01-01');
    await page.locator('.deputy-form button').click();
    await page.locator('#name-fault').waitFor();
    assert.match(page.url(), /\/deputies(#.*)?$/, 'the form has an address of its own, where there is no page');
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByRole('heading', { name: 'The steward and deputies' }).waitFor();
    await page.getByRole('button', { name: 'ภาษาไทย' }).click();
    await page.getByRole('heading', { name: 'ผู้ส่งต่อและผู้ปฏิบัติหน้าที่แทน' }).waitFor();
  });

  scene('the language is switched on the page, and the choice stays', async (world) => {
    const visit = await visitor(world.browser, {});
    await visit.page.goto(`${world.relay.url}/sign-in`);
    assert.equal(await visit.page.locator('html').getAttribute('lang'), 'th');
    await visit.page.getByRole('button', { name: 'English' }).click();
    await visit.page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await visit.page.goto(`${world.relay.url}/sign-in`);
    assert.equal(await visit.page.locator('html').getAttribute('lang'), 'en');
    await visit.close();
  });

  scene('a new account is entered by its link, with a second step where the role asks for one', async (world) => {
    const link = await invite(world.relay, 'approver.two', 'approver', null, 'ผู้อนุมัติคนที่สอง');
    const visit = await visitor(world.browser, {});
    const { page } = visit;
    await page.goto(link);
    await page.getByText('ผู้อนุมัติคนที่สอง').waitFor();
    await page.locator('#password').fill(PASSWORD);
    await page.locator('#again').fill(`${PASSWORD}x`);
    await page.locator('main form button').click();
    await page.locator('#fault', { hasText: 'รหัสผ่านทั้งสองช่องไม่ตรงกัน' }).waitFor();
    await page.locator('#password').fill(PASSWORD);
    await page.locator('#again').fill(PASSWORD);
    await page.locator('main form button').click();
    await page.locator('.qr svg').waitFor();
    await page.locator('main summary').click();
    const secret = await page.locator('code.typed').textContent();
    await page.locator('#code').fill(codeOf(secret));
    await page.locator('main form button').click();
    const codes = await page.locator('#codes').inputValue();
    assert.equal(codes.split('\n').length, 10, 'recovery codes are shown, this once');
    await page.locator('main a.button').click();
    await page.locator('details.who').waitFor();

    // the telephone is lost: a code on paper lets its owner in, and every page says so
    await visit.context.clearCookies();
    await page.goto(`${world.relay.url}/sign-in`);
    await fillSignIn(page, 'approver.two');
    await page.locator('main summary').click();
    await page.locator('#recovery').fill(codes.split('\n')[3].toUpperCase());
    await page.locator('main details form button').click();
    await page.locator('details.who').waitFor();
    await page.getByText('มีการใช้รหัสกู้คืน').waitFor();
    await visit.close();
  });

  for (const username of Object.keys(PEOPLE)) {
    scene(`${username} is signed in and sees a first page without a fault`, async (world) => {
      const visit = await signedIn(world, username);
      await visit.page.goto(`${world.relay.url}/home`);
      await visit.page.locator('main').waitFor();
      assert.equal(await visit.page.locator('.who-name').textContent(), PEOPLE[username][2]);
      assert.deepEqual(visit.faults, []);
      await visit.close();
    });
  }
}
