// Sign-in at a provider on another site: our policy lets the browser go there, and its cookie comes back with it.

import { strict as assert } from 'node:assert';
import { SIZES, visitor } from './stage/browser.mjs';
import { invite, speak } from './stage/people.mjs';
import { CLIENT, startProvider } from './stage/provider.mjs';
import { behindSecondNode } from './stage/second_node.mjs';

const LABEL = 'Sign in at the provider';

/** Plays behind a node that offers sign-in at a provider where this person is signed in. */
async function withProvider(world, subject, play) {
  const provider = await startProvider(subject);
  const settings = (url) => ({
    GCC_RELAY__SERVER__PUBLIC_URL: url,
    GCC_RELAY__OIDC__ISSUER: provider.url,
    GCC_RELAY__OIDC__CLIENT_ID: CLIENT,
    GCC_RELAY__OIDC__LABEL_EN: LABEL,
  });
  try {
    await behindSecondNode(world.relay, settings, play);
  } finally {
    await provider.stop();
  }
}

export function declare(scene) {
  for (const size of Object.keys(SIZES)) {
    scene(`an invitation is accepted at the provider, and its person signs in there from then on: ${size}`, async (world) => {
      const username = `bound-${size}`;
      await withProvider(world, username, async (node) => {
        const link = new URL(await invite(world.relay, username, 'operator', null, 'ศูนย์ปฏิบัติการสำรอง'));
        const visit = await visitor(world.browser, { size, language: 'en' });
        await speak({ relay: node }, visit, 'en');
        const { page } = visit;
        await page.goto(`${node.url}${link.pathname}`);
        await page.getByRole('button', { name: LABEL }).click();
        await page.getByRole('link', { name: 'It is me' }).click();
        await page.waitForURL(`${node.url}/board`);
        await page.locator('details.who summary').click();
        await page.getByRole('button', { name: 'Sign out' }).first().click();
        await page.getByText('You are signed out').waitFor();
        await page.goto(`${node.url}/account`);
        await page.getByRole('button', { name: LABEL }).click();
        await page.getByRole('link', { name: 'It is me' }).click();
        await page.waitForURL(`${node.url}/account`);
        assert.equal(await page.getByText('Bound', { exact: true }).count(), 1);
        await visit.close();
      });
    });
  }
}
