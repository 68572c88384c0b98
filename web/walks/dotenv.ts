import type { Page } from 'playwright-core';

/** dropFile drops a file on a part of the page, as from the desktop. */
export async function dropFile(page: Page, region: string, text: string): Promise<void> {
  await page.getByRole('region', { name: region, exact: true }).evaluate((section, content) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([content], '.env'));
    for (const name of ['dragenter', 'dragover', 'drop']) {
      section.dispatchEvent(new DragEvent(name, { dataTransfer, bubbles: true, cancelable: true }));
    }
  }, text);
}

/** pasteText pastes a text into a part of the page. */
export async function pasteText(page: Page, region: string, text: string): Promise<void> {
  await page.getByRole('region', { name: region, exact: true }).evaluate((section, pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text', pasted);
    section.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, text);
}

/** isRefusedElsewhere tells whether a file that is dropped beside where it belongs leaves the page as it is, in place of being opened. */
export function isRefusedElsewhere(page: Page): Promise<boolean> {
  return page.evaluate(() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File(['A=1'], '.env'));
    return !document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
  });
}
