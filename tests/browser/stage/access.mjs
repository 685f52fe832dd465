// What a page owes to everybody: axe's rules of WCAG 2.2 AA, room at 200 %, and a keyboard that reaches all.

import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** Makes axe available on every page of the context; a content security policy does not stop it. */
export function bringAxe(context) {
  return context.addInitScript({ content: AXE });
}

/** Fails with each violation, its element and what axe says about it. */
export async function assertAccessible(page) {
  const violations = await page.evaluate(async (rules) => {
    const { violations: found } = await globalThis.axe.run(document, {
      runOnly: { type: 'tag', values: rules }, resultTypes: ['violations'],
    });
    return found.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')}: ${node.failureSummary}`));
  }, RULES);
  assert.equal(violations.length, 0, violations.join('\n'));
}

/** Fails where the page is wider than the window, and names what sticks out. */
export async function assertFits(page) {
  const wide = await page.evaluate(() => {
    const room = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= room) return [];
    const scrolls = (element) => {
      for (let at = element.parentElement; at && at !== document.body; at = at.parentElement) {
        if (['auto', 'scroll', 'hidden', 'clip'].includes(getComputedStyle(at).overflowX)) return true;
      }
      return false;
    };
    return [...document.body.querySelectorAll('*')]
      .filter((element) => element.getBoundingClientRect().right > room + 1 && !scrolls(element))
      .slice(0, 5)
      .map((element) => `${element.tagName.toLowerCase()}.${element.className} "${element.textContent.trim().slice(0, 40)}"`);
  });
  const { scrollWidth, clientWidth } = await page.evaluate(() => {
    const { scrollWidth: wide, clientWidth: room } = document.documentElement;
    return { scrollWidth: wide, clientWidth: room };
  });
  assert.ok(scrollWidth <= clientWidth, `${page.url()} is ${scrollWidth} px wide in ${clientWidth}: ${wide.join('; ')}`);
}

/** Fails where a table is wider than a sheet of A4 leaves room for, in a window as wide as that room. */
export async function assertFitsPaper(page) {
  await page.emulateMedia({ media: 'print' });
  const cut = await page.evaluate(() => [...document.querySelectorAll('.table-box')].filter((box) => {
    const table = box.querySelector('table');
    return table && table.getBoundingClientRect().right > document.documentElement.clientWidth + 1;
  }).map((box) => box.getAttribute('aria-label')));
  const told = await page.locator('.notice[role="status"]:visible').count();
  await page.emulateMedia({ media: null });
  assert.deepEqual(cut, [], `${page.url()} has tables that a sheet cuts`);
  assert.equal(told, 0, `${page.url()} prints what was just done`);
}

/**
 * Walks the page with Tab alone: whatever can be used must be reached, in view and with a mark around it, and the
 * walk must come back out.
 */
export async function assertKeyboardReachesAll(page) {
  const wanted = await page.evaluate(() => {
    const usable = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
      .filter((element) => element.checkVisibility({ visibilityProperty: true }) && !element.disabled
        && element.type !== 'hidden' && element.tabIndex >= 0);
    // a property, because a page that is kept up to date may take away attributes that are not its own
    usable.forEach((element, n) => { element.walkNumber = n; });
    // of radio buttons with one name, Tab reaches one
    const radios = new Set();
    return usable.filter((element) => {
      if (element.type !== 'radio') return true;
      const first = !radios.has(element.name);
      radios.add(element.name);
      return first;
    }).map((element) => ({ name: element.name, radio: element.type === 'radio', walk: element.walkNumber,
      text: `${element.tagName.toLowerCase()} "${(element.textContent || element.name || element.value || '').trim().slice(0, 40)}"` }));
  });
  const reached = new Map();
  let last = null;
  for (let steps = 0; steps < wanted.length * 5 + 5; steps += 1) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(() => {
      const element = document.activeElement;
      if (element?.walkNumber === undefined) return null;
      // the mark may be around the card whose link it is
      const around = [element, element.parentElement, element.parentElement?.parentElement].filter(Boolean);
      const looks = [...around.map((of) => getComputedStyle(of)), getComputedStyle(element, '::after')];
      const box = element.getBoundingClientRect();
      const marked = looks.some((look) => (parseFloat(look.outlineWidth) > 0 && look.outlineStyle !== 'none')
        || (look === looks[0] && look.boxShadow !== 'none'));
      const inView = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
      return { walk: element.walkNumber, name: element.type === 'radio' ? element.name : null, marked, inView };
    });
    // a field for a date holds its focus for day, month, year and calendar
    if (at && at.walk !== last && reached.has(at.walk)) break;
    const before = reached.get(at?.walk) ?? { marked: true, inView: true };
    if (at) reached.set(at.walk, { ...at, marked: at.marked && before.marked, inView: at.inView && before.inView });
    last = at?.walk ?? null;
  }
  const radios = new Set([...reached.values()].map((at) => at.name));
  const missed = wanted.filter(({ walk, radio, name }) => !reached.has(walk) && !(radio && radios.has(name)));
  assertNone(missed, 'not reached by Tab');
  const unmarked = wanted.filter(({ walk }) => reached.get(walk)?.marked === false);
  assertNone(unmarked, 'no mark where the focus is');
  const unseen = wanted.filter(({ walk }) => reached.get(walk)?.inView === false);
  assertNone(unseen, 'the focus is out of view');
}

function assertNone(elements, fault) {
  assert.equal(elements.length, 0, `${fault}: ${elements.map(({ text }) => text).join(', ')}`);
}
