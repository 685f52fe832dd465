// All browser tests, in one process over one relay and one browser: `make test` runs them after those of Rust, and
// `npm test -- keyboard` those with that word in their names, with the program that cargo has built last.
//
// Each file beside this one declares tests with `scene`, which gives them the world that they stand in; where there is
// no browser they are declared all the same, so that the count says how many were left out.

import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { findChromium, openBrowser } from './stage/browser.mjs';
import { makePeople } from './stage/people.mjs';
import { Relay } from './stage/relay.mjs';
import { tell } from './story.mjs';
import * as access from './access.mjs';
import * as approval from './approval.mjs';
import * as board from './board.mjs';
import * as deputies from './deputies.mjs';
import * as doubleClicks from './double_clicks.mjs';
import * as journeys from './journeys.mjs';
import * as operations from './operations.mjs';
import * as passkeys from './passkeys.mjs';
import * as provider from './provider.mjs';
import * as publisher from './publisher.mjs';
import * as signIn from './sign_in.mjs';
import * as simulator from './simulator.mjs';

const absent = findChromium() ? false : 'Chromium is not installed';
const PATIENCE = 120_000;
const WRECKS = fileURLToPath(new URL('../../target/browser/', import.meta.url));

/** The relay, the browser, and what has happened before the first test. */
const world = {};

if (!absent) {
  before(async () => {
    world.browser = await openBrowser();
    world.relay = await Relay.start();
    world.cookies = await makePeople(world.relay);
    world.story = await tell(world.relay);
  }, { timeout: PATIENCE });

  after(async () => {
    await world.browser?.close();
    await world.relay?.stop();
  }, { timeout: PATIENCE });
}

const words = process.argv.slice(2);

function scene(name, play) {
  if (!words.every((word) => name.includes(word))) return;
  test(name, { skip: absent, timeout: PATIENCE }, async () => {
    try {
      await play(world);
    } catch (error) {
      console.log(`# ${name}${await lookAtWreck(name)}`);
      throw error;
    } finally {
      await Promise.all(world.browser?.contexts().map((context) => context.close()) ?? []);
    }
  });
}

/** What the relay said last, and pictures of what stood open when a test failed. */
async function lookAtWreck(name) {
  const said = world.relay?.log.join('').trimEnd().split('\n').slice(-10).map((line) => `\n  relay: ${line}`).join('') ?? '';
  const pages = world.browser?.contexts().flatMap((context) => context.pages()) ?? [];
  const told = await Promise.all(pages.map(async (page, n) => {
    const file = join(WRECKS, `${name.replace(/[^a-z0-9]+/gi, '-').slice(0, 80)}-${n + 1}.png`);
    await page.screenshot({ path: file, fullPage: true, timeout: 5_000 }).catch(() => {});
    return `\n  stood open: ${page.url()}, see ${file}`;
  }));
  return said + told.join('');
}

for (const { declare } of [access, signIn, passkeys, provider, journeys, approval, publisher, deputies, doubleClicks, operations, board, simulator]) declare(scene);
