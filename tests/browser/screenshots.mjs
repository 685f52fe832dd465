// Pictures of the main pages for docs/screenshots: `make screenshots`. In Thai, on a phone and at a desk; small files.

import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { openBrowser, visitor } from './stage/browser.mjs';
import { makePeople, signedIn } from './stage/people.mjs';
import { Relay } from './stage/relay.mjs';
import { pages } from './pages.mjs';
import { tell } from './story.mjs';

const FOLDER = fileURLToPath(new URL('../../docs/screenshots/', import.meta.url));
const SIZES = ['phone', 'desktop'];

/** The page as WebP, which the browser itself can write: a third of a PNG. */
async function picture(page) {
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 80 });
  await session.detach();
  return Buffer.from(data, 'base64');
}

async function takeAll(world) {
  const { relay, browser, story } = world;
  for (const size of SIZES) {
    for (const { name, url, as, picture: wanted = true } of pages(relay, story)) {
      if (!wanted) continue;
      const visit = as ? await signedIn(world, as, { size }) : await visitor(browser, { size });
      await visit.page.goto(url);
      await visit.page.evaluate(() => document.fonts.ready);
      await visit.page.waitForTimeout(300);
      await writeFile(`${FOLDER}${name}-${size}.webp`, await picture(visit.page));
      console.log(`docs/screenshots/${name}-${size}.webp`);
      await visit.close();
    }
  }
}

const browser = await openBrowser();
let relay;
try {
  relay = await Relay.start();
  await mkdir(FOLDER, { recursive: true });
  for (const file of await readdir(FOLDER)) if (file.endsWith('.webp')) await rm(`${FOLDER}${file}`);
  const cookies = await makePeople(relay);
  await takeAll({ relay, browser, cookies, story: await tell(relay) });
} finally {
  await browser.close();
  await relay?.stop();
}
