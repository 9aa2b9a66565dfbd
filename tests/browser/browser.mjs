// What the tests of pages share: a browser, or an end with exit code 77 that says there is none.
import assert from "node:assert/strict";
import {existsSync} from "node:fs";

function skip(why) {
  console.log(`skipped: ${why}; tools/browser_test installs it`);
  process.exit(77);
}

/** Runs `test(page, problems)` in headless Chromium; anything wrong in the console fails it. */
export async function withPage(test, isExpected = () => false) {
  const chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
  if (!chromium) skip("no Chromium on this machine");
  const playwright = await import("playwright-core").catch(() => skip("playwright-core is missing"));
  const browser = await playwright.chromium.launch({executablePath: chromium, args: ["--no-sandbox"]});
  const page = await (await browser.newContext({viewport: {width: 1280, height: 1000}})).newPage();
  const problems = [];
  page.on("console", (message) => {
    if (message.type() === "error" && !isExpected(message.text())) problems.push(message.text());
  });
  page.on("pageerror", (error) => problems.push(String(error)));
  try {
    await test(page);
    assert.deepEqual(problems, []);
  } finally {
    await browser.close();
  }
}

/** Fails when the page can be moved sideways. */
export async function nothingIsTooWide(page) {
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.ok(overflow <= 1, `the page is ${overflow} pixels too wide`);
}

/** Ends a process as Ctrl-C does, and waits. */
export async function end(child) {
  child.removeAllListeners("exit");
  const ended = new Promise((resolve) => child.on("exit", resolve));
  child.kill("SIGTERM");
  await ended;
}
