// The form in which a bulletin is written, filled as people fill it.

import { said } from './words.mjs';

/** A picture as a camera would make it: whatever a page looks like, as a JPEG. */
export async function photograph({ context }, color = '#146b4c') {
  const page = await context.newPage();
  await page.setContent(`<body style="margin:0;background:linear-gradient(45deg, ${color}, #fff)">`);
  const buffer = await page.screenshot({ type: 'jpeg', clip: { x: 0, y: 0, width: 320, height: 200 } });
  await page.close();
  return { name: 'photograph.jpg', mimeType: 'image/jpeg', buffer };
}

/** Types subject and text into the form. */
export async function write(page, say, { subject, body }) {
  await page.getByLabel(say('compose-subject'), { exact: true }).fill(subject);
  await page.locator('#body').fill(body);
}

/** Presses the button that saves the draft and leads on to its page; gives the draft's id. */
export async function saveAndGoOn(page, say) {
  await page.getByRole('button', { name: say('compose-save-next') }).click();
  await said(page, say('said-draft-saved'));
  return new URL(page.url()).pathname.split('/').at(-1);
}

/** Whether a picture on the page has been fetched and drawn. */
export function isDrawn(picture) {
  return picture.evaluate(async (image) => {
    await image.decode().catch(() => {});
    return image.naturalWidth > 0;
  });
}
