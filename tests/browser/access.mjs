// Every page, for everybody: by axe, at 200 %, by keyboard.

import { strict as assert } from 'node:assert';
import { assertAccessible, assertFits, assertFitsPaper, assertKeyboardReachesAll, bringAxe } from './stage/access.mjs';
import { LANGUAGES, SIZES, THEMES, visitor } from './stage/browser.mjs';
import { signedIn, speak } from './stage/people.mjs';
import { pages } from './pages.mjs';

/** Whose pages are looked at together: more at once would be too long for one test on a busy machine. */
const PUBLISHERS = ['publisher', 'approver'];
const OPERATIONS = ['operator', 'admin'];
const PARTS = {
  'of publishers': ({ as }) => PUBLISHERS.includes(as),
  'of operations': ({ as }) => OPERATIONS.includes(as),
  'of everybody else': ({ as }) => ![...PUBLISHERS, ...OPERATIONS].includes(as),
};

async function open(page, { url, follow, missing = false }) {
  let answer = await page.goto(url);
  if (follow) answer = await page.goto(new URL(await page.locator(follow).first().getAttribute('href'), url).href);
  assert.equal(answer.ok(), !missing, `${url}: ${answer.status()}`);
}

/** A part of the pages as these people see them; fails with all that is wrong, not the first only. */
async function onEveryPage(world, how, look) {
  const { theme = 'light', language = 'th' } = how;
  const visits = new Map();
  const wrong = [];
  for (const at of pages(world.relay, world.story).filter(PARTS[how.part])) {
    if (!(at.themes ?? THEMES).includes(theme) || !(at.languages ?? Object.keys(LANGUAGES)).includes(language)) continue;
    if (!visits.has(at.as)) visits.set(at.as, await arrive(world, at.as, how));
    const { page } = visits.get(at.as);
    try {
      await open(page, at);
      await look(page);
    } catch (error) {
      wrong.push(`${at.name}: ${error.message}`);
    }
  }
  await Promise.all([...visits.values()].map((visit) => visit.close()));
  assert.equal(wrong.length, 0, wrong.join('\n\n'));
}

async function arrive(world, username, how) {
  const visit = username ? await signedIn(world, username, how) : await visitor(world.browser, how);
  await speak(world, visit, how.language);
  if (how.axe) await bringAxe(visit.context);
  return visit;
}

export function declare(scene) {
  for (const part of Object.keys(PARTS)) {
    // each theme in each language and at each size, in as few rounds as that takes
    for (const [size, theme, language] of [['phone', 'light', 'th'], ['desktop', 'dark', 'th'], ['desktop', 'light', 'en'],
      ['phone', 'dark', 'en']]) {
      scene(`axe finds nothing on any page ${part}: ${size}, ${theme}, ${language}`, async (world) => {
        await onEveryPage(world, { part, size, theme, language, axe: true }, assertAccessible);
      });
    }

    // a window of 1280 px at 200 % and at 400 %, which is what WCAG 1.4.4 and 1.4.10 ask for
    for (const [zoom, width] of [[200, 640], [400, 320]]) {
      for (const language of Object.keys(LANGUAGES)) {
        scene(`no page ${part} needs sideways scrolling at ${zoom} %: ${language}`, async (world) => {
          const size = { width, height: Math.round(width * 0.75) };
          await onEveryPage(world, { part, size, language, deviceScaleFactor: zoom / 100 }, assertFits);
        });
      }
    }

    // A4 without its margins of 14 mm
    scene(`no sheet cuts a table of a page ${part}`, async (world) => {
      await onEveryPage(world, { part, size: { width: 688, height: 1000 } }, assertFitsPaper);
    });

    for (const size of Object.keys(SIZES)) {
      scene(`the keyboard alone reaches everything on every page ${part}: ${size}`, async (world) => {
        await onEveryPage(world, { part, size }, assertKeyboardReachesAll);
      });
    }
  }
}
