// Passkeys, with an authenticator that Chromium plays: one that asks for a finger and finds its passkeys by itself.

import { strict as assert } from 'node:assert';
import { SIZES, visitor } from './stage/browser.mjs';
import { PASSWORD, fillSignIn, invite, speak } from './stage/people.mjs';
import { wordsOf } from './stage/words.mjs';
import { behindSecondNode } from './stage/second_node.mjs';

/** Gives the page's browser a device with passkeys. */
async function addDevice(page) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  const options = {
    protocol: 'ctap2',
    transport: 'internal',
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified: true,
    automaticPresenceSimulation: true,
  };
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', { options });
  return { devtools, authenticatorId };
}

export function declare(scene) {
  for (const size of Object.keys(SIZES)) {
    scene(`a passkey is made on the own account and signs in alone from then on: ${size}`, async (world) => {
      const username = `with-passkey-${size}`;
      const settings = (url) => ({ GCC_RELAY__SERVER__PUBLIC_URL: url });
      await behindSecondNode(world.relay, settings, async (node) => {
        const link = new URL(await invite(world.relay, username, 'operator', null, 'ศูนย์ปฏิบัติการที่มีพาสคีย์'));
        const visit = await visitor(world.browser, { size, language: 'th' });
        await speak({ relay: node }, visit, 'th');
        const { page } = visit;
        const say = wordsOf('th');
        await addDevice(page);
        await page.goto(`${node.url}${link.pathname}`);
        await page.locator('#password').fill(PASSWORD);
        await page.locator('#again').fill(PASSWORD);
        await page.getByRole('button', { name: say('welcome-button') }).click();
        await page.waitForURL(`${node.url}/board`);

        await page.goto(`${node.url}/account`);
        await page.locator('#passkey-name').fill('โทรศัพท์ของฉัน');
        await page.locator('#passkey-old').fill(PASSWORD);
        await page.getByRole('button', { name: say('account-passkey-begin') }).click();
        await page.getByText(say('said-passkey-made')).waitFor();
        assert.equal(await page.getByText('โทรศัพท์ของฉัน', { exact: true }).count(), 1);

        await page.locator('details.who summary').click();
        await page.getByRole('button', { name: say('shell-sign-out') }).first().click();
        await page.goto(`${node.url}/account`);
        await page.getByRole('button', { name: say('passkey-sign-in') }).click();
        await page.waitForURL(`${node.url}/account`);
        assert.equal(await page.locator('.who-name').textContent(), 'ศูนย์ปฏิบัติการที่มีพาสคีย์');
        await visit.close();
      }, 'localhost');
    });
  }

  scene('a device without a passkey is told so and the button asks again', async (world) => {
    const settings = (url) => ({ GCC_RELAY__SERVER__PUBLIC_URL: url });
    await behindSecondNode(world.relay, settings, async (node) => {
      const visit = await visitor(world.browser, { language: 'en' });
      await speak({ relay: node }, visit, 'en');
      const say = wordsOf('en');
      const { page } = visit;
      const { devtools, authenticatorId } = await addDevice(page);
      await page.goto(`${node.url}/sign-in`);
      await page.getByRole('button', { name: say('passkey-sign-in') }).click();
      await page.getByText(say('passkey-failed')).waitFor();
      await page.getByRole('link', { name: say('passkey-back') }).click();
      await fillSignIn(page, 'nobody-of-this-name');
      await page.getByText(say('sign-in-wrong')).waitFor();
      await devtools.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId });
      await visit.close();
    }, 'localhost');
  });
}
