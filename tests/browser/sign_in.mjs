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
    await page.getByText('รหัสผ่านทั้งสองช่องไม่ตรงกัน').waitFor();
    await page.locator('#password').fill(PASSWORD);
    await page.locator('#again').fill(PASSWORD);
    await page.locator('main form button').click();
    await page.locator('.qr svg').waitFor();
    await page.locator('main summary').click();
    const secret = await page.locator('code.typed').textContent();
    await page.locator('#code').fill(codeOf(secret));
    await page.locator('main form button').click();
    await page.locator('details.who').waitFor();
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
