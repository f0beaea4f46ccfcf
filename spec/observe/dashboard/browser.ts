/** A Chromium for all specs of the page: the one of this machine. Where there is none, they are left out, but not in CI. */
import { existsSync } from 'node:fs';
import { type Browser, launch, type Page } from 'puppeteer-core';
import type { ManualClock } from '../../../lib/testkit/index.ts';

const { CHROMIUM: executablePath = '/usr/bin/chromium', TROUPE_CI } = process.env;
let browser: Promise<Browser> | undefined;

/** To be called in a `before`: leaves out all that follows where there is no Chromium. */
export function needsChromium(context: Mocha.Context): void {
  if (existsSync(executablePath)) return;
  if (TROUPE_CI !== undefined)
    throw new Error(`there is no ${executablePath}: install chromium, or say where it is with CHROMIUM`);
  console.log(`    (there is no ${executablePath}: the specs of the page are left out)`);
  context.skip();
}

export async function closeChromium(): Promise<void> {
  await (await browser)?.close();
  browser = undefined;
}

/** A page, and what went wrong in it: errors, and requests to other hosts. */
export interface Opened {
  readonly page: Page;
  readonly faults: string[];
}

export async function openPage(
  url: string,
  { width = 1000, height = 640, scheme = 'light' } = {},
): Promise<Opened> {
  browser ??= launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
  const context = await (await browser).createBrowserContext();
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', error => faults.push(String(error)));
  page.on('console', message => message.type() === 'error' && faults.push(message.text()));
  page.on('request', request => {
    if (new URL(request.url()).host !== new URL(url).host) faults.push(`asked ${request.url()}`);
  });
  await page.setViewport({ width, height });
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
  await page.goto(url);
  await page.waitForSelector('main > *, #token');
  return { page, faults };
}

/** Lets time pass on the node until something is so in the page. The time that the spec may take is mocha's. */
export async function until(clock: ManualClock, page: Page, expression: string): Promise<void> {
  while (!(await page.evaluate(expression))) {
    await clock.advance(250);
    await new Promise(resolve => setImmediate(resolve));
  }
}

export const textOf = (page: Page, selector: string) =>
  page.evaluate(`document.querySelector(${JSON.stringify(selector)})?.textContent ?? ''`) as Promise<string>;
export const textsOf = (page: Page, selector: string) =>
  page.evaluate(
    `[...document.querySelectorAll(${JSON.stringify(selector)})].map(one => one.textContent)`,
  ) as Promise<string[]>;
