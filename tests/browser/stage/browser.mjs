// Debian's Chromium, and people in front of it: a phone or a desk, Thai or English, light or dark.

import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';

export const SIZES = { phone: { width: 360, height: 740 }, desktop: { width: 1440, height: 900 } };
export const LANGUAGES = { th: 'th-TH', en: 'en-GB' };
export const THEMES = ['light', 'dark'];

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** The browser's program, or nothing. */
export function findChromium() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const folders = process.env.PATH.split(delimiter);
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path));
}

export function openBrowser() {
  return chromium.launch({
    executablePath: findChromium(),
    headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage', '--lang=th'],
  });
}

/**
 * Somebody with a browser of their own: nothing is shared with others. `faults` collects what went wrong on the
 * pages that nobody looks at: script errors, refused content, answers with an error.
 */
export async function visitor(browser, { size = 'phone', language = 'th', theme = 'light', ...more } = {}) {
  const context = await browser.newContext({
    viewport: SIZES[size] ?? size,
    locale: LANGUAGES[language],
    timezoneId: 'Asia/Bangkok',
    colorScheme: theme,
    reducedMotion: 'reduce',
    hasTouch: size === 'phone',
    ...more,
  });
  // far more than anything takes: a busy machine is no fault
  context.setDefaultTimeout(30_000);
  context.setDefaultNavigationTimeout(30_000);
  const page = await context.newPage();
  const faults = [];
  page.on('pageerror', (error) => faults.push(`script: ${error.message}`));
  page.on('console', (line) => {
    const { url = '' } = line.location();
    // browsers ask for an icon by themselves
    if (line.type() === 'error' && !url.endsWith('/favicon.ico')) faults.push(`console: ${line.text()} ${url}`);
  });
  return { context, page, faults, close: () => context.close() };
}
