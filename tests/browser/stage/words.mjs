// The pages' own words, so that a test can name a button by what stands on it, in either language.

import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../../src/web/locales/', import.meta.url));

function read(language) {
  const folder = `${FOLDER}${language}/`;
  const lines = readdirSync(folder).flatMap((file) => readFileSync(`${folder}${file}`, 'utf8').split('\n'));
  return new Map(lines.map((line) => line.match(/^([a-z][a-z0-9-]*) = (.+)$/)).filter(Boolean).map(([, key, text]) => [key, text]));
}

const KNOWN = { th: read('th'), en: read('en') };

/** What a page says under this key, with `{ $name }` replaced. */
export function wordsOf(language) {
  return (key, more = {}) => {
    const text = KNOWN[language].get(key);
    if (!text) throw new Error(`no words in ${language} for ${key}`);
    return text.replace(/\{ \$([a-z]+) \}/g, (_, name) => more[name]);
  };
}

/** Waits until the page says on top what was done. */
export function said(page, text) {
  return page.getByRole('status').getByText(text).waitFor();
}
